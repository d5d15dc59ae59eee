//! `GET /console/batches/{id}`: where a batch stands, what was found in it, what may be done with it now.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Html;
use serde::Deserialize;
use xinyong_domain::finding::Level;
use xinyong_domain::workflow::batch::{Event as Move, Stage};
use xinyong_service::browse::{self, BatchPage, BatchView, FindingRow, PersonView};
use xinyong_service::{Clock, Permission, Refusal};

use super::actor;
use super::release::{ReleaseForm, release_form};
use super::rows::{batch_href, stage};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{
    Chip, Fact, FormError, NoticeText, Page, Pager, Person, Step, Tile, message_for,
};
use crate::url;

struct BatchHead {
    number: String,
    href: String,
    kind: String,
    stage: Chip,
    facts: Vec<Fact>,
}

struct Progress {
    label: &'static str,
    done: i64,
    total: i64,
    text: String,
}

struct FindingItem {
    level: Chip,
    code: String,
    field: String,
    message: String,
}

struct FindingGroup {
    row: i64,
    items: Vec<FindingItem>,
}

struct GiveBack {
    reason: String,
    reason_error: String,
}

struct Event {
    at: String,
    who: Person,
    what: &'static str,
}

#[derive(Template)]
#[template(path = "console/batch.html")]
struct Shown {
    page: Page,
    batch: BatchHead,
    notices: Vec<NoticeText>,
    errors: Vec<FormError>,
    steps: Vec<Step>,
    counts: Vec<Tile>,
    progress: Option<Progress>,
    annotated_href: String,
    records_href: String,
    findings: Vec<FindingGroup>,
    findings_note: &'static str,
    mend_href: String,
    shows_findings: bool,
    pager: Pager,
    can_submit: bool,
    submit_text: String,
    release: Option<ReleaseForm>,
    give_back: Option<GiveBack>,
    can_cancel: bool,
    history: Vec<Event>,
}

/// From which row the findings are shown, and how somebody came here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from_row: i64,
    repeated: bool,
}

/// The page of a batch.
///
/// # Errors
/// `access.denied`, not found.
pub async fn batch(
    frame: Frame,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, PageError> {
    show(&frame, id, &asked, &Fields::default(), Vec::new()).await
}

/// The page again after a form on it was refused, with what had been filled in.
///
/// # Errors
/// `access.denied`, not found.
pub async fn again(
    frame: &Frame,
    id: i64,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    show(frame, id, &Asked::default(), fields, errors).await
}

/// What the desk said about a form, beside the field that it is about.
pub fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "basis.unknown" => "basis",
        "return.reason-missing" => "reason",
        _ => "",
    };
    FormError::new(field, refusal.message.as_str())
}

async fn show(
    frame: &Frame,
    id: i64,
    asked: &Asked,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let actor = actor(frame)?;
    let BatchPage { batch, findings, next_row, judge, can_submit, can_release } =
        browse::batch_page(desk, actor, id, asked.from_row).await?;
    let law = desk.law();
    let at_work = matches!(batch.stage, Stage::Received | Stage::Released);
    let refused = batch.stage == Stage::Refused;
    let release = can_release.then(|| release_form(&law, &judge, batch.good, fields, &errors));
    let give_back = can_release.then(|| GiveBack {
        reason: fields.get("reason").to_owned(),
        reason_error: message_for(&errors, "reason"),
    });
    draw(&Shown {
        page: frame.console(&format!("批次 {id}"), "/console/batches"),
        notices: notices(&batch, asked),
        errors,
        steps: steps(&batch),
        counts: counts(&batch),
        progress: at_work.then(|| progress(&batch)),
        annotated_href: if at_work || refused {
            String::new()
        } else {
            format!("{}/annotated.xlsx", batch_href(id))
        },
        records_href: if batch.stage == Stage::Recorded
            && batch.recorded + batch.unchanged > 0
            && law.kind(&batch.kind).is_some()
            && actor.may(Permission::ReadRecord)
        {
            super::batch_records::href(id, 0)
        } else {
            String::new()
        },
        findings_note: "有错误的行不入库，合格的行不受影响；提醒和说明不妨碍入库，请核对。",
        mend_href: if !at_work
            && actor.may(Permission::UploadBatch)
            && (refused || batch.refused + batch.held > 0)
        {
            super::upload::href(&batch.kind, &batch.unit)
        } else {
            String::new()
        },
        shows_findings: !at_work && !refused,
        pager: pager(id, asked, &findings, next_row),
        findings: findings.into_iter().map(group).collect(),
        can_submit,
        submit_text: format!(
            "提交后由本单位另一人复核。合格的 {} 行进入复核，有错误的 {} 行和待处理的 {} 行不提交。",
            batch.good, batch.refused, batch.held
        ),
        release,
        give_back,
        can_cancel: actor.may(Permission::SubmitBatch) && batch.stage.after(Move::Cancel).is_ok(),
        history: history(&batch),
        batch: BatchHead {
            number: batch.number.clone(),
            href: batch_href(id),
            kind: batch.kind_name.clone(),
            stage: stage(batch.stage),
            facts: facts(&batch),
        },
    })
}

fn person(label: &str, who: &PersonView) -> Fact {
    let who = Person::from(who);
    Fact::new(label, who.name).noted(who.login)
}

fn facts(batch: &BatchView) -> Vec<Fact> {
    let profile = if batch.profile == "returned" { "上级回流" } else { "本单位报送" };
    vec![
        Fact::new("文件", batch.file_name.as_str()),
        Fact::new("报送单位", batch.unit_name.as_str()),
        Fact::new("来源", profile),
        person("报送人", &batch.received_by),
        Fact::new("收到时间", Clock::show(batch.received_at)),
    ]
}

fn notices(batch: &BatchView, asked: &Asked) -> Vec<NoticeText> {
    let mut notices = Vec::new();
    if asked.repeated {
        notices.push(NoticeText::new(
            "info",
            "这份文件以前报送过",
            "内容完全相同，没有产生第二个批次，这就是原来的批次。",
        ));
    }
    if let Some((code, message)) = &batch.refusal {
        notices.push(NoticeText::new(
            "danger",
            "整份文件没有被接受",
            format!("{message}（代码 {code}）"),
        ));
    }
    if batch.stage == Stage::Checked && !batch.returned.is_empty() {
        notices.push(NoticeText::new("warning", "复核人退回了这一批", batch.returned.as_str()));
    }
    notices.extend(batch.notes.iter().map(|note| NoticeText::new("info", "关于这份文件", note)));
    notices
}

fn counts(batch: &BatchView) -> Vec<Tile> {
    let mut tiles = vec![
        Tile::new("行数", batch.rows, "行"),
        Tile::new("有错误，不入库", batch.refused, "行"),
        Tile::new("待处理", batch.held, "行"),
    ];
    if batch.stage == Stage::Recorded {
        tiles.push(Tile::new("已入库", batch.recorded, "行"));
        tiles.push(Tile::new("已有且相同", batch.unchanged, "行"));
    } else {
        tiles.insert(1, Tile::new("合格", batch.good, "行"));
    }
    tiles
}

fn progress(batch: &BatchView) -> Progress {
    // How many rows there are is known only after the check.
    let total = if batch.stage == Stage::Released { batch.rows } else { 0 };
    let (label, verb) = if batch.stage == Stage::Released {
        ("正在入库", "入库")
    } else {
        ("正在检查", "检查")
    };
    let text = if batch.progress == 0 {
        format!("正在等待或刚开始{verb}，本页自动刷新")
    } else {
        format!("已{verb}到第 {} 行，本页自动刷新", batch.progress)
    };
    Progress { label, done: batch.progress, total, text }
}

fn steps(batch: &BatchView) -> Vec<Step> {
    let show = |moved: &Option<(PersonView, i64)>| {
        moved.as_ref().map_or_else(String::new, |(_, at)| Clock::show(*at))
    };
    // How many steps are behind the batch, and whether it stopped there.
    let (done, failed) = match batch.stage {
        Stage::Received => (1, false),
        Stage::Refused => (1, true),
        Stage::Checked => (2, false),
        Stage::Submitted => (3, false),
        Stage::Released => (4, false),
        Stage::Recorded => (5, false),
        Stage::Cancelled => (if batch.submitted.is_some() { 3 } else { 2 }, true),
    };
    let recorded = batch.recorded_at.map_or_else(String::new, Clock::show);
    [
        ("收到", Clock::show(batch.received_at)),
        ("检查", String::new()),
        ("提交", show(&batch.submitted)),
        ("复核", show(&batch.released)),
        ("入库", recorded),
    ]
    .into_iter()
    .enumerate()
    .map(|(position, (label, note))| {
        let state = if position < done {
            "done"
        } else if position > done {
            "todo"
        } else if failed {
            "failed"
        } else {
            "current"
        };
        let note = if state == "done" { note } else { String::new() };
        Step { label: label.to_owned(), state: state.to_owned(), note }
    })
    .collect()
}

fn group(row: FindingRow) -> FindingGroup {
    let items = row
        .findings
        .into_iter()
        .map(|(level, code, field, message)| {
            let level = match Level::from_word(&level) {
                Some(level @ Level::Error) => Chip::new(level.label(), "bad"),
                Some(level @ Level::Warning) => Chip::new(level.label(), "warn"),
                Some(level @ Level::Note) => Chip::new(level.label(), "info"),
                None => Chip::new(level, "neutral"),
            };
            let field = if field.is_empty() { "整行".to_owned() } else { field };
            FindingItem { level, code, field, message }
        })
        .collect();
    FindingGroup { row: row.row, items }
}

fn pager(id: i64, asked: &Asked, findings: &[FindingRow], next_row: i64) -> Pager {
    let path = batch_href(id);
    let summary = match (findings.first(), findings.last()) {
        (Some(first), Some(last)) => {
            format!("第 {} 行至第 {} 行，本页 {} 行有问题", first.row, last.row, findings.len())
        }
        _ => String::new(),
    };
    Pager {
        summary,
        prev: if asked.from_row > 0 { path.clone() } else { String::new() },
        next: if next_row > 0 {
            url::with_query(&path, &[("from_row", &next_row.to_string())])
        } else {
            String::new()
        },
        pages: Vec::new(),
    }
}

fn history(batch: &BatchView) -> Vec<Event> {
    let mut events = vec![Event {
        at: Clock::show(batch.received_at),
        who: Person::from(&batch.received_by),
        what: "报送文件",
    }];
    let mut moved = |moved: &Option<(PersonView, i64)>, what| {
        events.extend(moved.as_ref().map(|(who, at)| Event {
            at: Clock::show(*at),
            who: Person::from(who),
            what,
        }));
    };
    moved(&batch.submitted, "提交复核");
    moved(&batch.released, "复核通过");
    events.extend(batch.recorded_at.map(|at| Event {
        at: Clock::show(at),
        who: Person { name: "平台".to_owned(), login: String::new() },
        what: "入库完毕",
    }));
    events.reverse();
    events
}
