//! What is asked: whether a parameter holds what it may, and in which format the answer is wanted.

use axum::http::{HeaderMap, header};
use xinyong_domain::value::date;

use super::operation::{Operation, Parameter, Place, Shape};
use super::problem::Trouble;

/// The refusal of what is not UTF-8.
pub fn not_utf8() -> Trouble {
    Trouble::new("address.not-utf8", "地址中的文字请先按 UTF-8 编码，再写成百分号形式")
}

/// What may be asked of an operation.
pub fn names(operation: &Operation) -> String {
    let known: Vec<&str> = operation
        .parameters
        .iter()
        .filter(|one| one.place == Place::Query)
        .map(|one| one.name)
        .collect();
    if known.is_empty() {
        return "这一操作没有查询参数".to_owned();
    }
    format!("可用的参数：{}", known.join("、"))
}

/// The value, if it is one that the parameter may hold. An empty one in the query asks for nothing.
pub fn fitting(parameter: &Parameter, value: &str) -> Result<String, Trouble> {
    let optional = parameter.place == Place::Query && !parameter.required;
    if value.is_empty() && optional {
        return Ok(String::new());
    }
    let fits = match parameter.shape {
        // Whether there is such a kind, the desk says.
        Shape::PublicKind | Shape::Kind => {
            value.chars().count() <= 64 && !value.chars().any(|c| c.is_control())
        }
        Shape::Text(most) => {
            !value.is_empty()
                && value.chars().count() <= most
                && !value.chars().any(|c| c.is_control())
        }
        Shape::Day => {
            value.len() == 10 && date::read(value).is_some_and(|(day, _)| day.to_string() == value)
        }
        Shape::Number(least, most, _) => {
            value.bytes().all(|byte| byte.is_ascii_digit())
                && value.parse().is_ok_and(|number: i64| (least..=most).contains(&number))
        }
        Shape::Hex(digits) => {
            value.len() == digits
                && value.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        }
        Shape::Id => {
            !value.is_empty()
                && value.len() <= 19
                && value.bytes().all(|byte| byte.is_ascii_digit())
        }
        Shape::Word(words) => words.contains(&value),
    };
    if fits {
        return Ok(value.to_owned());
    }
    let wanted = match parameter.shape {
        Shape::Text(most) => format!("1 到 {most} 个字，不含控制字符"),
        Shape::PublicKind | Shape::Kind => "信息类别的代码".to_owned(),
        Shape::Day => "日期，写作 2026-03-05".to_owned(),
        Shape::Number(least, most, _) => format!("{least} 到 {most} 的整数"),
        Shape::Hex(digits) => format!("{digits} 位小写的十六进制数"),
        Shape::Id => "本站给出的编号，全是数字".to_owned(),
        Shape::Word(words) => words.join(" 或 "),
    };
    let detail = format!("参数 {} 的值不对，应为{wanted}", parameter.name);
    Err(Trouble::new("parameter.invalid", detail))
}

/// The format among those offered that the caller likes best.
pub fn accepted(headers: &HeaderMap, offered: &[&'static str]) -> Result<&'static str, Trouble> {
    let usual = offered.first().copied().unwrap_or_default();
    let mut asked = false;
    let mut best: Option<(f32, &'static str)> = None;
    for value in headers.get_all(header::ACCEPT) {
        for range in value.to_str().unwrap_or_default().split(',') {
            let mut pieces = range.split(';').map(str::trim);
            let kind = pieces.next().unwrap_or_default().to_ascii_lowercase();
            if kind.is_empty() {
                continue;
            }
            asked = true;
            let quality = pieces
                .find_map(|piece| piece.strip_prefix("q="))
                .map_or(1.0, |text| text.parse::<f32>().unwrap_or(0.0));
            let found = match kind.as_str() {
                "*/*" | "application/*" => Some(usual),
                kind => offered.iter().copied().find(|one| *one == kind),
            };
            if let Some(found) = found
                && quality > 0.0
                && best.is_none_or(|(held, _)| quality > held)
            {
                best = Some((quality, found));
            }
        }
    }
    match best {
        Some((_, found)) => Ok(found),
        None if !asked => Ok(usual),
        None => {
            let detail = format!("本操作以 {} 答复：请改写请求头 Accept", offered.join(" 或 "));
            Err(Trouble::new("accept.unsupported", detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::api::operation::{JSON, NDJSON};

    #[test]
    fn the_format_liked_best_is_taken() {
        let ask = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            if !accept.is_empty() {
                headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            }
            accepted(&headers, &[JSON, NDJSON]).ok()
        };
        assert_eq!(ask(""), Some(JSON));
        assert_eq!(ask("*/*"), Some(JSON));
        assert_eq!(ask("application/x-ndjson"), Some(NDJSON));
        assert_eq!(ask("application/json;q=0.2, application/x-ndjson;q=0.9"), Some(NDJSON));
        assert_eq!(ask("text/html, application/*;q=0.1"), Some(JSON));
        assert_eq!(ask("text/html"), None);
        assert_eq!(ask("application/json;q=0"), None);
    }
}
