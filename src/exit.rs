//! Exit codes, from one table: scripts rely on them. 0 done, 2 bad usage, 3 refused input, 4 something wrong with the store.

use std::process::ExitCode;

use serde_json::json;
use xinyong_service::DeskError;

/// A number for the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The arguments do not make sense.
    BadUsage = 2,
    /// The input as a whole was refused.
    Refused = 3,
    /// Something is wrong with the store.
    Store = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Tells why a command did not do what was asked, and with which code it ends.
pub fn report(error: &anyhow::Error, json: bool) -> ExitCode {
    let (exit, stable) = match error.downcast_ref::<DeskError>() {
        Some(desk) => (exit_of(desk), desk.code()),
        None => (Exit::BadUsage, "usage"),
    };
    if json {
        println!("{}", json!({ "error": { "code": stable, "message": error.to_string() } }));
    } else {
        eprintln!("{error}");
        eprintln!("（代码 {stable}）");
    }
    if let Some(DeskError::Law(problems)) = error.downcast_ref::<DeskError>() {
        for problem in problems {
            eprintln!("  {problem}");
        }
    }
    exit.into()
}

const fn exit_of(error: &DeskError) -> Exit {
    match error {
        DeskError::Refused(refusal) => match refusal.code.as_bytes() {
            b"kind.unknown" | b"usage" => Exit::BadUsage,
            _ => Exit::Refused,
        },
        DeskError::NotFound(_) | DeskError::Law(_) => Exit::Refused,
        DeskError::Store(_) | DeskError::File { .. } | DeskError::Internal(_) => Exit::Store,
    }
}
