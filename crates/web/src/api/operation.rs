//! What is said of an operation: its parameters, what is sent, what is answered, where that leads.

use xinyong_service::api_keys::Scope;

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// A header.
    Header,
}

impl Place {
    /// The word of the description.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

/// What a parameter may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A text without control characters, of so many characters at most.
    Text(usize),
    /// A kind of record that is public.
    PublicKind,
    /// Any kind of record.
    Kind,
    /// A day, `YYYY-MM-DD`.
    Day,
    /// A whole number: the least, the most, and what holds when it is not given.
    Number(i64, i64, i64),
    /// So many hexadecimal digits, in lower case.
    Hex(usize),
    /// An id of the platform.
    Id,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// A parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// The name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// Whether it must be there.
    pub required: bool,
    /// What it may hold.
    pub shape: Shape,
    /// What it is for.
    pub about: &'static str,
    /// An example.
    pub example: &'static str,
}

/// What is sent with a request.
#[derive(Debug, Clone, Copy)]
pub struct Sent {
    /// The formats.
    pub media: &'static [&'static str],
    /// The schema; empty for a file.
    pub schema: &'static str,
    /// An example.
    pub example: &'static str,
    /// What it is.
    pub about: &'static str,
}

/// Where an answer leads: what of it goes into which parameter of another operation.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    /// The stable name.
    pub name: &'static str,
    /// The other operation.
    pub to: &'static str,
    /// Its parameters, and where their values stand in the answer.
    pub with: &'static [(&'static str, &'static str)],
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// The method.
    pub method: &'static str,
    /// The address.
    pub path: &'static str,
    /// The stable name.
    pub id: &'static str,
    /// What it does, in a few words.
    pub title: &'static str,
    /// What one must know.
    pub about: &'static str,
    /// The parameters.
    pub parameters: &'static [Parameter],
    /// What a key must be for, when one is sent; without a key only what is for reading goes.
    pub scope: Scope,
    /// What is sent.
    pub sent: Option<Sent>,
    /// The status of success.
    pub status: u16,
    /// The schema of the answer.
    pub schema: &'static str,
    /// The formats of the answer, the usual one first.
    pub media: &'static [&'static str],
    /// Codes of problems beside those of every operation.
    pub codes: &'static [&'static str],
    /// Where the answer leads.
    pub links: &'static [Link],
    /// An example of the answer, as JSON; empty for none.
    pub answer: &'static str,
}

/// Codes that every operation may answer with.
pub const EVERYWHERE: &[&str] = &[
    "address.not-utf8",
    "parameter.unknown",
    "parameter.repeated",
    "parameter.missing",
    "parameter.invalid",
    "key.invalid",
    "key.expired",
    "key.scope",
    "accept.unsupported",
    "query.too-long",
    "rate.exceeded",
    "internal",
    "store.failed",
];

/// JSON.
pub const JSON: &str = "application/json";
/// One JSON value a line.
pub const NDJSON: &str = "application/x-ndjson";
/// A workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// A file of any kind: what it is, its bytes say.
pub const BYTES: &str = "application/octet-stream";
/// The fields of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// A CSV file.
pub const CSV: &str = "text/csv";
