//! `/console/commitments/matters`: the matters that a unit handles under 告知承诺: proposed by one person, released by another.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use xinyong_domain::value::date;
use xinyong_service::commitments::{
    self, MatterDraft, MatterFound, MatterView, ProposedMatters, SCOPES, TYPES,
};
use xinyong_service::{Clock, DeskError, Permission, Refusal};

use super::parts::{Incoming, Parts};
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::portal::commitments::text_href;
use crate::ui::commitment::lines;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Choice, Fact, FormError, Page, message_for};

/// The list.
pub const HERE: &str = "/console/commitments/matters";
/// The entry of the navigation.
const NAV: &str = super::commitments::HERE;

struct Row {
    href: String,
    code: String,
    name: String,
    unit: String,
    kind: String,
    days: String,
    from: String,
    standing: Chip,
}

#[derive(Template)]
#[template(path = "console/commitment_matters.html")]
struct Listed {
    page: Page,
    errors: Vec<FormError>,
    notice: String,
    rows: Vec<Row>,
    /// What is wrong with the rows of a file: row and words.
    found: Vec<(String, String)>,
    /// Whether this person is of a unit that has matters.
    proposes: bool,
    columns: String,
    file_error: String,
}

#[derive(Template)]
#[template(path = "console/commitment_matter_form.html")]
struct Form {
    page: Page,
    errors: Vec<FormError>,
    draft: MatterDraft,
    from: String,
    kinds: Vec<Choice>,
    scopes: Vec<Choice>,
}

impl Form {
    /// What is wrong with a field.
    fn wrong(&self, field: &str) -> String {
        message_for(&self.errors, field)
    }
}

#[derive(Template)]
#[template(path = "console/commitment_matter.html")]
struct One {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    id: i64,
    code: String,
    next_href: String,
    title: String,
    standing: Chip,
    facts: Vec<Fact>,
    texts: Vec<(&'static str, Vec<String>)>,
    decides: bool,
    own: bool,
    ends: bool,
    may_end: bool,
    end_on: String,
    end_error: String,
    reason: String,
    reason_error: String,
}

/// The edition whose words a new one begins with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    of: String,
}

fn href(id: i64) -> String {
    format!("{HERE}/{id}")
}

fn standing(one: &MatterView) -> Chip {
    match (one.waits, one.released, one.in_force, one.draft.ends) {
        (true, ..) => Chip::new("待复核", "warn"),
        (_, false, ..) => Chip::new("已退回", "neutral"),
        (_, _, true, _) => Chip::new("施行中", "good"),
        (.., true) => Chip::new("停止", "neutral"),
        _ => Chip::new("已公布", "info"),
    }
}

/// What has just been done.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    kept: String,
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn list(frame: Frame, Query(done): Query<Done>) -> Result<Html<String>, PageError> {
    let notice = match done.kept.parse::<u32>() {
        Ok(kept) => format!("已提出 {kept} 个事项，等待另一人逐项复核后公布。"),
        Err(_) => String::new(),
    };
    listed(&frame, notice, Vec::new(), Vec::new()).await
}

async fn listed(
    frame: &Frame,
    notice: String,
    errors: Vec<FormError>,
    wrong: Vec<MatterFound>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let who = actor(frame)?;
    let found = commitments::matters(desk, who).await?;
    let row = |one: MatterView| Row {
        href: href(one.id),
        standing: standing(&one),
        code: one.draft.code,
        name: one.draft.name,
        unit: one.unit_name,
        kind: one.kind_label,
        days: one.draft.days,
        from: one.draft.from.map(|day| day.to_string()).unwrap_or_default(),
    };
    let law = desk.law();
    let labels = law.commitment_matters().fields.iter().map(|field| field.label.as_str());
    draw(&Listed {
        page: frame.console("告知承诺事项", NAV),
        notice,
        file_error: message_for(&errors, "file"),
        errors,
        rows: found.into_iter().map(row).collect(),
        found: wrong.into_iter().map(|one| (format!("第 {} 行", one.row), one.message)).collect(),
        proposes: who.unit_limit().is_some(),
        columns: labels.collect::<Vec<_>>().join("、"),
    })
}

/// The matters of a file are proposed: all of them, or none.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the page.
pub async fn upload(frame: Frame, incoming: Incoming) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let mut sent = Parts::default();
    let read = incoming.read(desk, &[], &mut sent).await?;
    let outcome = match (read, &sent.file) {
        (Err(refusal), _) => Err(DeskError::from(refusal)),
        (Ok(()), None) => {
            Err(DeskError::refused("commitment.matters-file", "请选择事项清单的文件"))
        }
        (Ok(()), Some((scratch, name))) => {
            let file = (scratch.path().to_path_buf(), name.clone());
            commitments::propose_matters_file(desk, actor(&frame)?, file).await
        }
    };
    let (errors, wrong) = match outcome {
        Ok(ProposedMatters::Kept(count)) => {
            return Ok(onward(&frame, &format!("{HERE}?kept={count}")));
        }
        Ok(ProposedMatters::Refused(found)) => {
            let said =
                "文件里有不合要求的内容，一个事项也没有保存；请按下面的检查结果改好后重新上传";
            (vec![FormError::new("file", said)], found)
        }
        Err(error) => (vec![FormError::new("file", mendable(error)?.message)], Vec::new()),
    };
    let page = listed(&frame, String::new(), errors, wrong).await?;
    Ok((StatusCode::BAD_REQUEST, page).into_response())
}

fn choices(frame: &Frame, list: &str, chosen: &str) -> Vec<Choice> {
    let law = frame.site.desk().law();
    let codes = law.codes().get(list).map(|list| list.codes.clone()).unwrap_or_default();
    let known =
        codes.iter().map(|code| Choice::new(&code.id, code.label.trim_end_matches('-'), chosen));
    std::iter::once(Choice::new("", "请选择", chosen)).chain(known).collect()
}

fn show_form(
    frame: &Frame,
    draft: MatterDraft,
    from: String,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    draw(&Form {
        page: frame.console("提出告知承诺事项", NAV),
        kinds: choices(frame, TYPES, &draft.kind),
        scopes: choices(frame, SCOPES, &draft.scope),
        draft,
        from,
        errors,
    })
}

/// The form of a new edition.
///
/// # Errors
/// `access.denied`, not found.
pub async fn form(frame: Frame, Query(asked): Query<Asked>) -> Result<Html<String>, PageError> {
    let draft = match asked.of.parse() {
        Ok(id) => commitments::matter(frame.site.desk(), actor(&frame)?, id).await?.draft,
        Err(_) => MatterDraft::default(),
    };
    show_form(&frame, draft, String::new(), Vec::new())
}

fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "commitment.matter-code" | "commitment.matter-open" | "commitment.matter-unknown" => "code",
        "commitment.matter-name" => "name",
        "commitment.matter-type" => "type",
        "commitment.matter-basis" => "basis",
        "commitment.matter-notice" => "notice",
        "commitment.matter-content" => "content",
        "commitment.matter-liability" => "liability",
        "commitment.matter-scope" => "scope",
        "commitment.matter-days" => "days",
        "commitment.matter-day" => "from",
        "commitment.reason-missing" => "reason",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

fn draft(frame: &Frame, fields: &Fields) -> Result<MatterDraft, PageError> {
    let text = |field: &str| fields.get(field).to_owned();
    Ok(MatterDraft {
        unit: actor(frame)?.unit.clone(),
        code: text("code"),
        name: text("name"),
        kind: text("type"),
        basis: text("basis"),
        notice: text("notice"),
        content: text("content"),
        liability: text("liability"),
        scope: text("scope"),
        days: text("days"),
        from: date::read(fields.get("from").trim()).map(|(day, _)| day),
        ends: fields.get("ends") == "1",
    })
}

/// Proposed; or the end of one is.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the form.
pub async fn propose(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let draft = draft(&frame, &fields)?;
    let desk = frame.site.desk();
    match commitments::propose_matter(desk, actor(&frame)?, draft.clone()).await {
        Ok(id) => Ok(onward(&frame, &href(id))),
        Err(error) => {
            let errors = vec![error_of(&mendable(error)?)];
            let page = match fields.get("of").parse() {
                Ok(id) if draft.ends => show(&frame, id, &fields, errors).await?,
                _ => show_form(&frame, draft, fields.get("from").to_owned(), errors)?,
            };
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

async fn show(
    frame: &Frame,
    id: i64,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let who = actor(frame)?;
    let one = commitments::matter(frame.site.desk(), who, id).await?;
    let draft = &one.draft;
    let mut facts = vec![
        Fact::new("单位", one.unit_name.as_str()),
        Fact::new("事项编号", draft.code.as_str()),
        Fact::new("承诺类型", one.kind_label.as_str()),
        Fact::new("依据", draft.basis.as_str()),
        Fact::new("核查", format!("办结后 {} 个工作日内", draft.days)),
        Fact::new("公开类型", one.scope_label.as_str()),
        Fact::new(
            if draft.ends { "停止日期" } else { "施行日期" },
            draft.from.map(|day| day.to_string()).unwrap_or_default(),
        ),
        Fact::new("提出", one.proposed.0.name.as_str()).noted(Clock::show(one.proposed.1)),
    ];
    if let Some((by, at)) = &one.decided {
        let how = if one.released { "公布" } else { "退回" };
        facts.push(Fact::new(how, by.name.as_str()).noted(Clock::show(*at)));
    }
    if !one.reason.is_empty() {
        facts.push(Fact::new("退回的理由", one.reason.as_str()));
    }
    if !one.edition.is_empty() {
        facts.push(Fact::new("公布文本的摘要（SM3）", one.edition.as_str()).to(text_href(one.id)));
    }
    let mine = one.unit == who.unit;
    let own = one.proposed.0.login == who.login;
    draw(&One {
        page: frame.console("告知承诺事项", NAV),
        href: href(id),
        id,
        code: draft.code.clone(),
        next_href: if mine { format!("{HERE}/new?of={id}") } else { String::new() },
        title: draft.name.clone(),
        standing: standing(&one),
        facts,
        texts: vec![
            ("告知", lines(&draft.notice)),
            ("承诺", lines(&draft.content)),
            ("违诺责任", lines(&draft.liability)),
        ],
        decides: one.waits && mine && (own || who.may(Permission::ConfirmCommitment)),
        own,
        ends: draft.ends,
        may_end: mine && one.in_force,
        end_on: fields.get("from").to_owned(),
        end_error: message_for(&errors, "from"),
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
        errors,
    })
}

/// One edition.
///
/// # Errors
/// `access.denied`, not found.
pub async fn one(frame: Frame, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    show(&frame, id, &Fields::default(), Vec::new()).await
}

/// Released, or declined with a reason.
///
/// # Errors
/// `access.denied`, not found. What the person can mend is said on the page.
pub async fn decide(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let declined = match fields.get("decision") {
        "release" => None,
        "decline" => Some(fields.get("reason")),
        _ => {
            let message = "请选择公布或者退回";
            return Err(DeskError::refused("commitment.decision-missing", message).into());
        }
    };
    let outcome = commitments::decide_matter(frame.site.desk(), actor(&frame)?, id, declined).await;
    match outcome {
        Ok(()) => Ok(onward(&frame, &href(id))),
        Err(error) => {
            let errors = vec![error_of(&mendable(error)?)];
            let page = show(&frame, id, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}
