//! Bringing a typed code to the one form it is checked and stored in.
//!
//! Files carry codes in lower case, in full-width characters, with the hyphen of the printed certificate and
//! with blanks nobody sees. None of that changes which subject is meant, so it is taken off before the check.

use std::borrow::Cow;

/// The code in half-width upper case, without blanks and hyphens of any kind.
///
/// Characters that cannot stand in a code (Chinese, punctuation) are kept, so that the check still sees and
/// refuses them. Borrowed when nothing changes: upper-case ASCII letters and digits never allocate.
#[must_use]
pub fn normalise(raw: &str) -> Cow<'_, str> {
    if raw.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()) {
        return Cow::Borrowed(raw);
    }
    let mut out = String::with_capacity(raw.len());
    out.extend(raw.chars().filter_map(|character| {
        let half = half_width(character).to_ascii_uppercase();
        (!is_blank(half) && !is_hyphen(half)).then_some(half)
    }));
    if out == raw { Cow::Borrowed(raw) } else { Cow::Owned(out) }
}

/// The half-width form of a full-width ASCII character; every other character as it is.
pub(crate) fn half_width(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character)
        }
        other => other,
    }
}

/// Whether the character shows nothing: white space (with U+3000 and the no-break space), zero-width
/// characters, direction marks, the byte-order mark.
pub(crate) fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{00AD}'
                | '\u{180E}'
                | '\u{200B}'..='\u{200F}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{2064}'
                | '\u{2066}'..='\u{2069}'
                | '\u{FEFF}'
        )
}

/// Hyphens, dashes and the minus sign, in every width.
fn is_hyphen(character: char) -> bool {
    matches!(
        character,
        '-' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{2E3A}'
                | '\u{2E3B}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_right_is_borrowed() {
        assert!(matches!(normalise("91140829MA0GWC5HXQ"), Cow::Borrowed(_)));
        assert!(matches!(normalise(""), Cow::Borrowed(_)));
        assert!(matches!(normalise("中文"), Cow::Borrowed(_)));
    }

    #[test]
    fn width_case_blanks_and_hyphens_are_taken_off() {
        for raw in [
            "91140829ma0gwc5hxq",
            "９１１４０８２９ＭＡ０ＧＷＣ５ＨＸＱ",
            " 91140829 MA0GWC5H-XQ\t",
            "\u{FEFF}91140829\u{3000}MA0G\u{00A0}WC5H\u{200B}XQ\r\n",
            "91140829－MA0GWC5H—XQ",
            "ｍa0gwc5h–xq".trim(),
        ] {
            assert!("91140829MA0GWC5HXQ".ends_with(normalise(raw).as_ref()), "{raw:?}");
        }
    }

    #[test]
    fn foreign_characters_stay_visible() {
        assert_eq!(normalise("9114 中x"), "9114中X");
    }

    proptest! {
        #[test]
        fn a_second_pass_changes_nothing(raw in "\\PC*|[a-zA-Z０-ｚ \\-\u{3000}\u{200B}—]*") {
            let once = normalise(&raw).into_owned();
            prop_assert!(matches!(normalise(&once), Cow::Borrowed(_)));
        }
    }
}
