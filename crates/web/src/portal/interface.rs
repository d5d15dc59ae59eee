//! `GET /api`: the interface for machines, for people: made from the same table as its description.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};

use crate::api::codes::CODES;
use crate::api::description::codes_of;
use crate::api::limits::{ANONYMOUS, WITH_KEY};
use crate::api::operation::{FORM, Operation, Place, Shape};
use crate::api::operations::OPERATIONS;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::Page;
use crate::url;

/// The program that asks about a list without saying about whom.
const PRIVATE_CHECK: &str = include_str!("../../../../docs/private_check.py");

struct ParameterRow {
    name: &'static str,
    place: &'static str,
    required: &'static str,
    holds: String,
    about: &'static str,
}

struct OperationView {
    id: &'static str,
    title: &'static str,
    method: &'static str,
    path: &'static str,
    about: &'static str,
    key: &'static str,
    parameters: Vec<ParameterRow>,
    sent: String,
    example: String,
    answer: &'static str,
    codes: Vec<&'static str>,
}

struct CodeRow {
    code: &'static str,
    status: u16,
    title: &'static str,
}

#[derive(Template)]
#[template(path = "portal/interface.html")]
struct Interface {
    page: Page,
    operations: Vec<OperationView>,
    codes: Vec<CodeRow>,
    anonymous: u32,
    with_key: u32,
}

fn holds(shape: Shape) -> String {
    match shape {
        Shape::Text(most) => format!("文字，不超过 {most} 个字"),
        Shape::PublicKind => "公示的信息类别的代码".to_owned(),
        Shape::Kind => "信息类别的代码".to_owned(),
        Shape::Day => "日期，如 2026-03-05".to_owned(),
        Shape::Number(least, most, usual) => format!("{least} 到 {most} 的整数，不写为 {usual}"),
        Shape::Hex(digits) => format!("{digits} 位小写的十六进制数"),
        Shape::Id => "编号，全是数字".to_owned(),
        Shape::Word(words) => words.join(" 或 "),
    }
}

/// A request that can be pasted into a terminal. `here` stands for the address of the site.
fn example(operation: &Operation, base: &str) -> String {
    let mut path = operation.path.to_owned();
    let mut query = Vec::new();
    for one in operation.parameters {
        match one.place {
            Place::Path => path = path.replace(&format!("{{{}}}", one.name), one.example),
            Place::Query if one.required => query.push((one.name, one.example)),
            _ => {}
        }
    }
    let address = url::with_query(&format!("{base}{path}"), &query);
    let mut lines = vec![format!("curl \"https://本站域名{address}\"")];
    if operation.scope != xinyong_service::api_keys::Scope::Read {
        lines.push("-H \"Authorization: Bearer $KEY\"".to_owned());
    }
    let headers = operation.parameters.iter().filter(|one| one.place == Place::Header);
    lines.extend(headers.map(|one| format!("-H \"{}: {}\"", one.name, one.example)));
    if let Some(sent) = operation.sent {
        lines.extend(sent.media.first().map(|media| format!("-H \"Content-Type: {media}\"")));
        let form: Option<std::collections::BTreeMap<String, String>> =
            (sent.media == [FORM]).then(|| serde_json::from_str(sent.example).ok()).flatten();
        match form {
            Some(fields) => lines.extend(
                fields.iter().map(|(field, text)| format!("--data-urlencode '{field}={text}'")),
            ),
            None => {
                let body = if sent.schema.is_empty() { "@处罚.csv" } else { sent.example };
                lines.push(format!("--data-binary '{body}'"));
            }
        }
    }
    lines.join(" \\\n  ")
}

fn view(operation: &'static Operation, base: &str) -> OperationView {
    OperationView {
        id: operation.id,
        title: operation.title,
        method: operation.method,
        path: operation.path,
        about: operation.about,
        key: match operation.scope {
            xinyong_service::api_keys::Scope::Read => "不需要密钥",
            xinyong_service::api_keys::Scope::Report => "需要有报送用途的密钥",
            xinyong_service::api_keys::Scope::Check => "需要有核查用途的密钥",
            xinyong_service::api_keys::Scope::Follow => "需要有接收订阅用途的密钥",
        },
        parameters: operation
            .parameters
            .iter()
            .map(|one| ParameterRow {
                name: one.name,
                place: match one.place {
                    Place::Path => "路径",
                    Place::Query => "查询",
                    Place::Header => "请求头",
                },
                required: if one.required { "必需" } else { "选填" },
                holds: holds(one.shape),
                about: one.about,
            })
            .collect(),
        sent: operation.sent.map_or_else(String::new, |sent| {
            format!("{}（{}）", sent.about, sent.media.join("、"))
        }),
        example: example(operation, base),
        answer: operation.answer,
        codes: codes_of(operation)
            .into_values()
            .flatten()
            .map(|line| line.code)
            .filter(|code| operation.codes.contains(code))
            .collect(),
    }
}

/// The page.
///
/// # Errors
/// When the template fails.
pub async fn interface(frame: Frame) -> Result<Html<String>, PageError> {
    let base = frame.site.base_path().to_owned();
    draw(&Interface {
        page: frame.portal("数据接口", "/api"),
        operations: OPERATIONS.iter().map(|operation| view(operation, &base)).collect(),
        codes: CODES
            .iter()
            .map(|line| CodeRow { code: line.code, status: line.status, title: line.title })
            .collect(),
        anonymous: ANONYMOUS,
        with_key: WITH_KEY,
    })
}

/// `GET /lists/private_check.py`: the program that asks about a list without saying about whom, and needs nothing of ours.
pub async fn private_check() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/x-python; charset=utf-8")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"private_check.py\""),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
    ];
    (headers, PRIVATE_CHECK).into_response()
}
