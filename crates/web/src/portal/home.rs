//! `GET /`

use askama::Template;
use axum::response::Html;
use xinyong_domain::law::PublicationRule;
use xinyong_domain::rules::disclosure::Tier;
use xinyong_service::browse::{self, PublicRecord};

use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chart, Chip, Link, Page, Tile};
use crate::ui::words;

struct EntranceRow {
    href: String,
    title: String,
    party: String,
    on: String,
}

struct Entrance {
    title: String,
    href: String,
    lead: &'static str,
    count: String,
    unit: &'static str,
    rows: Vec<EntranceRow>,
}

/// Where somebody finds what they came for.
struct Way {
    title: &'static str,
    href: &'static str,
    links: Vec<Link>,
}

struct LatestRow {
    href: String,
    kind: String,
    title: String,
    party: String,
    unit: String,
    on: String,
    standing: Chip,
    marks: Vec<Chip>,
    statement: String,
}

#[derive(Template)]
#[template(path = "portal/home.html")]
struct Home {
    page: Page,
    search_hint: &'static str,
    figures: Vec<Tile>,
    as_of: String,
    entrances: Vec<Entrance>,
    ways: Vec<Way>,
    chart: Chart,
    latest: Vec<LatestRow>,
}

/// The first page.
///
/// # Errors
/// When the store fails.
pub async fn home(frame: Frame) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let shown = browse::portal_home(desk).await?;
    let counted = browse::public_figures(desk).await?;
    let mut figures = vec![Tile::new("登记在册的信用主体", words::grouped(shown.subjects), "个")];
    // The two of 双公示 always, of the others those of which something is public.
    let kinds: Vec<_> = (shown.kinds.iter())
        .filter(|kind| {
            kind.public > 0
                || desk.law().kind(&kind.id).is_some_and(|kind| kind.publication.is_twofold())
        })
        .collect();
    for kind in &kinds {
        let label = format!("公示中的{}", kind.name);
        let tile = Tile::new(label, words::grouped(kind.public), "条");
        figures.push(tile.to(&words::list_href(&kind.id)));
    }
    let units = words::grouped(u64::try_from(counted.units().len()).unwrap_or_default());
    figures.push(Tile::new("有信息公示的单位", units, "个").to("/departments"));
    draw(&Home {
        page: frame.portal("首页", "/"),
        search_hint: "可输入名称中的任意几个字、曾用名称、名称的拼音首字母，或统一社会信用代码。",
        figures,
        as_of: words::as_of(desk.today()),
        entrances: kinds
            .iter()
            .map(|kind| entrance(&frame, &kind.id, &kind.name, kind.public, &kind.newest))
            .collect(),
        ways: ways(),
        chart: super::figures::months(&desk.law(), &counted, None, None)?,
        latest: shown.latest.iter().map(latest).collect(),
    })
}

fn ways() -> Vec<Way> {
    let way = |title, href, links: &[(&str, &str)]| Way {
        title,
        href,
        links: links
            .iter()
            .map(|(href, label)| Link { href: (*href).to_owned(), label: (*label).to_owned() })
            .collect(),
    };
    vec![
        way(
            "企业和个体工商户",
            "/guides/enterprises",
            &[
                ("/search", "查本单位的公示信息"),
                ("/guides/enterprises#objection", "信息有误怎么办"),
                ("/guides/enterprises#repair", "怎样申请信用修复"),
            ],
        ),
        way(
            "报送单位",
            "/guides/units",
            &[
                ("/console", "进入工作台"),
                ("/guides/units#report", "怎样报送"),
                ("/departments", "各单位报送和公示情况"),
            ],
        ),
        way(
            "社会公众",
            "/guides/public",
            &[
                ("/guides/public#read", "怎样看懂公示信息"),
                ("/statistics", "公示统计"),
                ("/data", "数据下载"),
            ],
        ),
    ]
}

fn entrance(
    frame: &Frame,
    kind: &str,
    name: &str,
    public: u64,
    newest: &[PublicRecord],
) -> Entrance {
    let law = frame.site.desk().law();
    let rule = law.kind(kind).map_or(PublicationRule::None, |kind| kind.publication);
    Entrance {
        title: name.to_owned(),
        href: words::list_href(kind),
        lead: super::records::lead(rule),
        count: words::grouped(public),
        unit: "条",
        rows: newest
            .iter()
            .map(|record| EntranceRow {
                href: words::record_href(record),
                title: words::record_title(record),
                party: named(record).unwrap_or_else(|| record.authority.clone()),
                on: record.decided.to_string(),
            })
            .collect(),
    }
}

/// The party, where search engines may keep it: this page is for them too, and names nobody whose record's own page is not.
fn named(record: &PublicRecord) -> Option<String> {
    (record.disclosure.value.tier() == Tier::Public).then(|| record.party.clone())
}

fn latest(record: &PublicRecord) -> LatestRow {
    let from = record.disclosure.value.publicity.first_day.unwrap_or(record.decided);
    LatestRow {
        href: words::record_href(record),
        kind: record.kind_name.clone(),
        title: words::record_title(record),
        party: named(record).unwrap_or_else(|| "见详情".to_owned()),
        unit: words::author(record),
        on: from.to_string(),
        standing: words::standing(record),
        marks: words::marks(record),
        statement: words::statement(record.objection.as_ref()),
    }
}
