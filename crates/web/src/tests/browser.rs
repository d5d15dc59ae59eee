//! A site in a temporary folder, and a browser that keeps its cookies.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::civil::date;
use tempfile::TempDir;
use tower::ServiceExt as _;
use xinyong_domain::identifier::{
    citizen_id_check_character, organisation_code_check_character, uscc_check_character,
};
use xinyong_service::accounts::{CreateAccount, create_account};
use xinyong_service::{Actor, Clock, Desk, DeskOptions, Limits, Role, setup};

use crate::{Site, router};

pub const PASSWORD: &str = "example-password-1";
pub const UNIT: &str = "market-regulation";

/// The valid code of an invented subject.
pub fn code(party: usize) -> String {
    let body = format!("XYDEM{party:03}");
    let inner = organisation_code_check_character(&body).expect("a body");
    let first = format!("91140829{body}{inner}");
    format!("{first}{}", uscc_check_character(&first).expect("a start"))
}

/// Its name.
pub fn company(party: usize) -> String {
    format!("平陆县示例第{party}号器材有限公司")
}

/// The valid identity number of an invented person.
pub fn identity(person: usize) -> String {
    let first = format!("14082919000101{person:03}");
    format!("{first}{}", citizen_id_check_character(&first).expect("a check"))
}

/// A site that lives as long as this value.
pub struct TestSite {
    pub desk: Desk,
    pub site: Site,
    pub router: Router,
    _folder: TempDir,
}

impl TestSite {
    pub async fn new() -> Self {
        Self::below("").await
    }

    pub async fn below(base_path: &str) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let scratch = folder.path().join("scratch");
        std::fs::create_dir(&scratch).expect("scratch folder");
        let options = DeskOptions {
            database: format!("sqlite:{}", folder.path().join("site.db").display()),
            key_file: folder.path().join("keys"),
            law: None,
            clock: Clock::Fixed(date(2026, 11, 25)),
            limits: Limits { csv: 1024 * 1024, packed: 1024 * 1024, ..Limits::default() },
            scratch,
        };
        let desk = Desk::open(options, getrandom::fill).await.expect("desk");
        setup::init(&desk, &Actor::system("test"), "140829").await.expect("county");
        let site = Site::open(desk.clone(), base_path, false).await.expect("site");
        Self { desk, router: router(site.clone()), site, _folder: folder }
    }

    /// An account of a role, and a browser signed in with it.
    pub async fn signed_in(&self, role: Role) -> Browser {
        self.account(role.as_str(), role).await;
        let mut browser = self.browser();
        browser.sign_in(role.as_str()).await;
        browser
    }

    pub async fn account(&self, login: &str, role: Role) {
        let command = CreateAccount {
            login: login.to_owned(),
            name: format!("示例{}", role.label()),
            unit: UNIT.to_owned(),
            role,
            password: PASSWORD.to_owned(),
        };
        create_account(&self.desk, &Actor::system("test"), command).await.expect("account");
    }

    /// Somebody who asked to act for one of the invented subjects, and a browser signed in with that.
    pub async fn agent(&self, login: &str, party: usize) -> Browser {
        self.firms().await;
        let mut browser = self.browser();
        let token = browser.get("/my/sign-up").await.token();
        let firm = company(party);
        let (code, identity) = (code(party), identity(party));
        let fields = [
            ("csrf", token.as_str()),
            ("code", &code),
            ("firm", &firm),
            ("person", "示例张三"),
            ("mobile", "10000000000"),
            ("identity", &identity),
            ("login", login),
            ("password", PASSWORD),
            ("repeat_password", PASSWORD),
        ];
        let answer = browser.upload("/my/sign-up", &fields, "a.pdf", b"%PDF-1.7 example").await;
        assert_eq!(answer.header("location"), "/my?done=applied", "{}", answer.text());
        browser
    }

    /// Invented subjects in the register.
    pub async fn firms(&self) {
        let mut registry = "企业名称,统一社会信用代码,注册日期\n".to_owned();
        for party in 0..3 {
            registry.push_str(&format!("{},{},2015-03-02\n", company(party), code(party)));
        }
        let path = self.desk.scratch().join("registry.csv");
        std::fs::write(&path, registry).expect("a file");
        let actor = Actor::system("test");
        xinyong_service::import_subjects(&self.desk, &actor, &path, "registry.csv", 10)
            .await
            .expect("a registry");
    }

    pub fn browser(&self) -> Browser {
        Browser::of(self.router.clone())
    }
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    pub fn token(&self) -> String {
        let text = self.text();
        let (_, rest) = text.split_once("name=\"csrf\" value=\"").expect("a form with a token");
        rest.split('"').next().expect("a token").to_owned()
    }
}

pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn of(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new() }
    }

    pub async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            let cookies = cookies.join("; ").parse().expect("cookies");
            request.headers_mut().insert(header::COOKIE, cookies);
        }
        let response = self.router.clone().oneshot(request).await.expect("never fails");
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().expect("text").split(';').next().expect("pair");
            let (name, value) = text.split_once('=').expect("pair");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let bytes = body.collect().await.expect("body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("request")).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| {
                format!("{}={}", crate::url::encode(name), crate::url::encode(value))
            })
            .collect();
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .expect("request");
        self.send(request).await
    }

    /// Sends what a program sends: headers and a body of its own.
    pub async fn send_as_machine(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).expect("request")).await
    }

    pub async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        file_name: &str,
        file: &[u8],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!(
                    "--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .as_bytes(),
            );
        }
        body.extend_from_slice(
            format!(
                "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
                 Content-Type: text/csv\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .body(Body::from(body))
            .expect("request");
        self.send(request).await
    }

    pub async fn sign_in(&mut self, login: &str) -> Answer {
        let token = self.get("/console/sign-in").await.token();
        let fields = [("csrf", token.as_str()), ("login", login), ("password", PASSWORD)];
        let answer = self.post("/console/sign-in", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer
    }

    /// Asks until the page says it, as the page itself asks again.
    pub async fn wait_for(&mut self, path: &str, text: &str) -> Answer {
        for _ in 0..300 {
            let answer = self.get(path).await;
            if answer.text().contains(text) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{path} never said {text}: {}", self.get(path).await.text());
    }
}
