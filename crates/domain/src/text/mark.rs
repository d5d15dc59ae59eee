//! Which part of a name a query met, so that a reader sees why it was found.

use std::borrow::Cow;

use super::{Query, initials, normalise_name, readings};

/// Characters that a part may be longer than what was asked for: blanks and brackets that count for nothing.
const SLACK: usize = 8;

/// The first and shortest part of `name`, as it is written there, that holds what was asked for: the fragment itself, or the
/// characters whose initials were typed. `None` where the name does not hold it; in a name with full-width signs also where it
/// only reads so between its neighbours.
#[must_use]
pub fn matched_part<'n>(query: &Query, name: &'n str) -> Option<&'n str> {
    // A name that is written as it is compared needs one look.
    if matches!(normalise_name(name), Cow::Borrowed(_)) {
        return plain_part(query, name);
    }
    let holds = |part: &str| match query {
        Query::Name(_, fragment) => normalise_name(part).as_ref() == fragment,
        Query::Initials(_, letters) => {
            initials(part) == *letters || normalise_name(part).eq_ignore_ascii_case(letters)
        }
        Query::Code(_) | Query::TooShort => false,
    };
    let longest = SLACK
        + match query {
            Query::Name(_, wanted) | Query::Initials(_, wanted) => wanted.chars().count(),
            Query::Code(_) | Query::TooShort => return None,
        };
    let edges: Vec<usize> =
        name.char_indices().map(|(at, _)| at).chain(std::iter::once(name.len())).collect();
    for (place, from) in edges.iter().enumerate() {
        // A blank or a bracket before the match belongs to it no more than one after it.
        let found = edges
            .get(place + 1..)?
            .iter()
            .take(longest)
            .find_map(|to| name.get(*from..*to).filter(|part| holds(part)));
        if let Some(part) = found {
            return Some(part.trim_start());
        }
    }
    None
}

fn plain_part<'n>(query: &Query, name: &'n str) -> Option<&'n str> {
    match query {
        Query::Name(_, fragment) => {
            let from = name.find(fragment.as_str())?;
            name.get(from..from + fragment.len())
        }
        Query::Initials(_, wanted) => {
            let (places, letters): (Vec<usize>, String) = readings(name).unzip();
            // Every letter is one byte, so its place among the letters is its place in the text.
            let from = letters.find(wanted.as_str())?;
            let first = *places.get(from)?;
            let last = *places.get(from + wanted.len().checked_sub(1)?)?;
            let end = last + name.get(last..)?.chars().next()?.len_utf8();
            name.get(first..end)
        }
        Query::Code(_) | Query::TooShort => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_query;
    use super::*;

    #[test]
    fn the_part_is_the_one_written_in_the_name() {
        for (typed, name, part) in [
            ("鑫源", "平陆县示例鑫源建材有限公司", Some("鑫源")),
            ("(南桥)a", "示例（南桥）Ａ店", Some("（南桥）Ａ")),
            ("鑫源", "平陆县示例鑫 源建材", Some("鑫 源")),
            ("xyjc", "平陆县示例鑫源建材有限公司", Some("鑫源建材")),
            ("abc", "示例ABC商行", Some("ABC")),
            ("鑫源", "平陆县示例建材有限公司", None),
            ("91140829XY00030103", "平陆县示例建材有限公司", None),
            ("鑫", "平陆县示例鑫源", None),
        ] {
            assert_eq!(matched_part(&parse_query(typed), name), part, "{typed} {name}");
        }
    }
}
