//! `GET /api/v1/openapi.json`: the interface in the words of OpenAPI 3.1, made from [`super::operations`].

use std::collections::BTreeMap;

use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Map, Value, json};
use xinyong_domain::law::Audience;

use super::call::{Call, Reply};
use super::codes;
use super::operation::{EVERYWHERE, JSON, NDJSON, Operation, Parameter, Place, Shape};
use super::operations::{DESCRIPTION, OPERATIONS};
use super::schemas;
use crate::site::Site;

/// The description.
pub async fn description(State(site): State<Site>, request: Request) -> Response {
    match Call::open(&site, &DESCRIPTION, request).await {
        Ok(call) => {
            let body = site.description(|| document(&site).to_string().into_bytes()).to_vec();
            call.close(Ok(Reply::of(JSON, body)))
        }
        Err(refused) => refused,
    }
}

/// The codes an operation may answer with, by status, in the order of the table.
pub fn codes_of(operation: &Operation) -> BTreeMap<u16, Vec<&'static codes::Code>> {
    let mut by_status: BTreeMap<u16, Vec<&'static codes::Code>> = BTreeMap::new();
    let extra: &[&str] = &["file.io", "law.invalid"];
    for line in codes::CODES {
        let own = operation.codes.contains(&line.code);
        if own || EVERYWHERE.contains(&line.code) || extra.contains(&line.code) {
            by_status.entry(line.status).or_default().push(line);
        }
    }
    by_status
}

/// The whole document.
pub fn document(site: &Site) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for operation in OPERATIONS {
        let entry = paths.entry(operation.path).or_insert_with(|| json!({}));
        if let Some(entry) = entry.as_object_mut() {
            entry.insert(operation.method.to_ascii_lowercase(), described(site, operation));
        }
    }
    let server = if site.base_path().is_empty() { "/" } else { site.base_path() };
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{}数据接口", site.name()),
            "version": "1",
            "description": "公开读取不需要密钥。答复只含依法可以公示的信息，不评分、不排名，不含自然人信息。问题一律以 application/problem+json 答复，code 稳定不变。不支持的请求方法答复 405。说明见本站 /api 页。",
        },
        "servers": [{ "url": server }],
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "系统管理员发放的密钥",
                },
            },
            "headers": {
                "RateLimit-Limit": header("每分钟最多的次数"),
                "RateLimit-Remaining": header("现在还可以请求的次数"),
                "RateLimit-Reset": header("过多少秒全部恢复"),
            },
        },
    })
}

fn header(about: &str) -> Value {
    json!({ "description": about, "schema": { "type": "integer", "minimum": 0 } })
}

/// The headers that every answer has.
fn headers() -> Map<String, Value> {
    ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
        .into_iter()
        .map(|name| (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") })))
        .collect()
}

fn described(site: &Site, operation: &Operation) -> Value {
    let mut responses = Map::new();
    let mut content = Map::new();
    for media in operation.media {
        // Lines of values have no one schema that generators understand; a line is a SubjectAnswer.
        let schema = if *media == NDJSON {
            json!({ "type": "string", "description": "每行一个 SubjectAnswer" })
        } else {
            json!({ "$ref": format!("#/components/schemas/{}", operation.schema) })
        };
        let mut shown = json!({ "schema": schema });
        if *media == JSON
            && let (Ok(example), Some(fields)) =
                (serde_json::from_str::<Value>(operation.answer), shown.as_object_mut())
        {
            fields.insert("example".to_owned(), example);
        }
        content.insert((*media).to_owned(), shown);
    }
    let mut success = headers();
    let text = |about: &str| json!({ "description": about, "schema": { "type": "string" } });
    if operation.method == "GET" {
        success.insert("ETag".to_owned(), text("内容的标识，下次写进 If-None-Match"));
        let unchanged = json!({ "description": "内容没有变", "headers": success });
        responses.insert("304".to_owned(), unchanged);
    }
    if operation.status == 201 {
        success.insert("Location".to_owned(), text("批次的地址"));
    }
    let mut answer =
        json!({ "description": operation.title, "headers": success, "content": content });
    let links: Map<String, Value> = operation
        .links
        .iter()
        .map(|link| {
            let with: Map<String, Value> =
                link.with.iter().map(|(name, from)| ((*name).to_owned(), json!(from))).collect();
            (link.name.to_owned(), json!({ "operationId": link.to, "parameters": with }))
        })
        .collect();
    if let (false, Some(fields)) = (links.is_empty(), answer.as_object_mut()) {
        fields.insert("links".to_owned(), links.into());
    }
    responses.insert(operation.status.to_string(), answer);
    for (status, lines) in codes_of(operation) {
        let about: Vec<String> =
            lines.iter().map(|line| format!("`{}` {}", line.code, line.title)).collect();
        let first = lines.first().map(|line| example(line)).unwrap_or_default();
        let mut headers = headers();
        if matches!(status, 429 | 503) {
            headers.insert("Retry-After".to_owned(), header("过多少秒再试"));
        }
        responses.insert(
            status.to_string(),
            json!({
                "description": about.join("；"),
                "headers": headers,
                "content": { "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" },
                    "example": first,
                } },
            }),
        );
    }
    let anonymous = operation.scope == xinyong_service::api_keys::Scope::Read;
    let security = if anonymous { json!([{}, { "key": [] }]) } else { json!([{ "key": [] }]) };
    let parameters: Vec<Value> =
        operation.parameters.iter().map(|one| parameter(site, one)).collect();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.title,
        "description": operation.about,
        "parameters": parameters,
        "security": security,
        "responses": responses,
    });
    if let (Some(sent), Some(fields)) = (operation.sent, described.as_object_mut()) {
        let mut content = Map::new();
        for media in sent.media {
            let body = if sent.schema.is_empty() {
                json!({ "schema": { "type": "string", "format": "binary" } })
            } else {
                let example: Value = serde_json::from_str(sent.example).unwrap_or_default();
                let schema = format!("#/components/schemas/{}", sent.schema);
                json!({ "schema": { "$ref": schema }, "example": example })
            };
            content.insert((*media).to_owned(), body);
        }
        let body = json!({ "description": sent.about, "required": true, "content": content });
        fields.insert("requestBody".to_owned(), body);
    }
    described
}

fn example(line: &codes::Code) -> Value {
    json!({
        "type": format!("/api#{}", line.code),
        "title": line.title,
        "status": line.status,
        "code": line.code,
        "detail": line.title,
    })
}

fn kinds(site: &Site, public_only: bool) -> Value {
    let law = site.desk().law();
    let known = law.kinds().values();
    let known = known.filter(|kind| !public_only || kind.audience == Audience::Public);
    json!({ "type": "string", "enum": known.map(|kind| kind.id.as_str()).collect::<Vec<_>>() })
}

fn parameter(site: &Site, parameter: &Parameter) -> Value {
    let mut schema = match parameter.shape {
        Shape::Text(most) => json!({ "type": "string", "minLength": 1, "maxLength": most }),
        Shape::PublicKind => kinds(site, true),
        Shape::Kind => kinds(site, false),
        Shape::Day => json!({ "type": "string", "format": "date" }),
        Shape::Number(least, most, usual) => {
            json!({ "type": "integer", "minimum": least, "maximum": most, "default": usual })
        }
        Shape::Hex(digits) => {
            json!({ "type": "string", "pattern": format!("^[0-9a-f]{{{digits}}}$") })
        }
        Shape::Id => json!({ "type": "string", "pattern": "^[0-9]{1,19}$" }),
        Shape::Word(words) => json!({ "type": "string", "enum": words }),
    };
    if parameter.place == Place::Header
        && let Some(schema) = schema.as_object_mut()
    {
        schema.insert("pattern".to_owned(), json!("^[!-~]+$"));
    }
    let mut described = json!({
        "name": parameter.name,
        "in": parameter.place.as_str(),
        "required": parameter.required,
        "description": parameter.about,
        "schema": schema,
    });
    if let (false, Some(fields)) = (parameter.example.is_empty(), described.as_object_mut()) {
        let example = match parameter.shape {
            Shape::Number(..) => parameter.example.parse::<i64>().map_or(Value::Null, Value::from),
            _ => Value::from(parameter.example),
        };
        fields.insert("example".to_owned(), example);
    }
    described
}
