//! Puts what somebody had typed back into the form of one of our own pages.
//!
//! It reads only what our templates write: every attribute in double quotes, everything that comes from outside escaped.

use std::collections::HashMap;

/// A page whose form holds again what was typed, or nothing when the page has no such form: the one that is sent to `action`,
/// else the first with a field of one of the names. What is hidden, a password or a file is left as the page has it.
pub fn refill(page: &str, action: &str, fields: &[(String, String)]) -> Option<String> {
    let forms = forms(page);
    let at = forms
        .iter()
        .find(|(_, _, to)| *to == escape(action))
        .or_else(|| forms.iter().find(|(from, to, _)| has_one_of(&page[*from..*to], fields)))?;
    let (from, to, _) = *at;
    Some(format!("{}{}{}", &page[..from], filled(&page[from..to], fields), &page[to..]))
}

/// The forms of a page: where each begins and ends, and where it is sent to.
fn forms(page: &str) -> Vec<(usize, usize, &str)> {
    page.match_indices("<form ")
        .filter_map(|(from, _)| {
            let tag = &page[from..from + page[from..].find('>')?];
            let to = from + page[from..].find("</form>")?;
            Some((from, to, attribute(tag, "action").unwrap_or_default()))
        })
        .collect()
}

fn has_one_of(form: &str, fields: &[(String, String)]) -> bool {
    fields.iter().any(|(name, _)| {
        let named = format!("name=\"{}\"", escape(name));
        form.split('<').any(|tag| {
            tag.contains(&named) && attribute(tag, "type").is_none_or(|kind| kind != "hidden")
        })
    })
}

/// What a template writes for a text.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("&#34;"),
            '&' => escaped.push_str("&#38;"),
            '\'' => escaped.push_str("&#39;"),
            '<' => escaped.push_str("&#60;"),
            '>' => escaped.push_str("&#62;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// The values of a form by name, given out one after the other where a name stands several times.
struct Values<'v> {
    by_name: HashMap<String, Vec<&'v str>>,
    taken: HashMap<String, usize>,
}

impl<'v> Values<'v> {
    fn new(fields: &'v [(String, String)]) -> Self {
        let mut by_name: HashMap<String, Vec<&str>> = HashMap::new();
        for (name, value) in fields {
            by_name.entry(escape(name)).or_default().push(value);
        }
        Self { by_name, taken: HashMap::new() }
    }

    fn next(&mut self, name: &str) -> Option<&'v str> {
        let place = self.taken.entry(name.to_owned()).or_default();
        let value = self.by_name.get(name)?.get(*place).copied();
        *place += 1;
        value
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.by_name.get(name).is_some_and(|held| held.iter().any(|one| escape(one) == value))
    }
}

fn filled(form: &str, fields: &[(String, String)]) -> String {
    let mut values = Values::new(fields);
    let mut out = String::with_capacity(form.len());
    let mut select: Option<(String, bool)> = None;
    let mut rest = form;
    while let Some(start) = rest.find('<') {
        let Some(end) = rest[start..].find('>').map(|end| start + end + 1) else { break };
        out.push_str(&rest[..start]);
        let tag = &rest[start..end];
        rest = &rest[end..];
        let name = attribute(tag, "name").unwrap_or_default();
        if tag.starts_with("<input ") {
            out.push_str(&input(tag, name, &mut values));
        } else if tag.starts_with("<textarea ") {
            out.push_str(tag);
            if let Some(value) = values.next(name) {
                out.push_str(&escape(value));
                rest = rest.find("</textarea>").map_or("", |close| &rest[close..]);
            }
        } else if tag.starts_with("<select ") {
            select = Some((name.to_owned(), values.by_name.contains_key(name)));
            out.push_str(tag);
        } else if let Some((of, true)) = select.as_ref().filter(|_| tag.starts_with("<option ")) {
            let chosen = values.has(of, attribute(tag, "value").unwrap_or_default());
            out.push_str(&marked(tag, "selected", chosen));
        } else {
            if tag == "</select>" {
                select = None;
            }
            out.push_str(tag);
        }
    }
    out.push_str(rest);
    out
}

fn input(tag: &str, name: &str, values: &mut Values<'_>) -> String {
    match attribute(tag, "type").unwrap_or("text") {
        "hidden" | "password" | "file" | "submit" => tag.to_owned(),
        "checkbox" | "radio" => {
            let chosen = values.has(name, attribute(tag, "value").unwrap_or("on"));
            marked(tag, "checked", chosen)
        }
        _ => {
            let Some(value) = values.next(name) else { return tag.to_owned() };
            let value = format!(" value=\"{}\"", escape(value));
            match attribute(tag, "value") {
                Some(old) => tag.replacen(&format!(" value=\"{old}\""), &value, 1),
                None => format!("{}{value}>", tag.trim_end_matches('>')),
            }
        }
    }
}

/// A tag with or without a word that stands alone in it.
fn marked(tag: &str, word: &str, wanted: bool) -> String {
    let without = tag.replace(&format!(" {word}"), "");
    if wanted { format!("{} {word}>", without.trim_end_matches('>')) } else { without }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(
        r#"<form method="post" action="/out"><input type="hidden" name="csrf" value="t"></form>"#,
        r#"<form method="post" action="/a"><input type="hidden" name="csrf" value="t"><input id="n" name="n" type="text" value="old">"#,
        r#"<input name="password" type="password" value=""><select name="s"><option value="">-</option><option value="1" selected>1"#,
        r#"</option><option value="2">2</option></select><textarea name="t" rows="3">old</textarea>"#,
        r#"<input type="checkbox" name="c" value="x"><input type="checkbox" name="c" value="y" checked></form>"#
    );

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_was_typed_stands_in_the_form_again_and_cannot_break_out_of_it() {
        let typed = fields(&[
            ("csrf", "stolen"),
            ("n", "\"><script>"),
            ("password", "secret"),
            ("s", "2"),
            ("t", "</textarea>甲"),
            ("c", "x"),
        ]);
        let page = refill(PAGE, "/a", &typed).expect("the form");
        for part in [
            r#"value="&#34;&#62;&#60;script&#62;""#,
            r#"<option value="2" selected>"#,
            r#"<option value="1">"#,
            r#"rows="3">&#60;/textarea&#62;甲</textarea>"#,
            r#"value="x" checked>"#,
            r#"name="c" value="y">"#,
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("secret") && !page.contains("stolen") && !page.contains("old"));
    }

    #[test]
    fn the_form_is_found_by_its_address_or_by_its_fields() {
        assert!(refill(PAGE, "/b", &fields(&[("n", "新")])).expect("by name").contains("新"));
        assert!(refill(PAGE, "/b", &fields(&[("csrf", "x"), ("other", "y")])).is_none());
    }
}
