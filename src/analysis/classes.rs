//! Memory and processors of the instance classes, from a dated table that ships with the program (`assets`). What is
//! computed with them is `formula`'s.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One GiB in bytes.
pub const GIB: f64 = 1_073_741_824.0;

/// What an instance class has, as AWS's tables say it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Class {
    /// `None` where the class's name leaves it open.
    pub vcpus: Option<u32>,
    /// Of the whole machine, in GiB.
    pub memory: f64,
}

impl Class {
    /// Between which numbers of bytes `DBInstanceClassMemory` lies. AWS tells only that it is less than the class's
    /// memory by what the operating system and the processes of RDS take, and not how much that is. The lower bound is
    /// ours: every default that AWS documents for a class comes out with it, as do values that people have published, down
    /// to classes of 1 GiB. These are within 93%; some more is left for engines and classes of which nobody has published
    /// any, since a bound that is too narrow makes two values different that may be the same.
    pub fn usable_memory(&self) -> (f64, f64) {
        let least = (self.memory * 0.9 - 0.3).max(0.0);
        ((least * GIB).trunc(), (self.memory * GIB).trunc())
    }
}

/// The class of that name; `None` if the table does not have it.
pub fn class(name: &str) -> Option<Class> {
    if let Some(class) = CLASSES.get(name) {
        return Some(*class);
    }
    // Oracle's classes of a chosen number of threads may have a multiple of the memory: db.r5.2xlarge.tpc2.mem4x.
    let (base, choices) = name.split_once(".tpc")?;
    let class = CLASSES.get(base)?;
    let times = match choices.split_once(".mem") {
        Some((_, times)) => times.strip_suffix('x')?.parse::<u8>().ok()?,
        None => 1,
    };
    Some(Class { vcpus: None, memory: class.memory * f64::from(times) })
}

static CLASSES: LazyLock<HashMap<&'static str, Class>> = LazyLock::new(|| {
    include_str!("../../assets/instance-classes.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut parts = line.split('\t');
            let (name, vcpus, memory) =
                (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            Some((name, Class { vcpus: Some(vcpus), memory }))
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_a_class() {
        let lines = include_str!("../../assets/instance-classes.tsv").lines();
        assert_eq!(CLASSES.len(), lines.filter(|line| !line.starts_with('#')).count());
        assert_eq!(class("db.r6g.large"), Some(Class { vcpus: Some(2), memory: 16.0 }));
        assert_eq!(class("db.r4.large").map(|class| class.memory), Some(15.25));
    }

    #[test]
    fn a_class_of_more_memory_is_derived_and_what_is_unknown_is_not_guessed() {
        assert_eq!(class("db.r5.2xlarge.tpc2.mem4x"), Some(Class { vcpus: None, memory: 256.0 }));
        assert_eq!(class("db.r5.2xlarge.tpc1"), Some(Class { vcpus: None, memory: 64.0 }));
        for name in ["db.serverless", "db.r99.large", "db.r5.2xlarge.mem", "", "large"] {
            assert_eq!(class(name), None, "{name}");
        }
    }
}
