//! Percent-encoding, and addresses with a query.

/// A text as it may stand in a query, a path segment or an RFC 5987 value.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A path with those parts of a query that say something.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let said: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    if said.is_empty() { path.to_owned() } else { format!("{path}?{}", said.join("&")) }
}

/// A raw query without one of its parameters.
pub fn without(query: &str, name: &str) -> String {
    query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(name))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_plain_is_encoded() {
        assert_eq!(encode("示例 a/b"), "%E7%A4%BA%E4%BE%8B%20a%2Fb");
        assert_eq!(with_query("/search", &[("q", "a&b"), ("after", "")]), "/search?q=a%26b");
        assert_eq!(without("q=1&size=large", "size"), "q=1");
    }
}
