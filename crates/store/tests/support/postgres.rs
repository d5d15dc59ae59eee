//! A private PostgreSQL server for tests: made in a temporary folder, on a random port, gone when dropped.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A running server of one's own.
pub struct PostgresServer {
    bin: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
}

fn root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.starts_with(b"0\n")
}

fn bin() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    folders.sort();
    let on_path = std::env::var_os("PATH").and_then(|path| {
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    });
    folders.pop().or(on_path)
}

impl PostgresServer {
    /// Starts a server. None if none is installed and this is not the continuous integration, where that is a failure.
    pub fn start() -> Option<Self> {
        let Some(bin) = bin() else {
            assert!(
                std::env::var_os("CI").is_none(),
                "PostgreSQL is not installed; run scripts/install-test-needs.sh"
            );
            eprintln!(
                "PostgreSQL is not installed, its tests are skipped; run scripts/install-test-needs.sh"
            );
            return None;
        };
        let folder = tempfile::tempdir().expect("a temporary folder");
        if root() {
            // The server refuses to run as root; its own user takes the folder over.
            let owned = Command::new("chown").arg("postgres").arg(folder.path()).status();
            assert!(owned.expect("chown runs").success(), "the folder could not be handed over");
        }
        let mut server = Self { bin, folder, port: 0 };
        let data = server.data();
        let made = server.run(&[
            "initdb",
            "-D",
            &data,
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            "--locale=C.UTF-8",
            "--encoding=UTF8",
        ]);
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        // A free port may be taken by somebody else before the server has it: try again with another one.
        for _ in 0..5 {
            let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
            server.port = free.local_addr().expect("its number").port();
            drop(free);
            let options = format!(
                "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={} -c fsync=off \
                 -c max_connections=200",
                server.port,
                server.folder.path().display()
            );
            let log = server.folder.path().join("log").display().to_string();
            let started = server.run(&[
                "pg_ctl", "-D", &data, "-l", &log, "-w", "-t", "60", "-o", &options, "start",
            ]);
            if started.status.success() {
                return Some(server);
            }
        }
        let log = std::fs::read_to_string(server.folder.path().join("log")).unwrap_or_default();
        panic!("PostgreSQL did not start: {log}");
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let program = self.bin.join(arguments[0]);
        let mut command = if root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // The server must not inherit pipes, or reading the output would wait for its end.
        command.args(&arguments[1..]).current_dir(self.folder.path()).stdin(Stdio::null());
        let (out, err) = (self.sink("out"), self.sink("err"));
        let status = command
            .stdout(std::fs::File::create(&out).expect("a file"))
            .stderr(std::fs::File::create(&err).expect("a file"))
            .status()
            .expect("the program runs");
        let read = |path: &Path| std::fs::read(path).unwrap_or_default();
        Output { status, stdout: read(&out), stderr: read(&err) }
    }

    fn sink(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs one SQL statement in the server's own database.
    pub fn sql(&self, statement: &str) {
        let port = self.port.to_string();
        let done = self.run(&[
            "psql",
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            "postgres",
            "-qc",
            statement,
            "postgres",
        ]);
        assert!(done.status.success(), "psql: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Makes an empty database and says how to reach it.
    pub fn database(&self, name: &str) -> String {
        let port = self.port.to_string();
        let made = self.run(&["createdb", "-h", "127.0.0.1", "-p", &port, "-U", "postgres", name]);
        assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
        format!("postgres://postgres@127.0.0.1:{port}/{name}")
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let since = Instant::now();
        let stopped = self.run(&["pg_ctl", "-D", &self.data(), "-m", "immediate", "-w", "stop"]);
        if !stopped.status.success() {
            eprintln!("PostgreSQL could not be stopped after {:?}", since.elapsed());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
