//! `GET /subjects/{code}`

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use xinyong_domain::law::{Law, PublicationRule};
use xinyong_service::browse::{self, PublicRecord, SubjectFacts};

use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, NoticeText, Page};
use crate::ui::{draw, reasons, words};

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

struct RecordRow {
    href: String,
    title: String,
    number: String,
    unit: String,
    summary: String,
    standing: Chip,
    marks: Vec<Chip>,
    dates: Vec<Fact>,
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
    groups: Vec<Group>,
    as_of: String,
    explain: &'static str,
}

/// One subject with everything about it that is public today.
///
/// # Errors
/// `code.invalid`, not found.
pub async fn subject(frame: Frame, Path(code): Path<String>) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let found = browse::public_subject(desk, &code).await?;
    let groups = found
        .groups
        .iter()
        .map(|(id, title, records)| Group {
            id: id.clone(),
            title: title.clone(),
            count: records.len(),
            withheld: withheld(law.kind(id).map(|kind| kind.publication)),
            more_href: String::new(),
            rows: records.iter().map(|record| row(&law, record)).collect(),
        })
        .collect();
    draw(&Subject {
        page: frame.portal(&found.facts.name, "/search"),
        subject: head(&law, found.facts),
        notices: Vec::new(),
        groups,
        as_of: words::as_of(desk.today()),
        explain: "本页只列依法公示中的信息，不是评价，也不含评分。",
    })
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
fn code_label(kind: &str) -> &str {
    match kind {
        "registration-no" => "注册号",
        "organisation-code" => "组织机构代码",
        "institution-no" => "事业单位证书号",
        "association-no" => "社会组织登记证号",
        other => other,
    }
}

/// Who a subject is, in words.
pub(crate) fn head(law: &Law, facts: SubjectFacts) -> SubjectHead {
    let mut shown = vec![Fact::new("主体类别", words::category(&facts.category))];
    shown.extend(
        facts.codes.iter().map(|(kind, value)| Fact::new(code_label(kind), value.as_str())),
    );
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

fn row(law: &Law, record: &PublicRecord) -> RecordRow {
    RecordRow {
        href: words::record_href(record),
        title: words::record_title(record),
        number: record.number.clone(),
        unit: record.authority.clone(),
        summary: record.summary.clone(),
        standing: words::standing(record),
        marks: Vec::new(),
        dates: reasons::dates(law, record),
    }
}
