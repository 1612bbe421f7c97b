//! Work on threads that must go on: a panic costs its request, which fails with a sentence, and nothing else. What the work
//! is, and who hears of its failure, is its owner's business.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use crate::terminal;

/// Does some work; a panic becomes a sentence.
///
/// # Errors
/// What the work says, or that it panicked.
pub fn guarded<T>(what: &str, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(sentence(what, &*panic)))
}

fn sentence(what: &str, panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    format!("{what} failed because of a bug in RDS Fleet ({said}): please report it. Everything else goes on")
}

/// Has panics of workers go into the log only: who asked is told in a sentence. One of the main thread is still printed.
pub fn log_panics() {
    panic::set_hook(Box::new(move |panic| {
        let current = thread::current();
        tracing::error!(thread = current.name().unwrap_or("unnamed"), "{panic}");
        if current.name() == Some("main") {
            terminal::say(&panic.to_string());
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_sentence() {
        assert_eq!(guarded("x", || Ok::<_, String>(1)), Ok(1));
        assert_eq!(guarded("x", || Err::<(), _>("no".to_owned())), Err("no".to_owned()));
        let at = [1].len();
        let said = guarded("the export", || Ok([1][at])).unwrap_err();
        assert!(said.starts_with("the export failed") && said.contains("index out of bounds"), "{said}");
        assert!(guarded::<()>("x", || panic!("words")).unwrap_err().contains("(words)"));
    }
}
