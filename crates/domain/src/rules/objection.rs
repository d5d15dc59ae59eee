//! 异议 (R-OBJ): who must look into an objection, and what the subject's own words beside the record may say.
//!
//! No number that binds in the county was read (rules.md §1.6): days and grounds are design defaults, kept as data, and favour the
//! subject. A record that is objected to is never the ground of a measure ([`super::measures::Ground::contested`]).

use jiff::civil::Date;

use crate::check::personal_number;
use crate::law::Law;
use crate::ruling::Ruling;
use crate::text::{SHORTEST_NAME, SHORTEST_NUMBER, normalise_name};

/// Pieces of an address on the network; a statement beside a record is no place for advertising.
const LINKS: &[&str] = &["://", "www.", ".com", ".cn", "http"];

/// Signs that are not seen: of no width, or turning the direction of writing.
const UNSEEN: &str = "\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2066}\u{2067}\u{2068}\u{2069}\u{feff}";

/// The dots between the parts of a name.
const DOTS: &str = "·•‧∙⋅・";

/// Whether the platform can find out by itself whether an objection is right, without the unit that delivered the record: how long
/// something is public, and what the catalogue has, it carries out itself. Everything else the source must say.
#[must_use]
pub fn is_own(ground: &str, on: Date, law: &Law) -> Ruling<bool> {
    let mut ruling = Ruling::new(false);
    if let Some(entry) = law.at(on).list("objection.own.grounds").applies() {
        ruling.value = entry.value.iter().any(|own| own == ground);
        ruling.cite(entry.citation);
    }
    ruling.input("ground", ground);
    ruling
}

/// What is wrong with a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementFault {
    /// Longer than the law folder allows: characters.
    #[error("异议声明最长{0}字，请压缩")]
    TooLong(i64),
    /// It has a natural person's number in it.
    #[error("异议声明随信息公开，不能写{0}")]
    PersonalNumber(&'static str),
    /// It leads elsewhere.
    #[error("异议声明随信息公开，不能写网址")]
    Link,
    /// It says who the natural person is that objects.
    #[error("声明随信息公开，不能写提出异议的人的姓名、证件号码和电话")]
    Named,
    /// Signs that no text has, such as those that turn the direction of writing.
    #[error("异议声明有不能显示的字符，请重新输入")]
    Unprintable,
}

impl StatementFault {
    /// The stable word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong(_) => "objection.statement-too-long",
            Self::PersonalNumber(_) => "objection.statement-personal",
            Self::Link => "objection.statement-link",
            Self::Named => "objection.statement-named",
            Self::Unprintable => "objection.statement-unprintable",
        }
    }
}

/// The subject's words as they stand beside the record while the objection is open: one line, everybody reads them. Empty for none.
///
/// # Errors
/// [`StatementFault`].
pub fn statement(text: &str, on: Date, law: &Law) -> Result<String, StatementFault> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(most) = law.at(on).number("objection.statement.length").applies()
        && usize::try_from(most.value).is_ok_and(|most| text.chars().count() > most)
    {
        return Err(StatementFault::TooLong(most.value));
    }
    let turns = |one: char| one.is_control() || UNSEEN.contains(one);
    if text.chars().any(turns) {
        return Err(StatementFault::Unprintable);
    }
    // Wide forms are read as the plain ones: a number stays a number.
    let plain: String = text
        .chars()
        .map(|one| match one {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(one) - u32::from('\u{ff01}') + u32::from('!'))
                    .unwrap_or(one)
            }
            '。' => '.',
            other => other,
        })
        .collect();
    if let Some(what) = personal_number(&plain) {
        return Err(StatementFault::PersonalNumber(what));
    }
    let lower = plain.to_ascii_lowercase();
    if LINKS.iter().any(|link| lower.contains(link)) {
        return Err(StatementFault::Link);
    }
    Ok(text)
}

/// Whose words they are, where it is not the subject that objects: a reader does not take them for the subject's.
const OF_A_PERSON: &str = "（信息中写到的个人）";

/// Whether a text says who somebody is: one of their names, spelt one way or the other, or one of their numbers, whatever stands between
/// its digits and letters.
#[must_use]
pub fn tells(text: &str, names: &[&str], numbers: &[&str]) -> bool {
    let seen = |text: &str| -> String {
        normalise_name(text).chars().filter(|one| !UNSEEN.contains(*one)).collect()
    };
    let bare =
        |text: &str| -> String { seen(text).chars().filter(|one| one.is_alphanumeric()).collect() };
    let (plain, digits) = (seen(text), bare(text));
    let named = names.iter().any(|name| {
        let name = seen(name);
        name.chars().count() >= SHORTEST_NAME && plain.contains(&name)
    });
    let numbered = numbers.iter().any(|number| {
        let number = bare(number);
        number.chars().count() >= SHORTEST_NUMBER && digits.contains(&number)
    });
    named || numbered
}

/// The words of a natural person whom the record names, as they stand beside it. They say whose they are and never who that is, by none of
/// the names and numbers ([`tells`]). Empty for none.
///
/// # Errors
/// [`StatementFault`].
pub fn statement_of_person(
    text: &str,
    (names, numbers): (&[&str], &[&str]),
    on: Date,
    law: &Law,
) -> Result<String, StatementFault> {
    let words = statement(text, on, law)?;
    if tells(&words, names, numbers) {
        return Err(StatementFault::Named);
    }
    Ok(if words.is_empty() { words } else { format!("{OF_A_PERSON}{words}") })
}

/// Whether a text has a name as a whole: it is the name, or the name stands between blanks or punctuation. A name that is part of another
/// one, or of the name of a firm, is not this one.
#[must_use]
pub fn has_whole(text: &str, name: &str) -> bool {
    let name = normalise_name(name);
    if name.chars().count() < SHORTEST_NAME {
        return false;
    }
    // The dots inside a name are part of it.
    let parts = |one: char| !one.is_alphanumeric() && !DOTS.contains(one);
    let is_it = |part: &str| normalise_name(part) == name;
    text.split(|one: char| parts(one) && !one.is_whitespace()).any(is_it)
        || text.split(parts).any(is_it)
}

/// The labels of those fields of a record that hold a name, spelt one way or the other, also as a part of something longer. A hint for who
/// reads the record: that the person who came is the one that is named, a second person finds.
pub fn fields_with<'f>(
    name: &str,
    fields: impl Iterator<Item = (&'f str, &'f str)>,
) -> Vec<String> {
    let name = normalise_name(name);
    if name.chars().count() < SHORTEST_NAME {
        return Vec::new();
    }
    fields
        .filter(|(_, value)| normalise_name(value).contains(&*name))
        .map(|(label, _)| label.to_owned())
        .collect()
}

#[cfg(test)]
mod cases;
