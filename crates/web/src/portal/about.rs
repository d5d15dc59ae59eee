//! `GET /about`: what is public for how long and why, how to object, how to apply for repair. Every number comes from the law.

use askama::Template;
use axum::response::Html;
use jiff::civil::Date;
use xinyong_domain::law::{Audience, County, Kind, Law, Lookup, PublicationRule};
use xinyong_domain::rules::publicity::awaits_verification;
use xinyong_domain::ruling::Ruling;

use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, Page, Why};
use crate::ui::{draw, reasons};

struct RuleRow {
    kind: String,
    shown: String,
    from: String,
    until: String,
    after: String,
    why: Option<Why>,
}

/// What to do, step by step.
pub(super) struct Guide {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: String,
    pub(super) steps: Vec<String>,
    pub(super) why: Option<Why>,
}

#[derive(Template)]
#[template(path = "portal/about.html")]
struct About {
    page: Page,
    intro: Vec<String>,
    rules: Vec<RuleRow>,
    guides: Vec<Guide>,
    contacts: Vec<Fact>,
}

/// The regimes of penalties, the newest first: prefix of their parameters, and their classes with what they are called.
const REGIMES: &[(&str, &[(&str, &str)])] = &[
    ("publicity.order36", &[("minor", "轻微"), ("general", "一般"), ("serious", "严重")]),
    ("publicity.order58", &[("general", "一般"), ("long", "重点领域")]),
];

/// A number of law as it stood on the last day of its newest edition, cited in the ruling. One that nobody has verified is
/// marked so by its citation.
pub(super) fn number(law: &Law, id: &str, ruling: &mut Ruling<()>) -> Option<i64> {
    let entry = law.parameters().get(id)?.values.last()?;
    let day = entry.until.unwrap_or(entry.from);
    match law.at(day).number(id) {
        Lookup::Applies(cited) | Lookup::Unconfirmed(cited) => {
            ruling.cite(cited.citation);
            Some(cited.value)
        }
        Lookup::Absent => None,
    }
}

/// From when to when decisions fall under a regime.
fn span(law: &Law, prefix: &str) -> Option<(Date, Option<Date>)> {
    law.parameters()
        .iter()
        .filter(|(id, _)| id.starts_with(prefix))
        .filter_map(|(_, parameter)| parameter.values.last())
        .map(|entry| (entry.from, entry.until))
        .min()
}

pub(super) fn from_words(law: &Law, parameter: &str, ruling: &mut Ruling<()>) -> String {
    number(law, parameter, ruling).map_or_else(
        || "作出决定之日起".to_owned(),
        |days| format!("作出决定之日起 {days} 个工作日内"),
    )
}

fn licence_row(law: &Law, name: &str, report: &str) -> RuleRow {
    let mut ruling = Ruling::new(());
    let from = from_words(law, report, &mut ruling);
    RuleRow {
        kind: name.to_owned(),
        shown: "对法人、非法人组织和个体工商户作出的许可决定；自然人的不公示".to_owned(),
        from,
        until: "许可有效期内；没有最长公示期".to_owned(),
        after: "标为已到期".to_owned(),
        why: Some(reasons::why(law, name, "公示规则所用的规定。", &ruling)),
    }
}

fn penalty_row(
    law: &Law,
    name: &str,
    report: &str,
    (prefix, classes): (&str, &[(&str, &str)]),
) -> Option<RuleRow> {
    let (first, last) = span(law, prefix)?;
    let mut ruling = Ruling::new(());
    let from = from_words(law, report, &mut ruling);
    let mut periods = Vec::new();
    for (class, label) in classes {
        let minimum = number(law, &format!("{prefix}.{class}.minimum"), &mut ruling);
        let maximum = number(law, &format!("{prefix}.{class}.maximum"), &mut ruling);
        periods.extend(match (minimum, maximum) {
            (Some(least), Some(most)) => {
                Some(format!("{label}：最短 {least} 个月，最长 {most} 个月"))
            }
            (None, Some(most)) => {
                Some(format!("{label}：原则上不公示，确有必要的不超过 {most} 个月"))
            }
            (Some(least), None) => Some(format!("{label}：最短 {least} 个月")),
            (None, None) => None,
        });
    }
    let decided = match last {
        Some(last) => format!("{first} 至 {last} 作出的决定"),
        None => format!("{first} 起作出的决定"),
    };
    Some(RuleRow {
        kind: format!("{name}（{decided}）"),
        shown:
            "适用普通程序、依法应当公开的处罚决定；简易程序、仅警告或通报批评的，以及自然人的不公示"
                .to_owned(),
        from,
        until: format!("{}。均自作出决定之日起算", periods.join("；")),
        after: "当日结束时自动停止公示".to_owned(),
        why: Some(reasons::why(law, name, "公示规则所用的规定。", &ruling)),
    })
}

/// A kind whose own file says how it is published, with what keeps it from the public for now.
fn own_row(law: &Law, kind: &Kind) -> RuleRow {
    let mut ruling = Ruling::new(());
    let from = from_words(law, &kind.report_within, &mut ruling);
    for basis in &kind.basis {
        ruling.cite(basis.citation.clone());
    }
    let listing = kind.publication == PublicationRule::Listing;
    let longest = kind.terms.maximum.as_ref().filter(|_| !kind.terms.by_class);
    let subjects: Vec<&str> = kind.subjects.iter().map(|category| category.label()).collect();
    RuleRow {
        kind: kind.name.clone(),
        shown: format!("{}的；标明不公开的、自然人的不公示", subjects.join("、")),
        from,
        until: if awaits_verification(kind, law) {
            "所依据的规定尚未核实，暂不公示".to_owned()
        } else if kind.terms.by_class {
            "各名单规定的期限，移出当日起不再公示；期限尚未核实的名单暂不公示".to_owned()
        } else if listing {
            longest
                .and_then(|id| number(law, id, &mut ruling))
                .map_or_else(String::new, |months| format!("最长 {months} 个月"))
        } else {
            "有效期内；没有最长公示期".to_owned()
        },
        after: if listing { "当日结束时自动停止公示" } else { "标为已到期" }.to_owned(),
        why: Some(reasons::why(law, &kind.name, "公示规则所用的规定。", &ruling)),
    }
}

fn rules(law: &Law) -> Vec<RuleRow> {
    let mut rows = Vec::new();
    for kind in law.kinds().values().filter(|kind| kind.audience == Audience::Public) {
        match kind.publication {
            PublicationRule::Licence => {
                rows.push(licence_row(law, &kind.name, &kind.report_within));
            }
            PublicationRule::Penalty => {
                rows.extend(REGIMES.iter().filter_map(|regime| {
                    penalty_row(law, &kind.name, &kind.report_within, *regime)
                }))
            }
            PublicationRule::Open | PublicationRule::Listing => {
                rows.push(own_row(law, kind));
            }
            PublicationRule::None => {}
        }
    }
    rows
}

pub(super) fn objection(county: Option<&County>, law: &Law) -> Guide {
    let mut ruling = Ruling::new(());
    let withdrawal = number(law, "publicity.withdrawal.days", &mut ruling);
    let mut steps = vec![
        "写明是哪一条信息、错在哪里，附上证明材料。".to_owned(),
        "向县信用办或者作出决定的单位提出。".to_owned(),
        "信息确有错误的，由报送单位更正，本站随即更新；不予更正的，说明理由。".to_owned(),
    ];
    steps.extend(withdrawal.map(|days| {
        format!("处罚决定被变更、撤销或者确认违法、无效的，{days} 个工作日内撤下并公开说明理由。")
    }));
    Guide {
        id: "objection",
        title: "异议：认为信息有误怎么办",
        lead: county
            .map(|county| county.text("disclaimer"))
            .filter(|text| !text.is_empty())
            .unwrap_or("对公示的信息有异议的，可以提出，不收费。")
            .to_owned(),
        steps,
        why: withdrawal.map(|_| reasons::why(law, "撤下的期限", "", &ruling)),
    }
}

pub(super) fn repair(county: Option<&County>, law: &Law) -> Guide {
    let mut ruling = Ruling::new(());
    for (prefix, classes) in REGIMES {
        for (class, _) in *classes {
            number(law, &format!("{prefix}.{class}.minimum"), &mut ruling);
        }
    }
    Guide {
        id: "repair",
        title: "修复：怎样提前结束公示",
        lead: format!(
            "履行了处罚决定、纠正了违法行为，公示满规定的最短期限后可以申请。{}",
            county.map_or("", |county| county.text("repair"))
        ),
        steps: vec![
            "在信息的详细页查“最早可申请修复”的日期，日期旁的“依据”写明是怎样算出来的。".to_owned(),
            "备齐履行义务、纠正违法行为的证明材料和信用承诺书。".to_owned(),
            "在作出决定的单位规定的渠道申请：市场监管部门的处罚在国家企业信用信息公示系统申请，其他处罚在“信用中国”网站申请。"
                .to_owned(),
            "修复后停止公示。".to_owned(),
        ],
        why: Some(reasons::why(law, "最短公示期", "最短公示期所用的规定。", &ruling)),
    }
}

/// What stands in a county's file where nobody has written yet.
const TO_BE_FILLED: &str = "待填写";

pub(super) fn contacts(county: Option<&County>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let Some(county) = county else {
        return facts;
    };
    facts.extend(
        Some(county.text("organiser"))
            .filter(|text| !text.is_empty())
            .map(|text| Fact::new("主办单位", text)),
    );
    for text in ["address", "contact", "email"].map(|key| county.text(key)) {
        // What the county's file still has to be given is not for the public to read.
        let known = text.split_once('：').filter(|(_, value)| *value != TO_BE_FILLED);
        facts.extend(known.map(|(label, value)| Fact::new(label, value)));
    }
    facts
}

/// The page that explains the site.
///
/// # Errors
/// When the template fails.
pub async fn about(frame: Frame) -> Result<Html<String>, PageError> {
    let law = frame.site.desk().law();
    let county = frame.site.county();
    let name = county.map_or("本县", |county| county.name.as_str());
    draw(&About {
        page: frame.portal("说明", "/about"),
        intro: vec![
            format!(
                "本站公示{name}各单位依法应当公开的公共信用信息，由作出决定的单位报送，经本单位另一人复核后入库。"
            ),
            "公示什么、公示多久，都由规定确定。每个日期旁边的“依据”写明所用的事实和规定；标有“待核对”的规定条文尚未经人核对原文。"
                .to_owned(),
        ],
        rules: rules(&law),
        guides: vec![objection(county, &law), repair(county, &law)],
        contacts: contacts(county),
    })
}
