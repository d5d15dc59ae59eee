//! The frame of every page: names, navigation, size of the text, who is signed in.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use xinyong_domain::law::Audience;
use xinyong_service::Permission;

use super::view::{Nav, Page, User};
use super::words;
use crate::assets;
use crate::guard::Caller;
use crate::site::Site;
use crate::url;

/// What a page's frame is made from.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The installation.
    pub site: Site,
    /// Who asked; nobody on public pages.
    pub caller: Option<Caller>,
    path: String,
    query: String,
    large: bool,
}

fn wants_large(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .any(|cookie| cookie.trim() == "size=large")
}

impl FromRequestParts<Site> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Caller>().cloned();
        let query = parts.uri.query().unwrap_or_default();
        // The answer to a sent form cannot be asked for again at its address.
        let (path, query) = if parts.method == axum::http::Method::POST {
            (if caller.is_some() { "/console" } else { "/" }, "")
        } else {
            (parts.uri.path(), query)
        };
        Ok(Self::new(site.clone(), path, query, &parts.headers, caller))
    }
}

impl Frame {
    /// A frame for a request.
    pub fn new(
        site: Site,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        caller: Option<Caller>,
    ) -> Self {
        Self {
            site,
            caller,
            // Two slashes at the beginning would make the link to this page one to another site.
            path: format!("/{}", path.trim_start_matches('/')),
            query: query.to_owned(),
            large: wants_large(headers),
        }
    }

    fn page(&self, title: &str) -> Page {
        let other = if self.large { "normal" } else { "large" };
        let kept = url::without(&self.query, "size");
        let mark = if kept.is_empty() { "" } else { "&" };
        Page {
            title: title.to_owned(),
            base: self.site.base_path().to_owned(),
            css: assets::stylesheet_href().to_owned(),
            site: self.site.name().to_owned(),
            tagline: self
                .site
                .county()
                .map_or_else(String::new, |county| format!("{}公共信用信息公示", county.name)),
            demo: self.site.is_demonstration(),
            large: self.large,
            large_href: format!("{}?{kept}{mark}size={other}", self.path),
            today: words::today(&self.site.desk().law(), self.site.desk().today()),
            nav: Vec::new(),
            footer: Vec::new(),
            csrf: self.caller.as_ref().map(|caller| caller.csrf.clone()).unwrap_or_default(),
            user: None,
        }
    }

    fn nav(&self, current: &str, entries: Vec<(String, String)>) -> Vec<Nav> {
        entries
            .into_iter()
            .map(|(href, label)| Nav { current: href == current, href, label })
            .collect()
    }

    /// The frame of a public page; `current` is the address of the entry of the navigation it belongs to.
    pub fn portal(&self, title: &str, current: &str) -> Page {
        let mut entries = vec![
            ("/".to_owned(), "首页".to_owned()),
            ("/search".to_owned(), "信用查询".to_owned()),
        ];
        let law = self.site.desk().law();
        for kind in law.kinds().values().filter(|kind| kind.audience == Audience::Public) {
            entries.push((words::list_href(&kind.id), kind.name.clone()));
        }
        entries.push(("/about".to_owned(), "说明".to_owned()));
        let mut footer =
            self.site.county().map(|county| county.lines("footer")).unwrap_or_default();
        footer.push(
            "本站只公示依法可以公示的信息，不评分、不排名，自然人信息不在公示之列。".to_owned(),
        );
        Page { nav: self.nav(current, entries), footer, ..self.page(title) }
    }

    /// The frame of a console page.
    pub fn console(&self, title: &str, current: &str) -> Page {
        let page = self.page(title);
        let footer = vec![format!("{}工作台　查看与操作均留有记录", self.site.name())];
        let Some(caller) = self.caller.as_ref().filter(|caller| caller.is_signed_in()) else {
            return Page { footer, ..page };
        };
        let actor = &caller.actor;
        let entries = [
            ("/console", "今天的工作", Permission::UseConsole),
            ("/console/batches", "报送批次", Permission::ReadBatch),
            ("/console/upload", "报送文件", Permission::UploadBatch),
            ("/console/audit", "审计日志", Permission::ReadAudit),
            ("/console/keys", "接口密钥", Permission::ManageKeys),
        ]
        .into_iter()
        .filter(|(_, _, permission)| actor.may(*permission))
        .map(|(href, label, _)| (href.to_owned(), label.to_owned()))
        .collect();
        let unit = self
            .site
            .county()
            .and_then(|county| county.units.iter().find(|unit| unit.id == actor.unit))
            .map_or_else(String::new, |unit| unit.short.clone());
        let user = User {
            name: actor.name.clone(),
            role: actor.role.map_or("", |role| role.label()).to_owned(),
            unit,
        };
        Page { nav: self.nav(current, entries), footer, user: Some(user), ..page }
    }
}
