//! One request of a machine, from the key it carries to the headers of its answer.
//!
//! [`Call::open`] checks everything that the operation says about requests; [`Call::close`] gives the answer its headers. Neither
//! asks the database, but for a key that was not seen for seconds.

use std::hash::{DefaultHasher, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{FromRequestParts as _, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use xinyong_service::api_keys::{Key, Scope};
use xinyong_service::{Actor, DeskError};

use super::asked::{accepted, fitting, names, not_utf8};
use super::limits::{Left, Who};
use super::operation::{Operation, Place, Shape};
use super::problem::Trouble;
use crate::listen::Client;
use crate::site::Site;
use crate::url;

/// Longest query in bytes.
const LONGEST_QUERY: usize = 4_096;
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const RATE_RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// What an operation gives back.
pub struct Reply {
    status: StatusCode,
    media: &'static str,
    body: Vec<u8>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Reply {
    /// A value as JSON.
    ///
    /// # Errors
    /// When it cannot be written, which is a defect of ours.
    pub fn json<T: Serialize>(value: &T) -> Result<Self, Trouble> {
        let body =
            serde_json::to_vec(value).map_err(|error| DeskError::Internal(error.to_string()))?;
        Ok(Self::of(super::operation::JSON, body))
    }

    /// Bytes of a format.
    pub fn of(media: &'static str, body: Vec<u8>) -> Self {
        Self { status: StatusCode::OK, media, body, headers: Vec::new() }
    }

    /// The same for something new at an address.
    pub fn created(mut self, location: &str) -> Self {
        self.status = StatusCode::CREATED;
        self.headers.extend(location.parse().ok().map(|value| (header::LOCATION, value)));
        self
    }

    /// The same with a header.
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// A request that was let in.
pub struct Call {
    site: Site,
    operation: &'static Operation,
    parts: Parts,
    /// Behind a lock only so that a shared call may be held while waiting: a body may not be shared.
    body: Mutex<Option<Body>>,
    key: Option<Arc<Key>>,
    who: Who,
    left: Option<Left>,
    values: Vec<(&'static str, String)>,
    media: &'static str,
}

impl Call {
    /// Checks a request by what the operation says: key, limit, format, parameters.
    ///
    /// # Errors
    /// The answer to a request that is not let in.
    pub async fn open(
        site: &Site,
        operation: &'static Operation,
        request: Request,
    ) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let mut call = Self {
            site: site.clone(),
            operation,
            who: who(&parts),
            parts,
            body: Mutex::new(Some(body)),
            key: None,
            left: None,
            values: Vec::new(),
            media: "",
        };
        match call.check().await {
            Ok(()) => Ok(call),
            Err(trouble) => Err(call.close(Err(trouble))),
        }
    }

    async fn check(&mut self) -> Result<(), Trouble> {
        let known = self.identify().await;
        // Also who sends a wrong key pays for asking.
        self.pay(1)?;
        known?;
        let operation = self.operation;
        match &self.key {
            Some(key) if !key.scopes.contains(&operation.scope) => {
                let detail = format!(
                    "这个密钥没有“{}”的用途；需要的话请系统管理员另发一个",
                    operation.scope.label()
                );
                return Err(Trouble::new("key.scope", detail));
            }
            None if operation.scope != Scope::Read => {
                let detail = "这一操作需要密钥：请在请求头中写 Authorization: Bearer 密钥。密钥由系统管理员发放";
                return Err(unauthorised("key.missing", detail));
            }
            _ => {}
        }
        self.media = accepted(&self.parts.headers, operation.media)?;
        self.read_parameters().await
    }

    /// Who asks.
    async fn identify(&mut self) -> Result<(), Trouble> {
        let Some(sent) = self.parts.headers.get(header::AUTHORIZATION) else {
            return Ok(());
        };
        let secret = sent
            .to_str()
            .ok()
            .and_then(|text| text.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, secret)| secret.trim());
        let found = match secret {
            Some(secret) => self.site.keys().find(self.site.desk(), secret).await?,
            None => None,
        };
        let Some(key) = found.filter(|key| !key.ended) else {
            let detail = "密钥不存在或者已经停用：请核对请求头 Authorization: Bearer 密钥；只读公开信息时可以不带密钥";
            return Err(unauthorised("key.invalid", detail));
        };
        let expires_on = key.expires_on;
        self.who = Who::Key(key.id);
        self.key = Some(key);
        if expires_on < self.site.desk().today() {
            let detail = format!("密钥的有效期到{expires_on}为止：请系统管理员另发一个");
            return Err(unauthorised("key.expired", detail));
        }
        Ok(())
    }

    /// Whether the key still holds, asked of the desk itself: a long body may take minutes, in which the key was ended.
    ///
    /// # Errors
    /// `key.invalid`, `key.expired`.
    pub async fn still_admitted(&mut self) -> Result<(), Trouble> {
        self.site.keys().forget();
        self.identify().await
    }

    /// Takes the cost of something out of the caller's bucket.
    ///
    /// # Errors
    /// `rate.exceeded`.
    pub fn pay(&mut self, cost: u32) -> Result<(), Trouble> {
        let left = self.site.buckets().take(self.who, cost, Instant::now());
        self.left = Some(left);
        match left.wait {
            None => Ok(()),
            Some(wait) => {
                let detail = format!("每分钟最多 {} 次：请过 {wait} 秒再试", left.limit);
                Err(Trouble::new("rate.exceeded", detail)
                    .with(header::RETRY_AFTER, HeaderValue::from(wait)))
            }
        }
    }

    async fn read_parameters(&mut self) -> Result<(), Trouble> {
        let operation = self.operation;
        if operation.parameters.iter().any(|one| one.place == Place::Path) {
            let given = RawPathParams::from_request_parts(&mut self.parts, &()).await;
            let given = given.map_err(|_| not_utf8())?;
            for (name, value) in &given {
                let known = operation.parameters.iter().find(|one| one.name == name);
                let Some(known) = known else { continue };
                self.values.push((known.name, fitting(known, value)?));
            }
        }
        let query = self.parts.uri.query().unwrap_or_default();
        if query.len() > LONGEST_QUERY {
            let detail = format!("查询部分超过 {LONGEST_QUERY} 个字节：请缩短");
            return Err(Trouble::new("query.too-long", detail));
        }
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = url::decode(name).ok_or_else(not_utf8)?;
            let value = url::decode(value).ok_or_else(not_utf8)?;
            let known = operation
                .parameters
                .iter()
                .find(|one| one.place == Place::Query && one.name == name);
            let Some(known) = known else {
                let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
                let detail = format!("没有名为“{shown}”的参数；{}", names(operation));
                return Err(Trouble::new("parameter.unknown", detail));
            };
            if self.values.iter().any(|(held, _)| *held == known.name) {
                let detail = format!("参数 {} 写了不止一次：请只写一次", known.name);
                return Err(Trouble::new("parameter.repeated", detail));
            }
            self.values.push((known.name, fitting(known, &value)?));
        }
        let missing = operation.parameters.iter().find(|one| {
            one.required
                && one.place == Place::Query
                && !self.values.iter().any(|(held, _)| *held == one.name)
        });
        match missing {
            None => Ok(()),
            Some(one) => {
                let detail = format!("请写明参数 {}：{}", one.name, one.about);
                Err(Trouble::new("parameter.missing", detail))
            }
        }
    }

    /// The installation.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// A parameter, empty where it was not given.
    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(held, _)| *held == name).map_or("", |(_, value)| value)
    }

    /// A parameter that is a number, or what holds when it was not given.
    pub fn number(&self, name: &str) -> i64 {
        let given = self.value(name).parse().ok();
        let usual = self.operation.parameters.iter().find(|one| one.name == name);
        given.unwrap_or(match usual.map(|one| one.shape) {
            Some(Shape::Number(_, _, usual)) => usual,
            _ => 0,
        })
    }

    /// A parameter that is an id. One beyond all ids is the id of nothing.
    pub fn id(&self, name: &str) -> i64 {
        self.value(name).parse().unwrap_or(-1)
    }

    /// The headers of the request.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// What was sent, once.
    pub fn take_body(&mut self) -> Body {
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        body.take().unwrap_or_default()
    }

    /// The format the answer is wanted in.
    pub fn media(&self) -> &'static str {
        self.media
    }

    /// The key.
    ///
    /// # Errors
    /// Never where the operation asks for one.
    pub fn key(&self) -> Result<Arc<Key>, Trouble> {
        self.key.clone().ok_or_else(|| unauthorised("key.missing", "这一操作需要密钥"))
    }

    /// Who acts.
    pub fn actor(&self) -> Actor {
        self.key.as_ref().map_or_else(Actor::visitor, |key| key.actor())
    }

    /// Refuses what is not sent in a format of the operation.
    ///
    /// # Errors
    /// `body.type-unsupported`.
    pub fn sent_as(&self) -> Result<&'static str, Trouble> {
        let media = self.operation.sent.map_or(&[][..], |sent| sent.media);
        let given = self.parts.headers.get(header::CONTENT_TYPE);
        let given = given.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let given = given.split(';').next().unwrap_or_default().trim();
        media.iter().copied().find(|kind| kind.eq_ignore_ascii_case(given)).ok_or_else(|| {
            let detail = format!("请求头 Content-Type 请写 {}", media.join(" 或 "));
            Trouble::new("body.type-unsupported", detail)
        })
    }

    /// The answer with its headers; not the body again for who has it already.
    pub fn close(self, outcome: Result<Reply, Trouble>) -> Response {
        let mut response = match outcome {
            Ok(reply) => self.dress(reply),
            Err(trouble) => trouble.answer(&self.site, &self.parts.method, self.operation.path),
        };
        let headers = response.headers_mut();
        if let Some(left) = self.left {
            headers.insert(RATE_LIMIT, HeaderValue::from(left.limit));
            headers.insert(RATE_REMAINING, HeaderValue::from(left.remaining));
            headers.insert(RATE_RESET, HeaderValue::from(left.reset));
        }
        if let Some(key) = &self.key {
            let status = response.status();
            let refused = status.is_client_error() || status.is_server_error();
            self.site.keys().count(self.site.desk(), key.id, refused);
        }
        response
    }

    fn dress(&self, reply: Reply) -> Response {
        let tag = (self.operation.method == "GET").then(|| tag(&reply.body));
        // What is public changes with the day, so nobody may use a copy without asking.
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.operation.media.len() > 1 {
            headers.insert(header::VARY, HeaderValue::from_static("accept"));
        }
        if let Some(tag) = &tag
            && let Ok(value) = HeaderValue::from_str(tag)
        {
            headers.insert(header::ETAG, value);
        }
        headers.extend(reply.headers);
        let had = self.parts.headers.get_all(header::IF_NONE_MATCH);
        if let Some(tag) = tag
            && had.iter().any(|value| names_tag(value, &tag))
        {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.media));
        (reply.status, headers, reply.body).into_response()
    }
}

/// A strong validator: the same bytes, the same tag.
fn tag(body: &[u8]) -> String {
    let print = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(seed);
        hasher.write(body);
        hasher.finish()
    };
    format!("\"{:016x}{:016x}\"", print(1), print(2))
}

fn names_tag(value: &HeaderValue, tag: &str) -> bool {
    value.to_str().is_ok_and(|list| {
        list.split(',')
            .map(str::trim)
            .any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
    })
}

/// Whose bucket a request without a key pays from. The machine itself pays from none: a proxy on it that is not named as trusted
/// hides who asks, and must not be counted as one caller.
pub(crate) fn who(parts: &Parts) -> Who {
    match parts.extensions.get::<Client>() {
        Some(Client(address)) if !address.is_loopback() => Who::at(*address),
        _ => Who::Local,
    }
}

fn unauthorised(code: &'static str, detail: impl Into<String>) -> Trouble {
    Trouble::new(code, detail).with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_more_is_another_tag() {
        assert_eq!(tag(b"{}"), tag(b"{}"));
        assert_ne!(tag(b"{}"), tag(b"{} "));
        let named = |list: &'static str| names_tag(&HeaderValue::from_static(list), "\"a\"");
        assert!(named("\"a\"") && named("\"b\", W/\"a\"") && named("*"));
        assert!(!named("\"b\"") && !named("a"));
    }
}
