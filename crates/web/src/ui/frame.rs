//! The frame of every page: names, navigation, size of the text, who is signed in.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use xinyong_domain::law::{Audience, County};
use xinyong_service::Permission;
use xinyong_service::agents::{self, Agent};

use super::view::{Link, Nav, NavGroup, Page, User};
use super::words;
use crate::assets;
use crate::display::{CONTRAST, Choice, SIZE};
use crate::face::Face;
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
    /// The face behind a sign-in that the page belongs to; the console's where it belongs to none.
    pub face: Face,
    path: String,
    query: String,
    large: bool,
    contrast: bool,
}

/// An entry of the console: where to, what it says, who may open it.
type Entry = (&'static str, &'static str, Permission);

/// The console by the work that is done there: what somebody does every day stands first.
const CONSOLE: [(&str, &[Entry]); 6] = [
    (
        "",
        &[
            ("/console", "今天的工作", Permission::UseConsole),
            ("/console/notices", "通知", Permission::UseConsole),
        ],
    ),
    (
        "报送",
        &[
            ("/console/upload", "报送文件", Permission::UploadBatch),
            ("/console/batches", "报送批次", Permission::ReadBatch),
            ("/console/corrections", "更正和撤销", Permission::CorrectRecord),
            ("/console/names", "名称匹配", Permission::ReadRecord),
            ("/console/doubles", "重错码", Permission::ImportSubjects),
        ],
    ),
    (
        "办理",
        &[
            ("/console/checks", "信用核查", Permission::CheckSubject),
            ("/console/commitments", "信用承诺", Permission::HandleCommitment),
            ("/console/repairs", "信用修复", Permission::HandleRepair),
            ("/console/objections", "异议", Permission::HandleObjection),
            ("/console/error-reports", "信息纠错", Permission::AnswerReport),
            ("/console/enrolments", "订阅主体", Permission::FollowSubjects),
            ("/console/agents", "经办人", Permission::ConfirmAgents),
        ],
    ),
    (
        "考核",
        &[
            ("/console/reporting", "归集考核", Permission::ReadReporting),
            ("/console/powers", "权力事项", Permission::ReadReporting),
        ],
    ),
    (
        "管理",
        &[
            ("/console/accounts", "账号", Permission::ManageAccounts),
            ("/console/units", "单位", Permission::ManageAccounts),
            ("/console/keys", "接口密钥", Permission::ManageKeys),
            ("/console/signing-keys", "签名密钥", Permission::ReadSigningKeys),
            ("/console/originals", "核查原答复", Permission::ReadOriginal),
            ("/console/audit", "审计日志", Permission::ReadAudit),
        ],
    ),
    (
        "其他",
        &[
            ("/console/law", "法规参数", Permission::UseConsole),
            ("/console/account", "我的账号", Permission::UseConsole),
        ],
    ),
];

/// The numbers under which the site is registered, in a line.
fn marks(county: &County) -> String {
    [("网站标识码", "site_code"), ("备案号", "record_number"), ("公安备案号", "security_record")]
        .into_iter()
        .filter(|(_, key)| !county.text(key).is_empty())
        .map(|(label, key)| format!("{label}：{}", county.text(key)))
        .collect::<Vec<_>>()
        .join("　")
}

/// The website that this one is a part of. An address that is none of the web is left out.
fn above(county: &County) -> Option<Link> {
    let href = county.text("header_url");
    let web = href.starts_with("https://") || href.starts_with("http://");
    (!county.text("header").is_empty()).then(|| Link {
        href: if web { href.to_owned() } else { String::new() },
        label: county.text("header").to_owned(),
    })
}

impl FromRequestParts<Site> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let caller = parts.extensions.get::<Caller>().cloned();
        let query = parts.uri.query().unwrap_or_default();
        // The answer to a sent form cannot be asked for again at its address.
        let (path, query) = if parts.method == axum::http::Method::POST {
            let face = Face::of(parts.uri.path());
            (face.filter(|_| caller.is_some()).map_or("/", Face::home), "")
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
            face: Face::of(path).unwrap_or(Face::Console),
            // Two slashes at the beginning would make the link to this page one to another site.
            path: format!("/{}", path.trim_start_matches('/')),
            query: query.to_owned(),
            large: SIZE.is_on(headers),
            contrast: CONTRAST.is_on(headers),
        }
    }

    /// The address of this page that changes a choice.
    fn with(&self, choice: &Choice, is_on: bool) -> String {
        let kept = url::without(&self.query, choice.name);
        let mark = if kept.is_empty() { "" } else { "&" };
        format!("{}?{kept}{mark}{}={}", self.path, choice.name, choice.other(is_on))
    }

    fn page(&self, title: &str) -> Page {
        Page {
            title: title.to_owned(),
            base: self.site.base_path().to_owned(),
            css: assets::stylesheet_href().to_owned(),
            site: self.site.name().to_owned(),
            tagline: self
                .site
                .county()
                .map_or_else(String::new, |county| format!("{}公共信用信息公示", county.name)),
            above: None,
            demo: self.site.is_demonstration(),
            large: self.large,
            large_href: self.with(&SIZE, self.large),
            contrast_css: assets::contrast_href().to_owned(),
            contrast: self.contrast,
            contrast_href: self.with(&CONTRAST, self.contrast),
            today: words::today(&self.site.desk().law(), self.site.desk().today()),
            nav: Vec::new(),
            side: Vec::new(),
            home: self.face.home(),
            place: self.face.label(),
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

    /// Groups of the navigation; one without entries is left out.
    fn side(&self, current: &str, groups: Vec<(String, Vec<(String, String)>)>) -> Vec<NavGroup> {
        groups
            .into_iter()
            .filter(|(_, entries)| !entries.is_empty())
            .map(|(title, entries)| NavGroup { title, entries: self.nav(current, entries) })
            .collect()
    }

    /// The frame of a public page; `current` is the address of the entry of the navigation it belongs to.
    pub fn portal(&self, title: &str, current: &str) -> Page {
        let mut entries = vec![
            ("/".to_owned(), "首页".to_owned()),
            ("/search".to_owned(), "信用查询".to_owned()),
        ];
        let law = self.site.desk().law();
        let twofold = law.kinds().values().filter(|kind| kind.publication.is_twofold());
        for kind in twofold.filter(|kind| kind.audience == Audience::Public) {
            entries.push((words::list_href(&kind.id), kind.name.clone()));
        }
        for (href, label) in [
            ("/departments", "单位和目录"),
            ("/statistics", "统计"),
            ("/data", "数据下载"),
            ("/guides", "办事指南"),
            ("/about", "说明"),
        ] {
            entries.push((href.to_owned(), label.to_owned()));
        }
        let county = self.site.county();
        let mut footer = county.map(|county| county.lines("footer")).unwrap_or_default();
        footer.extend(county.map(marks).filter(|marks| !marks.is_empty()));
        footer.push(
            "本站只公示依法可以公示的信息，不评分、不排名，自然人信息不在公示之列。".to_owned(),
        );
        let above = county.and_then(above);
        Page { nav: self.nav(current, entries), above, footer, ..self.page(title) }
    }

    /// The frame of a page that both faces have: `rest` is the address of its entry in the navigation, from the home on.
    pub fn inside(&self, title: &str, rest: &str) -> Page {
        let current = self.face.at(rest);
        match self.face {
            Face::Console => self.console(title, &current),
            Face::Own => self.own(title, &current, None),
        }
    }

    /// The frame of a page of the subjects' own; `firm` is the one that somebody acts for on it.
    pub fn own(&self, title: &str, current: &str, firm: Option<&Agent>) -> Page {
        let page = self.page(title);
        let footer = vec![format!("{}主体办事　查看与操作均留有记录", self.site.name())];
        let Some(caller) = self.caller.as_ref().filter(|caller| caller.is_signed_in()) else {
            return Page { footer, ..page };
        };
        let mut groups = vec![(String::new(), vec![("/my".to_owned(), "我的主体".to_owned())])];
        if let Some(firm) = firm {
            let mut entries = Vec::new();
            let home = words::firm_href(firm.code());
            entries.push((home.clone(), "登记在案的信息".to_owned()));
            entries.push((format!("{home}/repair"), "信用修复".to_owned()));
            entries.push((format!("{home}/objections"), "异议".to_owned()));
            entries.push((format!("{home}/commitments"), "信用承诺".to_owned()));
            entries.push((format!("{home}/declarations"), "自主申报".to_owned()));
            entries.push((format!("{home}/looks"), "谁查询过".to_owned()));
            entries.push((format!("{home}/reports"), "信用报告".to_owned()));
            groups.push(("本主体".to_owned(), entries));
        }
        groups.push((
            "本人".to_owned(),
            vec![
                ("/my/apply".to_owned(), "申请经办".to_owned()),
                ("/my/account".to_owned(), "我的账号".to_owned()),
            ],
        ));
        let user = User {
            name: agents::typed_login(&caller.actor.login).to_owned(),
            role: caller.actor.role.map_or("", |role| role.label()).to_owned(),
            unit: firm.map_or_else(String::new, |firm| firm.firm().to_owned()),
        };
        Page { side: self.side(current, groups), footer, user: Some(user), ..page }
    }

    /// The frame of a console page.
    pub fn console(&self, title: &str, current: &str) -> Page {
        let page = self.page(title);
        let footer = vec![format!("{}工作台　查看与操作均留有记录", self.site.name())];
        let Some(caller) = self.caller.as_ref().filter(|caller| caller.is_signed_in()) else {
            return Page { footer, ..page };
        };
        let actor = &caller.actor;
        let groups = CONSOLE
            .into_iter()
            .map(|(title, entries)| {
                let open = entries.iter().filter(|(_, _, permission)| actor.may(*permission));
                let shown = open.map(|(href, label, _)| ((*href).to_owned(), (*label).to_owned()));
                (title.to_owned(), shown.collect())
            })
            .collect();
        let user = User {
            name: actor.name.clone(),
            role: actor.role.map_or("", |role| role.label()).to_owned(),
            unit: caller.unit.clone(),
        };
        Page { side: self.side(current, groups), footer, user: Some(user), ..page }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_county_names_the_site_above_and_its_numbers_only_where_it_knows_them() {
        let law = xinyong_domain::law::Law::embedded().expect("law");
        let mut county = law.counties().get("140829").expect("a county").clone();
        assert_eq!((marks(&county), above(&county).is_none()), (String::new(), true));
        let mut set = |key: &str, value: &str| {
            county.texts.insert(key.to_owned(), toml::Value::String(value.to_owned()));
        };
        set("site_code", "1408290000");
        set("security_record", "示例 1 号");
        set("header", "示例县人民政府");
        set("header_url", "javascript:alert(1)");
        assert_eq!(marks(&county), "网站标识码：1408290000　公安备案号：示例 1 号");
        let shown = above(&county).expect("a line");
        assert_eq!((shown.label.as_str(), shown.href.as_str()), ("示例县人民政府", ""));
    }
}
