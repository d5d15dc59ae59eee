//! A ruling in words: no date is shown without them (H4).

use std::sync::Arc;

use jiff::civil::Date;
use xinyong_domain::calendar::WorkingDay;
use xinyong_domain::law::Law;
use xinyong_domain::rules::deadline::Clock as DueClock;
use xinyong_domain::rules::disclosure::Disclosure;
use xinyong_domain::rules::publicity::Class;
use xinyong_domain::ruling::{Citation, Ruling};
use xinyong_service::browse::{PublicRecord, RecordState};

use super::view::{self, Fact, Why};
use super::words;

/// A citation as pages print it.
pub fn citation(citation: &Citation) -> view::Citation {
    view::Citation {
        title: format!("《{}》", citation.title.trim_matches(['《', '》'])),
        number: citation.number.clone(),
        article: citation.article.clone().unwrap_or_default(),
        verified: citation.verified,
    }
}

/// A ruling as the reasons for one thing it says.
pub fn why<T>(law: &Law, about: &str, conclusion: impl Into<String>, ruling: &Ruling<T>) -> Why {
    let mut citations: Vec<view::Citation> = Vec::new();
    for cited in ruling.because.iter().map(|one| citation(one)) {
        let same = citations.iter_mut().find(|held| {
            held.title == cited.title
                && held.number == cited.number
                && held.article == cited.article
        });
        match same {
            // One place cited for several entries counts as read only when all of them were.
            Some(held) => held.verified &= cited.verified,
            None => citations.push(cited),
        }
    }
    Why {
        about: about.to_owned(),
        conclusion: conclusion.into(),
        provisional: String::new(),
        inputs: ruling
            .inputs
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| {
                let (label, value) = words::input(law, name, value);
                view::Input { label, value }
            })
            .collect(),
        citations,
    }
}

fn class_words(ruling: &Ruling<Disclosure>) -> String {
    let publicity = &ruling.value.publicity;
    format!("适用{}，类别为“{}”", publicity.regime.label(), publicity.class.label())
}

/// The first public day with its reasons.
pub fn first_day(law: &Law, ruling: &Ruling<Disclosure>, decided: Date) -> Fact {
    let day = ruling.value.publicity.first_day.unwrap_or(decided);
    let conclusion = if day == decided {
        "自作出决定之日起可以公示。"
    } else {
        "自复核通过之日起公示。"
    };
    Fact::new("公示日期", day.to_string()).because(why(law, "公示日期", conclusion, ruling))
}

/// The last public day with its reasons; says so where there is none.
pub fn last_day(law: &Law, ruling: &Ruling<Disclosure>) -> Fact {
    let publicity = &ruling.value.publicity;
    let classed = class_words(ruling);
    let (value, conclusion) = match publicity.last_day {
        Some(day) => {
            (day.to_string(), format!("{classed}；公示到这一天为止，当日结束时自动停止公示。"))
        }
        None if publicity.class == Class::Licence => {
            ("没有截止日".to_owned(), "行政许可没有最长公示期，到期后标为已到期。".to_owned())
        }
        None if publicity.class == Class::Open => {
            ("没有截止日".to_owned(), "这类信息没有最长公示期，到期后标为已到期。".to_owned())
        }
        None => ("没有截止日".to_owned(), format!("{classed}；没有查到最长公示期。")),
    };
    Fact::new("公示截止日", value).because(why(law, "公示截止日", conclusion, ruling))
}

/// Until when a licence is valid, with its reasons.
fn validity(law: &Law, ruling: &Ruling<Disclosure>) -> Fact {
    let (value, conclusion) = match ruling.value.publicity.valid_until {
        Some(day) => (day.to_string(), "决定载明的有效期截止日。"),
        None => ("长期".to_owned(), "决定没有载明截止日，或载明长期有效。"),
    };
    Fact::new("有效期至", value).because(why(law, "有效期至", conclusion, ruling))
}

/// From when repair may be applied for, with its reasons.
fn repairable(law: &Law, ruling: &Ruling<Disclosure>) -> Option<Fact> {
    let day = ruling.value.publicity.repairable_from?;
    let conclusion =
        format!("{}；满最短公示期、履行义务并纠正违法行为后可以申请。", class_words(ruling));
    Some(Fact::new("最早可申请修复", day.to_string()).because(why(
        law,
        "最早可申请修复",
        conclusion,
        ruling,
    )))
}

/// The dates that a list shows of a record.
pub fn dates(law: &Law, record: &PublicRecord) -> Vec<Fact> {
    let ruling = &record.disclosure;
    let mut facts = vec![
        Fact::new("决定日期", record.decided.to_string()),
        first_day(law, ruling, record.decided),
    ];
    facts.push(if ruling.value.publicity.class.is_unlimited() {
        validity(law, ruling)
    } else {
        last_day(law, ruling)
    });
    facts
}

/// Everything that is said about a record's publication.
pub fn publication(
    law: &Law,
    ruling: &Ruling<Disclosure>,
    decided: Date,
    clocks: &[DueClock],
) -> Vec<Fact> {
    let mut facts = vec![first_day(law, ruling, decided)];
    if ruling.value.publicity.class.is_unlimited() {
        facts.push(validity(law, ruling));
    }
    facts.push(last_day(law, ruling));
    facts.extend(repairable(law, ruling));
    for beside in &ruling.value.publicity.beside {
        let mut said = Vec::new();
        said.extend(beside.last_day.map(|day| format!("公示截止日 {day}")));
        said.extend(beside.repairable_from.map(|day| format!("最早可申请修复 {day}")));
        if !said.is_empty() {
            let reasons = why(law, &beside.label, "与本站公示期限并列，供对照。", ruling);
            facts.push(Fact::new(&beside.label, said.join("，")).because(reasons));
        }
    }
    facts.extend(clocks.iter().map(|clock| due(law, clock)));
    facts
}

/// When something was due.
fn due(law: &Law, clock: &DueClock) -> Fact {
    let day = clock.due.value;
    Fact::new(format!("{}期限", clock.label), day.date.to_string()).because(due_why(
        law,
        clock.label,
        &clock.due,
    ))
}

/// Why something is due on a day.
pub fn due_why(law: &Law, about: &str, due: &Ruling<WorkingDay>) -> Why {
    let day = due.value;
    let conclusion = format!("自起算日期的次日起数满规定的工作日，最迟 {} 完成。", day.date);
    let mut reasons = why(law, about, conclusion, due);
    if day.provisional {
        reasons.provisional =
            "所跨年度的节假日安排尚未公布，暂按周一至周五为工作日计算，公布后重新计算。".to_owned();
    }
    reasons
}

/// Whether the public sees a record, and why or why not; then its dates where it has any.
pub fn standing(law: &Law, state: &RecordState) -> Vec<Fact> {
    let head = &state.head;
    let ruling = &head.disclosure;
    let conclusion = match ruling.value.reason {
        Some(reason) => format!("{}。", reason.label()),
        None => format!("{}；公示依据已经确认。", class_words(ruling)),
    };
    let word = words::held_standing(head).text;
    let mut facts =
        vec![Fact::new("公示状态", word).because(why(law, "公示状态", conclusion, ruling))];
    facts.extend(head.withdrawn_on.map(|day| Fact::new("撤下公示日期", day.to_string())));
    if ruling.value.publicity.never.is_none() {
        facts.extend(publication(law, ruling, head.decided, &state.clocks));
    } else {
        facts.extend(state.clocks.iter().map(|clock| due(law, clock)));
    }
    facts
}

/// Citations as they were written down, as the reasons for an event.
pub fn cited(law: &Law, about: &str, citations: &[Arc<Citation>]) -> Why {
    let mut ruling = Ruling::new(());
    citations.iter().cloned().for_each(|citation| ruling.cite(citation));
    why(law, about, "", &ruling)
}
