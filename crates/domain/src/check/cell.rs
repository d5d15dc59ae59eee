//! One cell, before anyone knows what field it is.

/// A cell without outer spaces; what stands for "nothing" in files (dashes, a slash, N/A) is nothing.
#[must_use]
pub fn clean(cell: &str) -> &str {
    let cell = cell.trim_matches(|character: char| {
        character.is_whitespace() || character == '\u{feff}' || character == '\u{200b}'
    });
    if cell.len() > 12 {
        return cell;
    }
    match cell {
        "/" | "N/A" | "n/a" | "NULL" | "null" | "NaN" => "",
        _ if cell
            .chars()
            .all(|character| matches!(character, '-' | '—' | '－' | '–' | '―' | ' ')) =>
        {
            ""
        }
        _ => cell,
    }
}

/// Whether text was destroyed on its way: replacement characters, control characters, or the marks that a wrong
/// decoding leaves behind. Such text is never stored.
#[must_use]
pub fn is_destroyed(text: &str) -> bool {
    // One pass without branches decides for nearly every cell; the marks are looked for only where one may be.
    let mut suspect = false;
    for byte in text.bytes() {
        // 0xEF begins U+FFFD; 0x9F ends 锟.
        suspect |= byte < 0x20 || byte == b'?' || byte == 0xef || byte == 0x9f;
    }
    suspect
        && (text.bytes().any(|byte| byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t'))
            || text.contains('\u{fffd}')
            || text.contains("???")
            || text.contains("锟斤拷"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_nothing_is_nothing() {
        for cell in ["", "  ", "—", "— —", "--", "－", "/", "N/A", "\u{3000}", "\u{feff}"] {
            assert_eq!(clean(cell), "", "{cell:?}");
        }
        assert_eq!(clean(" 示例-甲 "), "示例-甲");
    }

    #[test]
    fn destroyed_text_is_seen() {
        assert!(is_destroyed("平陆\u{fffd}示例"));
        assert!(is_destroyed("???????"));
        assert!(is_destroyed("甲\u{1}乙"));
        assert!(!is_destroyed("第一行\n第二行"));
    }
}
