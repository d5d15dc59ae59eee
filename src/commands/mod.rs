//! One module a command.

mod accounts;
mod catalogue;
mod check;
mod demo;
mod generate;
mod identifiers;
mod import;
mod keys;
mod law;
mod log;
mod publicity;
mod report;
mod running;
mod serve;
mod setup;
mod workdays;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use xinyong_domain::law::Law;
use xinyong_service::{Clock, Desk, DeskError, DeskOptions, Limits, read_law};

use crate::options::{Cli, Command};
use crate::press::Typeset;

/// What every command takes.
#[derive(Debug, Clone)]
pub struct Common {
    /// Where the data lives.
    pub database: Option<String>,
    /// The file with the keys.
    pub key_file: Option<PathBuf>,
    /// A folder that replaces the law.
    pub law: Option<PathBuf>,
    /// Answer for machines.
    pub json: bool,
    /// A fixed day.
    pub today: Option<jiff::civil::Date>,
}

impl Common {
    /// The clock.
    pub fn clock(&self) -> Clock {
        self.today.map_or(Clock::System, Clock::Fixed)
    }

    /// The law, for commands that need no store.
    pub fn law(&self) -> Result<Law, DeskError> {
        read_law(self.law.as_deref()).map_err(DeskError::Law)
    }

    /// The database that was named, or the data folder.
    pub fn named(&self) -> String {
        self.database.clone().unwrap_or_else(|| "data".to_owned())
    }

    /// Opens the desk on the database that was named, or on the data folder.
    pub async fn desk(&self) -> anyhow::Result<Desk> {
        self.desk_at(&self.named()).await
    }

    /// Opens the desk on a database: a connection string, or a folder that holds everything.
    pub async fn desk_at(&self, named: &str) -> anyhow::Result<Desk> {
        let desk = Desk::open(self.options(named)?, getrandom::fill).await?;
        Ok(desk.with_press(Arc::new(Typeset::default())))
    }

    /// What a desk is opened with.
    pub fn options(&self, named: &str) -> Result<DeskOptions, DeskError> {
        let is_server = named.starts_with("postgres://") || named.starts_with("postgresql://");
        let is_file = named.starts_with("sqlite:");
        let (database, folder) = if is_server {
            (named.to_owned(), PathBuf::from("data"))
        } else if is_file {
            let path = Path::new(named.trim_start_matches("sqlite:").trim_start_matches("//"));
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            (named.to_owned(), folder.unwrap_or_else(|| Path::new(".")).to_path_buf())
        } else {
            let folder = PathBuf::from(named);
            (format!("sqlite:{}", folder.join("xinyong.db").display()), folder)
        };
        let scratch = folder.join("scratch");
        std::fs::create_dir_all(&scratch).map_err(|source| DeskError::File {
            context: format!("无法建立数据目录 {}", scratch.display()),
            source,
        })?;
        Ok(DeskOptions {
            database,
            key_file: self.key_file.clone().unwrap_or_else(|| folder.join("keys")),
            law: self.law.clone(),
            clock: self.clock(),
            limits: Limits::default(),
            scratch,
        })
    }
}

/// Runs one command.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let database = match (&cli.database, &cli.database_file) {
        (Some(database), _) => Some(database.clone()),
        (None, Some(file)) => Some(
            std::fs::read_to_string(file)
                .with_context(|| format!("无法读取 {}", file.display()))?
                .trim()
                .to_owned(),
        ),
        (None, None) => None,
    };
    let common =
        Common { database, key_file: cli.key_file, law: cli.law, json: cli.json, today: cli.today };
    match cli.command {
        Command::Demo(demo) => demo::run(&common, demo).await,
        Command::Serve(serve) => serve::run(&common, serve).await,
        Command::Init { county } => setup::init(&common, &county).await,
        Command::Unit(command) => setup::units(&common, command).await,
        Command::Account(command) => accounts::run(&common, command).await,
        Command::Import(command) => import::run(&common, command).await,
        Command::Id(command) => identifiers::run(&common, &command),
        Command::Workdays(command) => workdays::run(&common, command),
        Command::Catalogue(command) => catalogue::run(&common, command).await,
        Command::Law(command) => law::run(&common, command).await,
        Command::Publicity(command) => publicity::run(&common, command).await,
        Command::Key(command) => keys::run(&common, command).await,
        Command::Log(command) => log::run(&common, command).await,
        Command::Report(command) => report::run(&common, command).await,
        Command::Check(command) => check::run(&common, command).await,
        Command::Expire { on } => running::expire(&common, on).await,
        Command::Doctor => running::doctor(&common).await,
        Command::Fsck => running::fsck(&common).await,
        Command::Backup { file } => running::backup(&common, &file).await,
        Command::Restore { file } => running::restore(&common, &file).await,
        Command::Generate { dir } => generate::run(&common, &dir),
        Command::Diagram { workflow } => Ok(running::diagram(&workflow)),
    }
}
