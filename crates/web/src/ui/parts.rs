//! The markup that pages share, each piece a template of its own: what is written into every page in place is compiled again in
//! every page, and a hundred of them take minutes.
//!
//! Pages do not name these: they extend a layout and call the macros of `components.html`.

use askama::Template;

use super::view::{Bar, Choice, Fact, FormError, Page, Pager, Tile, Why};

/// The beginning of a page behind a sign-in, as far as what it adds to the head.
#[derive(Template)]
#[template(path = "frame.html", block = "console_head")]
pub struct ConsoleHead<'p> {
    /// The frame.
    pub page: &'p Page,
}

/// From there to what the page says.
#[derive(Template)]
#[template(path = "frame.html", block = "console_top")]
pub struct ConsoleTop<'p> {
    /// The frame.
    pub page: &'p Page,
}

/// What comes after it.
#[derive(Template)]
#[template(path = "frame.html", block = "console_foot")]
pub struct ConsoleFoot<'p> {
    /// The frame.
    pub page: &'p Page,
}

/// The beginning of a public page.
#[derive(Template)]
#[template(path = "frame.html", block = "portal_top")]
pub struct PortalTop<'p> {
    /// The frame.
    pub page: &'p Page,
}

/// Its end.
#[derive(Template)]
#[template(path = "frame.html", block = "portal_foot")]
pub struct PortalFoot<'p> {
    /// The frame.
    pub page: &'p Page,
}

/// What is to be mended in a form.
#[derive(Template)]
#[template(path = "parts.html", block = "error_summary")]
pub struct ErrorSummary<'p> {
    /// The errors.
    pub errors: &'p [FormError],
}

/// One line of text.
#[derive(Template)]
#[template(path = "parts.html", block = "field")]
pub struct Field<'p> {
    /// Its name and id.
    pub name: &'p str,
    /// What is asked for.
    pub label: &'p str,
    /// What was typed before.
    pub value: &'p str,
    /// What is wrong with that.
    pub error: &'p str,
    /// How to fill it in.
    pub help: &'p str,
    /// Type of the input.
    pub kind: &'p str,
    /// Whether it must be filled in.
    pub required: &'p bool,
    /// What the browser may fill in.
    pub autocomplete: &'p str,
    /// `short`, `code`, `wide` or empty.
    pub width: &'p str,
}

/// A selection.
#[derive(Template)]
#[template(path = "parts.html", block = "select")]
pub struct Select<'p> {
    /// Its name and id.
    pub name: &'p str,
    /// What is asked for.
    pub label: &'p str,
    /// What can be chosen.
    pub choices: &'p [Choice],
    /// What is wrong with the choice.
    pub error: &'p str,
    /// How to choose.
    pub help: &'p str,
    /// Whether one must be chosen.
    pub required: &'p bool,
}

/// Several lines of text.
#[derive(Template)]
#[template(path = "parts.html", block = "textarea")]
pub struct Textarea<'p> {
    /// Its name and id.
    pub name: &'p str,
    /// What is asked for.
    pub label: &'p str,
    /// What was typed before.
    pub value: &'p str,
    /// What is wrong with that.
    pub error: &'p str,
    /// How to fill it in.
    pub help: &'p str,
    /// Lines that are shown.
    pub rows: &'p u8,
    /// Whether it must be filled in.
    pub required: &'p bool,
}

/// A file.
#[derive(Template)]
#[template(path = "parts.html", block = "file")]
pub struct File<'p> {
    /// Its name and id.
    pub name: &'p str,
    /// What is asked for.
    pub label: &'p str,
    /// What is wrong with the last one.
    pub error: &'p str,
    /// What it should be.
    pub help: &'p str,
    /// Types that the browser offers.
    pub accept: &'p str,
    /// Whether there must be one.
    pub required: &'p bool,
}

/// The beginning of a notice.
#[derive(Template)]
#[template(path = "parts.html", block = "notice_top")]
pub struct NoticeTop<'p> {
    /// `info`, `success`, `warning` or `danger`.
    pub kind: &'p str,
    /// What it is.
    pub title: &'p str,
}

/// The beginning of a table.
#[derive(Template)]
#[template(path = "parts.html", block = "table_top")]
pub struct TableTop<'p> {
    /// What it shows.
    pub caption: &'p str,
    /// `stack` or empty.
    pub layout: &'p str,
    /// Whether the caption is for screen readers only.
    pub quiet: &'p bool,
}

/// From page to page.
#[derive(Template)]
#[template(path = "parts.html", block = "pager")]
pub struct PagerNav<'p> {
    /// The frame.
    pub page: &'p Page,
    /// Where to.
    pub p: &'p Pager,
}

/// A word with a colour.
#[derive(Template)]
#[template(path = "parts.html", block = "chip")]
pub struct ChipText<'p> {
    /// The word.
    pub text: &'p str,
    /// The tone.
    pub tone: &'p str,
}

/// Why something is so.
#[derive(Template)]
#[template(path = "parts.html", block = "why")]
pub struct WhyDetails<'p> {
    /// The reasons.
    pub w: &'p Why,
    /// What they are called.
    pub label: &'p str,
}

/// Labelled values.
#[derive(Template)]
#[template(path = "parts.html", block = "facts")]
pub struct FactList<'p> {
    /// The frame.
    pub page: &'p Page,
    /// The values.
    pub list: &'p [Fact],
    /// `grid`, `dates` or empty.
    pub layout: &'p str,
}

/// The beginning of what stands where there is nothing.
#[derive(Template)]
#[template(path = "parts.html", block = "empty_top")]
pub struct EmptyTop<'p> {
    /// What there is none of.
    pub title: &'p str,
}

/// Figures in large type.
#[derive(Template)]
#[template(path = "parts.html", block = "tiles")]
pub struct TileList<'p> {
    /// The frame.
    pub page: &'p Page,
    /// The figures.
    pub list: &'p [Tile],
}

/// A chart that is a table.
#[derive(Template)]
#[template(path = "parts.html", block = "bars")]
pub struct BarTable<'p> {
    /// What it shows.
    pub caption: &'p str,
    /// What the labels are.
    pub label_head: &'p str,
    /// What the figures are.
    pub value_head: &'p str,
    /// The bars.
    pub rows: &'p [Bar],
}
