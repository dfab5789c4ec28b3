//! The log of what the server did wrong. Functions and shared crates write to it here and nowhere else, each fault once: where it becomes
//! a [`crate::Problem`], or where the work goes on without what failed.
//!
//! What a function writes to standard error is an ERROR in the log of the program. Neither `what` nor `cause` says anything of a person:
//! docs/CONTRIBUTING.md, «What is never logged», has the list.

use std::error::Error;

/// Writes one line: what has happened, and its cause with all that caused that.
#[allow(clippy::print_stderr, reason = "this is the one place")]
pub fn log(what: &str, cause: impl Into<Box<dyn Error + Send + Sync>>) {
    eprintln!("{what}: {}", chain(&*cause.into()));
}

/// An error and its causes on one line, the outermost first. A cause whose words stand in the error before it is not said again.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let words = cause.to_string();
        if !line.ends_with(&words) {
            line.push_str(": ");
            line.push_str(&words);
        }
        next = cause.source();
    }
    line.replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the {what} failed")]
    struct Failure {
        what: &'static str,
        source: Option<Box<Failure>>,
    }

    #[test]
    fn a_fault_is_told_with_all_its_causes_on_one_line() {
        let failure = |what, source: Option<Failure>| Failure {
            what,
            source: source.map(Box::new),
        };
        let error = failure(
            "import",
            Some(failure("sheet", Some(failure("cell", None)))),
        );
        assert_eq!(
            chain(&error),
            "the import failed: the sheet failed: the cell failed"
        );
        let text: Box<dyn Error + Send + Sync> = "one\nline".into();
        assert_eq!(chain(&*text), "one line");
    }

    #[test]
    fn what_an_error_says_of_its_cause_is_not_said_again() {
        #[derive(Debug, thiserror::Error)]
        #[error("a row does not fit: {0}")]
        struct Outer(#[source] Failure);
        let error = Outer(Failure {
            what: "cell",
            source: None,
        });
        assert_eq!(chain(&error), "a row does not fit: the cell failed");
    }
}
