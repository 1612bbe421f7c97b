//! Parameters whose values AWS computes or fills in, as one database has them: what a formula comes to, what a text's
//! variables stand for, and from which of the database's members that follows. How formulas are read is `formula`'s; whether
//! two of them are the same is `same_computed`'s.

use super::formula::{self, Computed, Expression, Machine, NAMES, Unknown};
use super::meaning::{Meaning, Owner};
use super::template;

/// A formula, what it comes to and what that depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// Without blanks and braces, with the names of functions in one case; as it is written where it is not understood.
    pub text: String,
    pub expression: Result<Expression, String>,
    /// In the unit of the parameter, such as bytes.
    pub unit: f64,
    pub machine: Machine,
    pub computed: Result<Computed, String>,
    pub inputs: Vec<Input>,
    /// Whether it is written in a baseline, and so of no machine.
    pub is_of_baseline: bool,
}

/// A text with variables, and what they stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub template: template::Template,
    /// With all filled in that is known.
    pub filled: template::Template,
    /// As `filled`, but with the variables that only name the database itself.
    pub settled: template::Template,
    /// What the text means, where all is filled in.
    pub value: Option<Box<Meaning>>,
    /// Of the variables that do more than name the database itself.
    pub inputs: Vec<Input>,
    /// Why what a variable stands for is not known, of the first such.
    pub unknown: Option<String>,
    /// Whether it is written in a baseline, and so of no database.
    pub is_of_baseline: bool,
}

/// A member of a database from which a value follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    pub member: &'static str,
    /// What it is here, as far as the value follows from it; `None` where that is not known.
    pub value: Option<String>,
}

/// The members that say what the variables stand for: a cluster has others than an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Members {
    pub class: &'static str,
    pub replica: &'static str,
    pub port: &'static str,
}

impl Default for Members {
    fn default() -> Members {
        Members {
            class: "DBInstanceClass",
            replica: "ReadReplicaSourceDBInstanceIdentifier",
            port: "Endpoint.Port",
        }
    }
}

/// Whether two values follow from the same. What is not known is not the same as anything.
pub fn are_same(one: &[Input], other: &[Input]) -> bool {
    one == other && one.iter().all(|input| input.value.is_some())
}

/// The first member that is known on both sides to differ.
pub fn cause(one: &[Input], other: &[Input]) -> Option<&'static str> {
    let differs = |input: &&Input| {
        let there = other.iter().find(|there| there.member == input.member);
        there.is_some_and(
            |there| matches!((&input.value, &there.value), (Some(here), Some(there)) if here != there),
        )
    };
    one.iter().find(differs).map(|input| input.member)
}

impl Formula {
    pub fn of(text: &str, read: Result<Expression, String>, unit: f64, owner: &Owner) -> Formula {
        let computed = match &read {
            Ok(expression) => {
                formula::computed(expression, &owner.machine).map_err(|unknown| said(&unknown, owner))
            }
            Err(why) => Err(why.clone()),
        };
        let inputs = match &read {
            Ok(expression) => inputs(&expression.variables(), owner),
            // From what it follows is not known either.
            Err(_) => vec![Input { member: "", value: None }],
        };
        let text = match &read {
            Ok(expression) => expression.to_string(),
            Err(_) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        let machine = owner.machine;
        Formula { text, expression: read, unit, machine, computed, inputs, is_of_baseline: false }
    }
}

impl Template {
    pub fn of(template: template::Template, owner: &Owner) -> Template {
        let names: Vec<&str> = template.variables();
        let more: Vec<&str> = names.iter().copied().filter(|name| !NAMES.contains(name)).collect();
        let settled = template.filled(|name| stands_for(name, owner).ok().filter(|_| !NAMES.contains(&name)));
        let unknown = more.iter().chain(&names).find_map(|name| stands_for(name, owner).err());
        Template {
            filled: template.filled(|name| stands_for(name, owner).ok()),
            settled,
            value: None,
            inputs: inputs(&more, owner),
            unknown,
            is_of_baseline: false,
            template,
        }
    }

    /// The text with what is known filled in; `None` where that is nothing.
    pub fn shown(&self) -> Option<String> {
        (self.filled != self.template).then(|| self.filled.to_string())
    }
}

/// What a variable stands for in a text.
fn stands_for(name: &str, owner: &Owner) -> Result<String, String> {
    if name == "dbName" && !owner.db_name.is_empty() {
        return Ok(owner.db_name.clone());
    }
    if NAMES.contains(&name) {
        return Err(format!("{name} is not known of this database"));
    }
    let variable = Expression::Variable(name.to_owned());
    match formula::computed(&variable, &owner.machine) {
        Ok(computed) if computed.is_exact() => Ok(computed.to_string()),
        Ok(_) => Err(format!("{name} is known too roughly to tell")),
        Err(unknown) => Err(said(&unknown, owner)),
    }
}

/// Why something is not known, of this database.
fn said(unknown: &Unknown, owner: &Owner) -> String {
    match (unknown, &owner.no_class) {
        (Unknown::Class(variable), Some(why)) => format!("{variable} is not known: {why}"),
        (Unknown::Class(variable), None) if owner.class.is_empty() => {
            format!("{variable} is not known: the instance class is not known")
        }
        (unknown, _) => unknown.to_string(),
    }
}

/// The members from which variables follow, each once.
fn inputs(variables: &[&str], owner: &Owner) -> Vec<Input> {
    let mut inputs: Vec<Input> = Vec::new();
    for variable in variables {
        for (member, value) in follows_from(variable, owner) {
            let input = Input { member, value };
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
    }
    inputs
}

fn follows_from(variable: &str, owner: &Owner) -> Vec<(&'static str, Option<String>)> {
    let machine = &owner.machine;
    // A serverless instance's memory and processors change with its load.
    let class =
        Some(owner.class.clone()).filter(|class| !class.is_empty() && !class.contains("db.serverless"));
    let class = (owner.members.class, class);
    match variable {
        "AllocatedStorage" => {
            vec![("AllocatedStorage", machine.storage.map(|storage| storage.to_string()))]
        }
        "EndPointPort" => vec![(owner.members.port, machine.port.map(|port| port.to_string()))],
        "TrueIfReplica" => {
            let truth = machine.is_replica.map(|truth| truth.to_string());
            vec![(owner.members.replica, owner.role.clone().or(truth))]
        }
        "DBInstanceVCPU" if !owner.processors.is_empty() => {
            vec![class, ("ProcessorFeatures", Some(owner.processors.clone()))]
        }
        "DBInstanceClassMemory" | "DBInstanceVCPU" | "DBInstanceClassHugePagesDefault" => vec![class],
        _ => vec![("", None)],
    }
}
