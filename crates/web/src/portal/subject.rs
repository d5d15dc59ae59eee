//! `GET /subjects/{code}`: who a subject is and what about it is public today. Another of its codes leads to its address.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use xinyong_domain::law::{Law, PublicationRule};
use xinyong_domain::rules::disclosure::Tier;
use xinyong_service::browse::{self, PublicSubject, SubjectFacts};
use xinyong_service::{Clock, DeskError};

use super::subject_row::{RecordRow, row};
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, Link, NoticeText, Page};
use crate::ui::{draw, words};

/// A name it had.
pub(crate) struct FormerName {
    /// The name.
    pub name: String,
    /// How long.
    pub span: String,
}

/// Who a subject is.
pub(crate) struct SubjectHead {
    /// Name.
    pub name: String,
    /// Code.
    pub code: String,
    /// Standing as the register has it.
    pub standing: Chip,
    /// Names it had.
    pub former_names: Vec<FormerName>,
    /// What the register says.
    pub facts: Vec<Fact>,
}

struct Group {
    id: String,
    title: String,
    count: usize,
    withheld: &'static str,
    more_href: String,
    rows: Vec<RecordRow>,
}

#[derive(Template)]
#[template(path = "portal/subject.html")]
struct Subject {
    page: Page,
    subject: SubjectHead,
    notices: Vec<NoticeText>,
    known: String,
    groups: Vec<Group>,
    none: Vec<Link>,
    hidden: Vec<&'static str>,
    files_href: String,
    as_of: String,
    explain: &'static str,
}

/// Records of a kind that the page shows; the others have pages of their own.
const SHOWN: usize = 10;

/// What nobody finds on the page of a subject, whatever is known.
const HIDDEN: [&str; 4] = [
    "依法不公开的信息：国家秘密、商业秘密、个人隐私，证件号码，适用简易程序的、仅警告或通报批评等按规定不公示的处罚。",
    "公示期已满、已修复或已撤下的信息。",
    "没有报送到本站的信息，包括外地单位作出的决定。",
    "评分、等级、排名：本站不作评价。",
];

/// One subject with what about it is public today.
///
/// # Errors
/// `code.invalid`, not found.
pub async fn subject(frame: Frame, Path(code): Path<String>) -> Result<Response, PageError> {
    let found = match asked_for(&frame, &code).await? {
        Ok(found) => found,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let desk = frame.site.desk();
    let law = desk.law();
    let units = browse::unit_names(desk).await?;
    let tier = tier(&found);
    let code = found.facts.code.clone();
    // What there is nothing of is said in a line: sections without content hide the ones with.
    let (some, nothing): (Vec<_>, Vec<_>) =
        found.groups.iter().partition(|(_, _, records)| !records.is_empty());
    let none = (nothing.into_iter())
        .map(|(id, title, _)| Link { href: id.clone(), label: title.clone() })
        .collect();
    let groups = some
        .into_iter()
        .map(|(id, title, records)| Group {
            id: id.clone(),
            title: title.clone(),
            count: records.len(),
            withheld: withheld(law.kind(id).map(|kind| kind.publication)),
            more_href: if records.len() > SHOWN {
                super::subject_records::href(&code, id)
            } else {
                String::new()
            },
            rows: records.iter().take(SHOWN).map(|record| row(&law, &units, record)).collect(),
        })
        .collect();
    let drawn = draw(&Subject {
        page: frame.portal(&found.facts.name, "/search"),
        known: known(&found.facts),
        subject: head(&law, found.facts),
        notices: Vec::new(),
        groups,
        none,
        hidden: HIDDEN.to_vec(),
        files_href: words::subject_href(&code),
        as_of: words::as_of(desk.today()),
        explain: "本页只列依法公示中的信息，不是评价，也不含评分。",
    })?;
    Ok(super::as_far_as(tier, drawn))
}

/// The subject asked for, or the way to the address it has now.
///
/// # Errors
/// `code.invalid`, not found.
pub(super) async fn asked_for(
    frame: &Frame,
    code: &str,
) -> Result<Result<PublicSubject, Response>, PageError> {
    let desk = frame.site.desk();
    let present = match browse::public_subject(desk, code).await {
        Ok(found) if found.facts.code == code || found.facts.code.is_empty() => {
            return Ok(Ok(found));
        }
        Ok(found) => found.facts.code,
        Err(DeskError::Refused(refusal)) if refusal.code == "code.invalid" => {
            browse::present_code(desk, code).await?
        }
        Err(error) => return Err(error.into()),
    };
    let to = frame.site.base_path().to_owned() + &words::subject_href(&present);
    // A browser that keeps it must ask again one day: codes change.
    let kept = [(header::CACHE_CONTROL, "public, max-age=86400")];
    Ok(Err((kept, Redirect::permanent(&to)).into_response()))
}

/// How far a subject's page goes: as far as the record on it that goes the least far.
pub(super) fn tier(found: &PublicSubject) -> Tier {
    let all = found.groups.iter().flat_map(|(.., records)| records);
    let kept_back =
        all.map(|record| record.disclosure.value.tier()).any(|tier| tier != Tier::Public);
    if kept_back { Tier::NotIndexed } else { Tier::Public }
}

/// From where and since when it is known who a subject is.
fn known(facts: &SubjectFacts) -> String {
    let from = if facts.source == "registry" {
        "市场主体登记信息"
    } else {
        "有关单位报送的信息"
    };
    let since = Clock::day_of(facts.known_at).map_or_else(String::new, |day| day.to_string());
    format!("以上来自{from}，本站自 {since} 起知悉。")
}

fn withheld(rule: Option<PublicationRule>) -> &'static str {
    match rule {
        Some(PublicationRule::Penalty) => {
            "适用简易程序的、仅警告或通报批评等按规定不公示的处罚，以及公示期已满的，不在此列。"
        }
        _ => "",
    }
}

/// What other codes are called.
pub(super) fn code_label(kind: &str) -> &'static str {
    match kind {
        "registration-no" => "注册号",
        "organisation-code" => "组织机构代码",
        "institution-no" => "事业单位证书号",
        "association-no" => "社会组织登记证号",
        "joined" => "经核定为同一主体的代码",
        _ => "其他代码",
    }
}

/// Who a subject is, in words.
pub(crate) fn head(law: &Law, facts: SubjectFacts) -> SubjectHead {
    let mut shown = vec![Fact::new("主体类别", words::category(&facts.category))];
    shown.extend(
        facts.codes.iter().map(|(kind, value)| Fact::new(code_label(kind), value.as_str())),
    );
    // Entries of the register that two persons found to be this subject.
    shown.extend(facts.joined.iter().map(|one| {
        Fact::new("经核定为同一主体的登记", one.name.as_str()).noted(one.code.as_str())
    }));
    shown.extend(facts.registered_on.map(|day| Fact::new("注册日期", day.to_string())));
    shown.extend(facts.details.iter().filter(|(_, value)| !value.is_empty()).filter_map(
        |(code, value)| Some(Fact::new(words::registry_label(law, code)?, value.as_str())),
    ));
    SubjectHead {
        standing: words::status(&facts.status),
        former_names: facts
            .former_names
            .into_iter()
            .map(|former| FormerName {
                name: former.name,
                span: former.until.map_or_else(String::new, |until| format!("使用至 {until}")),
            })
            .collect(),
        name: facts.name,
        code: facts.code,
        facts: shown,
    }
}
