//! What the tests share: a data folder of their own, the binary, its answers.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The day on which most tests take place.
pub const TODAY: &str = "2026-11-25";

/// A data folder with the binary pointed at it.
pub struct Platform {
    folder: tempfile::TempDir,
    /// The fixed day.
    pub today: String,
    /// A database on a server instead of the one in the folder.
    server: Option<String>,
}

/// What a command answered.
#[derive(Debug)]
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    /// Shown when a test fails, through `Debug`.
    pub stderr: String,
}

impl Answer {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The answer as JSON, after an exit code of 0.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The stable code of a refusal, after the given exit code.
    pub fn refusal(&self, exit: i32) -> String {
        assert_eq!(self.code, exit, "{self:?}");
        let value: Value =
            serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        let message = value["error"]["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "a refusal says what is wrong: {self:?}");
        value["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// The binary with nothing said about data.
pub fn xinyong(arguments: &[&str]) -> Answer {
    Answer::of(command(arguments).output().expect("the binary starts"))
}

/// The binary with lines on its standard input.
pub fn xinyong_fed(arguments: &[&str], input: &str) -> Answer {
    use std::io::Write as _;
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    let feeder = std::thread::spawn(move || {
        stdin.write_all(input.as_bytes()).expect("the binary reads");
    });
    let output = child.wait_with_output().expect("it ends");
    feeder.join().expect("fed");
    Answer::of(output)
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinyong"));
    command.args(arguments).env_remove("XINYONG_DATABASE").env_remove("XINYONG_LAW");
    command
}

impl Platform {
    /// An empty data folder.
    pub fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            today: TODAY.to_owned(),
            server: None,
        }
    }

    /// A data folder whose database is on a server.
    pub fn on_server(database: String) -> Self {
        Self { server: Some(database), ..Self::empty() }
    }

    /// A platform of Pinglu county.
    pub fn pinglu() -> Self {
        let platform = Self::empty();
        let answer = platform.run(&["init", "--county", "140829"]);
        assert_eq!(answer.code, 0, "{answer:?}");
        platform
    }

    /// A platform with an invented registry.
    pub fn with_registry() -> Self {
        let platform = Self::pinglu();
        let file = platform.file("registry.csv", &crate::county::registry());
        let answer = platform.json(&["import", "subjects", path(&file)]);
        assert_eq!(answer["refused"], 0, "{answer}");
        platform
    }

    /// Where its data lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its database argument.
    pub fn database(&self) -> String {
        self.server.clone().unwrap_or_else(|| self.folder.path().join("data").display().to_string())
    }

    /// The file with its keys: with a database on a server too, they stay on the machine of the platform.
    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("data/keys")
    }

    /// Writes a file beside the data.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        self.bytes(name, content.as_bytes())
    }

    /// Writes a file beside the data.
    pub fn bytes(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// A command with the database, the day and `--json`.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.undated(arguments);
        command.args(["--json", "--today", &self.today]);
        command
    }

    /// A command with the database, on the machine's own day. It runs beside the data, where a server's keys and scratch go.
    pub fn undated(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command.args(["--database", &self.database()]).current_dir(self.folder.path());
        command
    }

    /// Runs a command.
    pub fn run(&self, arguments: &[&str]) -> Answer {
        Answer::of(self.command(arguments).output().expect("the binary starts"))
    }

    /// Runs a command that must end with 0 and answers its JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        self.run(arguments).json()
    }

    /// Imports records and answers the JSON.
    pub fn import(&self, file: &Path, kind: &str, unit: &str, more: &[&str]) -> Value {
        self.try_import(file, kind, unit, more).json()
    }

    /// Imports records.
    pub fn try_import(&self, file: &Path, kind: &str, unit: &str, more: &[&str]) -> Answer {
        let mut arguments = vec!["import", "records", path(file), "--kind", kind, "--unit", unit];
        arguments.extend(more);
        self.run(&arguments)
    }
}

/// A path as text.
pub fn path(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// The shared folder of real input, when it is there. Where it must be there (CI), its absence is a failure.
pub fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("XINYONG_SHARED").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    folder.join("data/real").is_dir().then_some(folder)
}

/// The codes of an answer's findings, with their rows.
pub fn codes(answer: &Value) -> Vec<(i64, String)> {
    answer["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            (
                finding["row"].as_i64().unwrap_or_default(),
                finding["code"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect()
}

/// Whether a row has a finding of a code.
pub fn has(answer: &Value, row: i64, code: &str) -> bool {
    codes(answer).iter().any(|(at, found)| *at == row && found == code)
}
