//! What can be said on the command line. The names are stable: scripts rely on them.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;
use xinyong_service::signing::DAYS;

/// 信用：县级公共信用信息平台
#[derive(Debug, Parser)]
#[command(name = "xinyong", version, about, propagate_version = true)]
pub struct Cli {
    /// Where the data lives: a folder, sqlite:PATH or postgres://…
    #[arg(long, global = true, env = "XINYONG_DATABASE", value_name = "URL")]
    pub database: Option<String>,
    /// A file with the connection string, so that a password stands in no command line
    #[arg(long, global = true, env = "XINYONG_DATABASE_FILE", value_name = "FILE")]
    pub database_file: Option<PathBuf>,
    /// The file with the keys (default: beside the database)
    #[arg(long, global = true, env = "XINYONG_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// A folder that replaces the embedded law
    #[arg(long, global = true, env = "XINYONG_LAW", value_name = "DIR")]
    pub law: Option<PathBuf>,
    /// Answer for machines
    #[arg(long, global = true)]
    pub json: bool,
    /// A fixed day for the whole process
    #[arg(long, global = true, value_name = "DATE")]
    pub today: Option<Date>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Invents a county and serves it
    Demo(Demo),
    /// Serves the portal and the console
    Serve(Serve),
    /// Loads a county and its units into an empty database
    Init {
        /// GB/T 2260 code of the county
        #[arg(long, default_value = "140829")]
        county: String,
    },
    /// Units
    #[command(subcommand)]
    Unit(UnitCommand),
    /// Accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// Loads files
    #[command(subcommand)]
    Import(Import),
    /// Checks identifiers
    #[command(subcommand)]
    Id(IdCommand),
    /// Counts working days
    #[command(subcommand)]
    Workdays(Workdays),
    /// The law as data
    #[command(subcommand)]
    Law(LawCommand),
    /// Editions of the national catalogue
    #[command(subcommand)]
    Catalogue(CatalogueCommand),
    /// Publication
    #[command(subcommand)]
    Publicity(PublicityCommand),
    /// The county's signing keys
    #[command(subcommand)]
    Key(KeyCommand),
    /// The record of publication
    #[command(subcommand)]
    Log(LogCommand),
    /// Credit reports
    #[command(subcommand)]
    Report(ReportCommand),
    /// Checks of subjects for a purpose
    #[command(subcommand)]
    Check(CheckCommand),
    /// Ends the publications whose last day has passed
    Expire {
        /// The day to judge by (default: today)
        #[arg(long)]
        on: Option<Date>,
    },
    /// Checks a running installation
    Doctor,
    /// Re-derives every chain and digest, names the first broken row
    Fsck,
    /// Writes one portable file with everything
    Backup {
        /// The file to write
        file: PathBuf,
    },
    /// Reads a portable file into an empty database of either engine
    Restore {
        /// The file to read
        file: PathBuf,
    },
    /// Writes the generated documents of the project
    #[command(hide = true)]
    Generate {
        /// The folder
        dir: PathBuf,
    },
    /// Draws a workflow from its table of transitions
    Diagram {
        /// Which workflow
        #[arg(value_parser = ["batch", "commitment", "repair", "objection"])]
        workflow: String,
    },
}

/// What a check is for.
#[derive(Debug, Args)]
pub struct CheckFor {
    /// The purpose, e.g. approval or 行政审批
    #[arg(long)]
    pub purpose: String,
    /// The legal basis of the look
    #[arg(long)]
    pub basis: String,
    /// The matter it belongs to
    #[arg(long, default_value = "")]
    pub reference: String,
    /// The unit that asks (default: the credit office)
    #[arg(long, default_value = "")]
    pub unit: String,
}

/// `check`
#[derive(Debug, Subcommand)]
pub enum CheckCommand {
    /// Checks a subject and keeps the answer under a number
    Ask {
        /// A code, or the exact name
        subject: String,
        #[command(flatten)]
        about: CheckFor,
    },
    /// Gives a kept answer back, byte for byte
    Show {
        /// Its number
        number: String,
        /// Why it is looked at again; kept in the audit log
        #[arg(long)]
        why: String,
    },
    /// Works a kept answer out again from the law and the facts of its moment
    Replay {
        /// Its number
        number: String,
        /// Why it is looked at again; kept in the audit log
        #[arg(long)]
        why: String,
    },
    /// Checks a list of subjects and writes it with an answer in each row
    List {
        /// The list: .xlsx, .xls or .csv
        file: PathBuf,
        /// The file to write
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        about: CheckFor,
    },
}

/// `report`
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Issues the public report about a subject
    Make {
        /// Unified social credit code
        code: String,
        /// Where the file goes
        #[arg(long)]
        out: PathBuf,
        /// Address of the platform, for the code on the first page
        #[arg(long, default_value = "")]
        site: String,
    },
    /// Verifies a report without any database, by a public key that was kept
    Verify {
        /// The file
        file: PathBuf,
        /// The public key, as `key export` or /api/v1/log/keys gives it; more than once for several
        #[arg(long, required = true)]
        key: Vec<PathBuf>,
    },
}

/// `demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Where the invented county lives
    #[arg(long, default_value = "data/demo")]
    pub dir: PathBuf,
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Prefix of every address
    #[arg(long, default_value = "")]
    pub base_path: String,
    /// Only invent, do not serve
    #[arg(long)]
    pub only_build: bool,
    /// How many organisations to invent
    #[arg(long, default_value_t = 3000)]
    pub subjects: u32,
}

/// `serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Prefix of every address, behind a reverse proxy
    #[arg(long, default_value = "")]
    pub base_path: String,
    /// Cookies only over TLS (behind a proxy that ends it)
    #[arg(long)]
    pub secure_cookies: bool,
    /// Addresses of the reverse proxies in front, separated by commas: only what they say about the client is believed
    #[arg(long, value_delimiter = ',')]
    pub trusted_proxy: Vec<IpAddr>,
    /// Where to serve figures for Prometheus, on an address of its own; nowhere unless given
    #[arg(long)]
    pub metrics: Option<String>,
    /// A file that describes a provider of identities (OpenID Connect) through which accounts may sign in
    #[arg(long, value_name = "FILE")]
    pub identity_provider: Option<PathBuf>,
    /// A file that describes the mail server (SMTP) through which people are reminded
    #[arg(long, value_name = "FILE")]
    pub mail: Option<PathBuf>,
    /// A file that names folders where units' systems put files to be taken in
    #[arg(long, value_name = "FILE")]
    pub folders: Option<PathBuf>,
    /// A file that names the hosts of units' systems to which changes may be sent
    #[arg(long, value_name = "FILE")]
    pub hooks: Option<PathBuf>,
}

/// `unit`
#[derive(Debug, Subcommand)]
pub enum UnitCommand {
    /// Lists the units
    List,
}

/// `account`
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Adds an account; the password is read from a file
    Add {
        /// Sign-in name
        login: String,
        /// Name that people see
        #[arg(long)]
        name: String,
        /// Unit id
        #[arg(long)]
        unit: String,
        /// credit-office, clerk, reviewer, auditor or administrator
        #[arg(long)]
        role: String,
        /// File whose first line is the password
        #[arg(long)]
        password_file: PathBuf,
    },
    /// Lets an identity at a provider sign in as an account
    Link {
        /// Sign-in name
        login: String,
        /// The provider's address
        #[arg(long)]
        issuer: String,
        /// The provider's name for the person
        #[arg(long)]
        subject: String,
    },
    /// Takes all identities from an account
    Unlink {
        /// Sign-in name
        login: String,
    },
}

/// `import`
#[derive(Debug, Subcommand)]
pub enum Import {
    /// The registry of subjects
    Subjects {
        /// The file
        file: PathBuf,
        /// A workbook with every finding
        #[arg(long, value_name = "OUT.xlsx")]
        findings: Option<PathBuf>,
        /// Who imports
        #[arg(long, default_value = "cli")]
        actor: String,
    },
    /// Records of a kind
    Records(ImportRecords),
}

/// `import records`
#[derive(Debug, Args)]
pub struct ImportRecords {
    /// The file
    pub file: PathBuf,
    /// The record kind
    #[arg(long)]
    pub kind: String,
    /// Id of the unit that files
    #[arg(long)]
    pub unit: String,
    /// `reported` for a unit's own filing, `returned` for what upper levels send back
    #[arg(long, default_value = "reported", value_parser = ["reported", "returned"])]
    pub profile: String,
    /// Only check
    #[arg(long, conflicts_with = "submit")]
    pub check_only: bool,
    /// Record the good rows, as clerk and second person in one
    #[arg(long)]
    pub submit: bool,
    /// The same workbook with its rows in order and a findings column
    #[arg(long, value_name = "OUT.xlsx")]
    pub findings: Option<PathBuf>,
    /// Basis for publication
    #[arg(long, default_value = "unit-publication-list")]
    pub basis: String,
    /// Who submits
    #[arg(long, default_value = "cli")]
    pub actor: String,
    /// Who releases
    #[arg(long, default_value = "cli")]
    pub second: String,
}

/// `id`
#[derive(Debug, Subcommand)]
pub enum IdCommand {
    /// Reads lines, answers a JSON line each
    Check {
        /// uscc, orgcode, gs15, citizen_id or tax_id
        #[arg(long, default_value = "uscc", value_parser = ["uscc", "orgcode", "gs15", "citizen_id", "tax_id"])]
        kind: String,
    },
}

/// `workdays`
#[derive(Debug, Subcommand)]
pub enum Workdays {
    /// The day so many working days later
    Add {
        /// From which day
        #[arg(required_unless_present = "stdin", requires = "days")]
        date: Option<Date>,
        /// How many working days
        days: Option<u32>,
        /// Read lines `DATE N`
        #[arg(long, conflicts_with_all = ["date", "days"])]
        stdin: bool,
    },
}

/// `catalogue`
#[derive(Debug, Subcommand)]
pub enum CatalogueCommand {
    /// The editions with what is known of each
    List,
    /// What changes from one edition to another, and how many records here that touches
    Diff {
        /// The first edition, such as 2022
        before: String,
        /// The second
        after: String,
    },
}

/// `law`
#[derive(Debug, Subcommand)]
pub enum LawCommand {
    /// Says what is wrong in a law folder, with file and line
    Check {
        /// The folder (default: the embedded law)
        dir: Option<PathBuf>,
    },
    /// Shows an entry as it stands on a day
    Show {
        /// Id of the parameter
        parameter: String,
        /// The day
        #[arg(long)]
        on: Option<Date>,
    },
    /// Confirms an entry as two named persons who read the text
    Confirm {
        /// Id of the parameter
        parameter: String,
        /// First day of the edition
        #[arg(long)]
        from: Date,
        /// The value as the text gives it
        #[arg(long)]
        value: String,
        /// File with the text that was read
        #[arg(long)]
        text: PathBuf,
        /// The first person
        #[arg(long)]
        actor: String,
        /// The second person
        #[arg(long)]
        second: String,
    },
}

/// `key`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Makes the first key, or one in the place of a revoked one
    Generate {
        /// How many days it signs
        #[arg(long, default_value_t = DAYS)]
        days: i64,
        /// Who makes it
        #[arg(long, default_value = "cli")]
        actor: String,
    },
    /// Lists the keys, the oldest first
    List,
    /// Makes a new key; the one before signs nothing any more, what it signed stays genuine
    Rotate {
        /// How many days it signs
        #[arg(long, default_value_t = DAYS)]
        days: i64,
        /// Who makes it
        #[arg(long, default_value = "cli")]
        actor: String,
    },
    /// Revokes a key: what it signs from then on is not genuine
    Revoke {
        /// The key
        id: String,
        /// Since when its signatures are not to be believed, in milliseconds since 1970 (default: now)
        #[arg(long)]
        since: Option<i64>,
        /// Why
        #[arg(long)]
        reason: String,
        /// Who revokes it
        #[arg(long, default_value = "cli")]
        actor: String,
    },
    /// Writes the public half for others to keep; as JSON to the screen unless a file is named
    Export {
        /// The key (default: the newest)
        id: Option<String>,
        /// Where to write it as PEM
        #[arg(long, value_name = "FILE")]
        pem: Option<PathBuf>,
        /// Where to write it as JSON, with its name and its days
        #[arg(long, value_name = "FILE")]
        card: Option<PathBuf>,
    },
}

/// `log`
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Shows the newest signed head
    Head {
        /// Take in what waits and sign a head now
        #[arg(long)]
        sign: bool,
    },
    /// Writes the proof that a public record stands in the log
    Prove {
        /// Address of the record: its subject and its own id, as in /records/KIND/SUBJECT/RECORD
        subject: i64,
        /// Its own id
        record: i64,
    },
    /// Writes the proof that the log goes on from an earlier size
    Consistency {
        /// How many leaves the earlier head had
        from: i64,
        /// How many the later one has (default: the newest head)
        to: Option<i64>,
    },
    /// Verifies a head or a proof without any database, by a key that was kept
    Verify {
        /// The file
        file: PathBuf,
        /// The public key, as `key export` or /api/v1/log/keys gives it
        #[arg(long)]
        key: PathBuf,
        /// The earlier head that was kept, for a proof that the log goes on
        #[arg(long)]
        head: Option<PathBuf>,
    },
    /// Destroys what opens the leaves of a record that is no longer public
    Erase {
        /// Its subject
        subject: i64,
        /// Its own id
        record: i64,
        /// Who does it
        #[arg(long, default_value = "cli")]
        actor: String,
    },
}

/// `publicity`
#[derive(Debug, Subcommand)]
pub enum PublicityCommand {
    /// Takes a published record down because its decision was changed, revoked or declared void
    Withdraw {
        /// Address of the record: its subject and its own id, as in /records/KIND/SUBJECT/RECORD
        subject: i64,
        /// Its own id
        record: i64,
        /// When the decision was changed or revoked
        #[arg(long)]
        decided: Date,
        /// Why, with the document; shown as the reason
        #[arg(long)]
        reason: String,
        /// Who withdraws
        #[arg(long, default_value = "cli")]
        actor: String,
    },
    /// Class, published or not, first and last day, repairable from, each with citations
    Explain {
        /// The record kind
        #[arg(long)]
        kind: String,
        /// Decision date
        #[arg(long)]
        decided: Date,
        /// The day of reading (default: today)
        #[arg(long)]
        on: Option<Date>,
        /// A field and what stands in it
        #[arg(long, value_name = "FIELD=VALUE")]
        set: Vec<String>,
    },
}
