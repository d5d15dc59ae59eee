//! Requests that change something must come from a page of ours: a secret in the session and in the form, and what the
//! browser itself says about where the request came from.

use axum::http::{HeaderMap, header};
use xinyong_service::{Desk, DeskError};

/// A new token: 32 random bytes in hexadecimal.
///
/// # Errors
/// When the system has no random bytes.
pub fn token(desk: &Desk) -> Result<String, DeskError> {
    Ok(hex(&desk.random::<32>()?))
}

/// Bytes in lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares without telling by the time it takes where the first difference is. Nothing equals an empty token.
pub fn same(expected: &str, given: &str) -> bool {
    let (expected, given) = (expected.as_bytes(), given.as_bytes());
    if expected.is_empty() || expected.len() != given.len() {
        return false;
    }
    let difference = expected
        .iter()
        .zip(given)
        .fold(0_u8, |difference, (left, right)| difference | (left ^ right));
    std::hint::black_box(difference) == 0
}

/// Whether the browser says that the request comes from this site. A client that says nothing is let through to the token.
pub fn from_this_site(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else {
        return true;
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text(header::HOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_token_is_the_same() {
        assert!(same("abc", "abc"));
        for other in ["", "ab", "abd", "abcd"] {
            assert!(!same("abc", other), "{other}");
        }
        assert!(!same("", ""));
    }

    #[test]
    fn another_site_is_recognised() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, header::HeaderValue::from_static(value));
            }
            headers
        };
        assert!(from_this_site(&headers(&[])));
        assert!(from_this_site(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(!from_this_site(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(!from_this_site(&headers(&[("sec-fetch-site", "same-site")])));
        assert!(from_this_site(&headers(&[("origin", "https://a.cn"), ("host", "a.cn")])));
        assert!(!from_this_site(&headers(&[("origin", "https://b.cn"), ("host", "a.cn")])));
        assert!(!from_this_site(&headers(&[("origin", "null"), ("host", "a.cn")])));
    }
}
