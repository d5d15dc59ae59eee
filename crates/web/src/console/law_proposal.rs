//! A proposal to confirm an entry of law as the second person sees it: the text, and what would change.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_domain::law::Law;
use xinyong_domain::rules::disclosure::Disclosure;
use xinyong_service::law::{self, Effect, EffectSample, ProposalView};
use xinyong_service::{Clock, DeskError};

use super::law::href;
use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, FormError, Page, Tile, message_for};
use crate::ui::{draw, settings, words};
use crate::url;

struct Sample {
    href: String,
    number: String,
    kind: String,
    decided: String,
    before: String,
    after: String,
}

#[derive(Template)]
#[template(path = "console/law_proposal.html")]
struct ProposalPage {
    page: Page,
    errors: Vec<FormError>,
    href: String,
    parameter_href: String,
    title: String,
    facts: Vec<Fact>,
    original: String,
    open: bool,
    own: bool,
    effect: Vec<Tile>,
    effect_note: String,
    samples: Vec<Sample>,
    reason_error: String,
}

/// How a publication stands, in words.
fn standing(shown: &Disclosure) -> String {
    let day = |day: Option<Date>| day.map_or_else(|| "没有".to_owned(), |day| day.to_string());
    format!(
        "{}；公示截止日 {}，最早可申请修复 {}",
        if shown.public { "公示" } else { "不公示" },
        day(shown.publicity.last_day),
        day(shown.publicity.repairable_from)
    )
}

fn sample(sample: EffectSample) -> Sample {
    Sample {
        href: words::held_href(sample.subject, sample.record),
        number: sample.number,
        kind: sample.kind,
        decided: sample.decided.to_string(),
        before: standing(&sample.before),
        after: standing(&sample.after),
    }
}

fn tiles(effect: &Effect) -> Vec<Tile> {
    [
        ("公示情况会改变的", effect.changed),
        ("今天起会变为公示的", effect.appear),
        ("今天起会停止公示的", effect.disappear),
        ("核对过的信息", effect.examined),
    ]
    .into_iter()
    .map(|(label, count)| Tile::new(label, words::grouped(count), "条"))
    .collect()
}

fn facts(law: &Law, shown: &ProposalView) -> Vec<Fact> {
    let parameter = law.parameters().get(&shown.parameter);
    let value = |setting: &xinyong_domain::law::Setting| {
        parameter.map_or_else(
            || settings::typed(setting),
            |parameter| settings::value(law, parameter, setting),
        )
    };
    let entry = parameter
        .and_then(|parameter| parameter.values.iter().find(|entry| entry.from == shown.from));
    let mut facts = vec![Fact::new("参数", shown.parameter.as_str())];
    if let Some(entry) = entry {
        facts.push(Fact::new("所属时段", settings::span(entry)));
        facts.push(Fact::new("依据", settings::source(law, entry)));
        facts
            .push(Fact::new("现在的值", value(&entry.value)).noted(settings::effect(entry, false)));
    }
    facts.push(Fact::new("提议确认的值", value(&shown.value)));
    let (by, at) = &shown.proposed;
    facts.push(Fact::new("提议人", by.name.as_str()).noted(Clock::show(*at)));
    if let Some((by, at)) = &shown.decided {
        let how = if shown.state == "confirmed" { "已确认" } else { "已退回" };
        facts.push(Fact::new(how, by.name.as_str()).noted(Clock::show(*at)));
    }
    if !shown.reason.is_empty() {
        facts.push(Fact::new("理由", shown.reason.as_str()));
    }
    if !shown.file.0.is_empty() {
        facts.push(
            Fact::new("原文文件", shown.file.0.as_str())
                .to(format!("/console/law/proposals/{}/file", shown.id))
                .noted(format!("SM3 摘要 {}…", shown.file.1.chars().take(16).collect::<String>())),
        );
    }
    facts
}

/// `GET /console/law/proposals/{id}`
///
/// # Errors
/// `access.denied`, not found.
pub async fn proposal(frame: Frame, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    show(&frame, id, Vec::new()).await
}

async fn show(frame: &Frame, id: i64, errors: Vec<FormError>) -> Result<Html<String>, PageError> {
    let (desk, who) = (frame.site.desk(), actor(frame)?);
    let (shown, effect) = law::proposal(desk, who, id).await?;
    let law = desk.law();
    let title = law
        .parameters()
        .get(&shown.parameter)
        .map_or_else(|| shown.parameter.clone(), |parameter| parameter.label.clone());
    let effect = effect.unwrap_or_default();
    let effect_note = match (effect.complete, effect.changed) {
        (false, _) => "信息很多，只核对了一部分，实际数量会更多。".to_owned(),
        (true, 0) => "确认后，现有信息的公示情况都不会改变。".to_owned(),
        (true, _) => "按今天逐条重新计算；下面列出其中一些。".to_owned(),
    };
    draw(&ProposalPage {
        page: frame.console("确认法规参数", "/console/law"),
        href: format!("/console/law/proposals/{id}"),
        parameter_href: href(&shown.parameter),
        title,
        facts: facts(&law, &shown),
        open: shown.state == "open",
        own: shown.proposed.0.login == who.login,
        original: shown.text,
        effect: tiles(&effect),
        effect_note,
        samples: effect.samples.into_iter().map(sample).collect(),
        reason_error: message_for(&errors, "reason"),
        errors,
    })
}

/// `POST /console/law/proposals/{id}`: confirmed, or declined with a reason.
///
/// # Errors
/// `access.denied`, not found.
pub async fn decide(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (desk, who) = (frame.site.desk(), actor(&frame)?);
    let (shown, _) = law::proposal(desk, who, id).await?;
    let (word, declined) = match fields.get("decision") {
        "confirm" => ("confirmed", None),
        "decline" => ("declined", Some(fields.get("reason"))),
        _ => {
            return Err(DeskError::refused("confirm.decision-missing", "请选择确认或者退回").into());
        }
    };
    match law::decide(desk, who, id, declined).await {
        Ok(()) => Ok(onward(&frame, &format!("{}?done={word}", href(&shown.parameter)))),
        Err(error) => {
            let refusal = mendable(error)?;
            let field = if refusal.code == "confirm.reason-missing" { "reason" } else { "" };
            let page = show(&frame, id, vec![FormError::new(field, refusal.message)]).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// `GET /console/law/proposals/{id}/file`: the text as it was handed in. The browser saves it and runs nothing in it.
///
/// # Errors
/// `access.denied`, not found.
pub async fn file(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    let (name, bytes) = law::proposal_file(frame.site.desk(), actor(&frame)?, id).await?;
    Ok(saved(&name, bytes))
}

/// A file for the browser to save and to run nothing in.
pub(super) fn saved(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"text\"; filename*=UTF-8''{}", url::encode(name)),
        ),
    ];
    (headers, bytes).into_response()
}
