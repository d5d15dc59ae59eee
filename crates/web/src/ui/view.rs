//! The pieces that templates print. Everything in them is prepared text; an empty text or list means “nothing here”, and an
//! address is without the prefix of the site, which the templates add.

/// A link.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// What it says.
    pub label: String,
}

/// An entry of the navigation.
#[derive(Debug, Clone)]
pub struct Nav {
    /// Where to.
    pub href: String,
    /// What it says.
    pub label: String,
    /// Whether the page belongs to it.
    pub current: bool,
}

/// Entries of the navigation that belong together.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// What they are about; empty where that needs no word.
    pub title: String,
    /// The entries.
    pub entries: Vec<Nav>,
}

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct User {
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// Unit.
    pub unit: String,
}

/// What every page has.
#[derive(Debug, Clone)]
pub struct Page {
    /// Title.
    pub title: String,
    /// Prefix of every address.
    pub base: String,
    /// Address of the stylesheet.
    pub css: String,
    /// Name of the site.
    pub site: String,
    /// What stands below the name.
    pub tagline: String,
    /// The line of the website that this one is a part of.
    pub above: Option<Link>,
    /// Whether the data is invented.
    pub demo: bool,
    /// Whether the text is large.
    pub large: bool,
    /// Address of this page in the other size.
    pub large_href: String,
    /// Address of the sheet for more contrast.
    pub contrast_css: String,
    /// Whether the reader wants more contrast.
    pub contrast: bool,
    /// Address of this page in the other contrast.
    pub contrast_href: String,
    /// Today in words.
    pub today: String,
    /// Navigation of the portal.
    pub nav: Vec<Nav>,
    /// Navigation beside the page, of both faces behind a sign-in.
    pub side: Vec<NavGroup>,
    /// Where the face behind the sign-in begins.
    pub home: &'static str,
    /// What that face is called.
    pub place: &'static str,
    /// Lines of the footer.
    pub footer: Vec<String>,
    /// Token for forms.
    pub csrf: String,
    /// Who is signed in.
    pub user: Option<User>,
}

/// A word with a colour that repeats it: neutral, info, good, warn, bad.
#[derive(Debug, Clone)]
pub struct Chip {
    /// The word.
    pub text: String,
    /// The tone.
    pub tone: String,
}

impl Chip {
    /// A chip.
    pub fn new(text: impl Into<String>, tone: &str) -> Self {
        Self { text: text.into(), tone: tone.to_owned() }
    }
}

/// Something to mend in a form.
#[derive(Debug, Clone)]
pub struct FormError {
    /// The input it is about; empty for the form as a whole.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl FormError {
    /// An error of an input.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// The message about an input, empty when there is none.
pub fn message_for(errors: &[FormError], field: &str) -> String {
    errors
        .iter()
        .find(|error| error.field == field)
        .map_or_else(String::new, |error| error.message.clone())
}

/// An entry of a selection.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What it says.
    pub label: String,
    /// Whether it is chosen.
    pub selected: bool,
}

impl Choice {
    /// A choice, chosen when its value is the one asked for.
    pub fn new(value: &str, label: impl Into<String>, chosen: &str) -> Self {
        Self { value: value.to_owned(), label: label.into(), selected: value == chosen }
    }
}

/// A fact that a conclusion came from.
#[derive(Debug, Clone)]
pub struct Input {
    /// What it is.
    pub label: String,
    /// Its value.
    pub value: String,
}

/// A rule that a conclusion rests on.
#[derive(Debug, Clone)]
pub struct Citation {
    /// Title of the instrument.
    pub title: String,
    /// Its number.
    pub number: String,
    /// The place in it.
    pub article: String,
    /// Whether the original was read or two persons confirmed it.
    pub verified: bool,
}

/// Why something is so.
#[derive(Debug, Clone)]
pub struct Why {
    /// What it is about.
    pub about: String,
    /// The conclusion in a sentence.
    pub conclusion: String,
    /// Why it may still change.
    pub provisional: String,
    /// From what.
    pub inputs: Vec<Input>,
    /// On what.
    pub citations: Vec<Citation>,
}

/// Somebody: the name, and small beside it what they sign in with.
#[derive(Debug, Clone)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The sign-in name, empty where it is the name.
    pub login: String,
}

impl From<&xinyong_service::browse::PersonView> for Person {
    fn from(person: &xinyong_service::browse::PersonView) -> Self {
        let login = if person.login == person.name { "" } else { person.login.as_str() };
        Self { name: person.name.clone(), login: login.to_owned() }
    }
}

/// A labelled value.
#[derive(Debug, Clone, Default)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The value.
    pub value: String,
    /// A remark.
    pub note: String,
    /// Where it leads.
    pub href: String,
    /// Why it is so.
    pub why: Option<Why>,
}

impl Fact {
    /// A label and a value.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), ..Self::default() }
    }

    /// The same with a remark.
    pub fn noted(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// The same with a link.
    pub fn to(self, href: impl Into<String>) -> Self {
        Self { href: href.into(), ..self }
    }

    /// The same with its reasons.
    pub fn because(self, why: Why) -> Self {
        Self { why: Some(why), ..self }
    }
}

/// A page number.
#[derive(Debug, Clone)]
pub struct PageLink {
    /// The number.
    pub label: String,
    /// Where to; empty for a gap.
    pub href: String,
    /// Whether it is this page.
    pub current: bool,
}

/// From page to page.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// How many there are and which these are.
    pub summary: String,
    /// The page before.
    pub prev: String,
    /// The page after.
    pub next: String,
    /// Page numbers, where they are known.
    pub pages: Vec<PageLink>,
}

/// A step of a procedure.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it is.
    pub label: String,
    /// `done`, `current`, `todo` or `failed`.
    pub state: String,
    /// When, by whom.
    pub note: String,
}

/// A figure.
#[derive(Debug, Clone)]
pub struct Tile {
    /// What it counts.
    pub label: String,
    /// The figure.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// A remark.
    pub note: String,
    /// Where it leads.
    pub href: String,
}

impl Tile {
    /// A figure that leads nowhere.
    pub fn new(label: impl Into<String>, value: impl ToString, unit: &str) -> Self {
        Self {
            label: label.into(),
            value: value.to_string(),
            unit: unit.to_owned(),
            note: String::new(),
            href: String::new(),
        }
    }

    /// The same with a link.
    pub fn to(self, href: &str) -> Self {
        Self { href: href.to_owned(), ..self }
    }
}

/// A bar of a chart.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What it counts.
    pub label: String,
    /// The figure.
    pub value: String,
    /// Its share of the longest bar, 0 to 100.
    pub share: u64,
}

/// A chart and its figures.
#[derive(Debug, Clone)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// The drawing, made by [`super::chart`] alone and printed as it is.
    pub svg: String,
    /// What the labels are.
    pub label_head: String,
    /// Names of the series.
    pub series: Vec<String>,
    /// The figures.
    pub rows: Vec<ChartRow>,
}

/// A line of a chart's table.
#[derive(Debug, Clone)]
pub struct ChartRow {
    /// What it counts.
    pub label: String,
    /// A figure for each series.
    pub values: Vec<String>,
}

/// Something everybody on the page should read.
#[derive(Debug, Clone)]
pub struct NoticeText {
    /// `info`, `success`, `warning` or `danger`.
    pub kind: String,
    /// What it is.
    pub title: String,
    /// What it says.
    pub text: String,
}

impl NoticeText {
    /// A notice.
    pub fn new(kind: &str, title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), title: title.into(), text: text.into() }
    }
}
