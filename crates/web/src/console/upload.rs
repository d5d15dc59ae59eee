//! `GET` and `POST /console/upload`: a file goes piece by piece to the scratch folder, never into memory.

use askama::Template;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use xinyong_domain::law::Profile;
use xinyong_service::{Actor, Desk, DeskError, Permission, Refusal, intake, units};

use super::rows::batch_href;
use super::{actor, mendable, onward};
use crate::csrf;
use crate::guard::{Caller, forged};
use crate::page_error::PageError;
use crate::scratch::{Arriving, Scratch};
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::{Choice, FormError, Page, message_for};

/// Bytes of a field that is not the file.
const MOST_FIELD_BYTES: usize = 4096;
/// Parts of the form: more are not ours.
const MOST_PARTS: usize = 10;

#[derive(Template)]
#[template(path = "console/upload.html")]
struct Upload {
    page: Page,
    errors: Vec<FormError>,
    units: Vec<Choice>,
    unit_error: String,
    kinds: Vec<Choice>,
    kind_error: String,
    file_error: String,
    file_help: String,
}

/// What was sent.
#[derive(Default)]
struct Sent {
    kind: String,
    unit: String,
    file: Option<(Scratch, String)>,
}

/// `GET /console/upload`
///
/// # Errors
/// When the store fails.
pub async fn form(frame: Frame) -> Result<Html<String>, PageError> {
    show(&frame, &Sent::default(), Vec::new()).await
}

async fn show(
    frame: &Frame,
    sent: &Sent,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let mut kinds = vec![Choice::new("", "请选择", &sent.kind)];
    kinds.extend(law.kinds().values().map(|kind| Choice::new(&kind.id, &kind.name, &sent.kind)));
    if actor(frame)?.may(Permission::ImportSubjects) {
        kinds.push(Choice::new(intake::REGISTRY, &law.registry().name, &sent.kind));
    }
    let mut choices = Vec::new();
    if actor(frame)?.unit_limit().is_none() {
        choices.push(Choice::new("", "请选择", &sent.unit));
        let names = units::active_units(desk).await?;
        choices.extend(names.iter().map(|(id, name)| Choice::new(id, name, &sent.unit)));
    }
    let limits = desk.limits();
    draw(&Upload {
        page: frame.console("报送文件", "/console/upload"),
        unit_error: message_for(&errors, "unit"),
        kind_error: message_for(&errors, "kind"),
        file_error: message_for(&errors, "file"),
        errors,
        units: choices,
        kinds,
        file_help: format!(
            ".xlsx（不超过 {} MB）、.xls（不超过 {} MB）或 .csv（不超过 {} MB，UTF-8 或 GB18030）。\
             列的次序不限，列名可用官方表样或各部门惯用写法",
            limits.packed >> 20,
            limits.xls >> 20,
            limits.csv >> 20
        ),
    })
}

/// `POST /console/upload`: keeps the file as a batch and begins its check.
///
/// # Errors
/// `access.denied`; when the store fails. What the person can mend is said on the form.
pub async fn upload(
    frame: Frame,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Response, PageError> {
    // What is not even such a form has no token.
    let multipart = multipart.map_err(|_| forged())?;
    let desk = frame.site.desk().clone();
    let caller = frame.caller.clone().ok_or_else(forged)?;
    let mut sent = Sent::default();
    match read(&desk, &caller, multipart, &mut sent).await {
        Ok(()) => {}
        Err(Stopped::Refused(refusal)) => return again(&frame, &sent, &refusal).await,
        Err(Stopped::Error(error)) => return Err(error),
    }
    let missing = missing(&sent, &caller.actor);
    let Some((scratch, file_name)) = sent.file.as_ref().filter(|_| missing.is_empty()) else {
        let page = show(&frame, &sent, missing).await?;
        return Ok((StatusCode::BAD_REQUEST, page).into_response());
    };
    let unit = match caller.actor.unit_limit() {
        _ if sent.kind == intake::REGISTRY => intake::REGISTRY_UNIT.to_owned(),
        Some(own) => own.to_owned(),
        None => sent.unit.clone(),
    };
    let command = intake::Receive {
        path: scratch.path().to_path_buf(),
        file_name: file_name.clone(),
        kind: sent.kind.clone(),
        unit,
        profile: Profile::Reported,
    };
    let received = match intake::receive(&desk, &caller.actor, command).await {
        Ok(received) => received,
        Err(error) => return again(&frame, &sent, &mendable(error)?).await,
    };
    let href = batch_href(received.batch);
    if received.repeated {
        return Ok(onward(&frame, &format!("{href}?repeated=true")));
    }
    tokio::spawn(async move {
        if let Err(error) = intake::check(&desk, received.batch).await {
            tracing::error!(batch = received.batch, code = error.code(), %error, "check failed");
        }
    });
    Ok(onward(&frame, &href))
}

/// The form again, with what the desk said about it.
async fn again(frame: &Frame, sent: &Sent, refusal: &Refusal) -> Result<Response, PageError> {
    let field = match refusal.code.split('.').next() {
        Some("kind") => "kind",
        Some("unit") if asks_unit(actor(frame)?, sent) => "unit",
        Some("unit") => "",
        _ => "file",
    };
    let errors = vec![FormError::new(field, refusal.message.as_str())];
    Ok((StatusCode::BAD_REQUEST, show(frame, sent, errors).await?).into_response())
}

/// Whether the form asks whose file it is. Whose the registry is, is settled.
fn asks_unit(actor: &Actor, sent: &Sent) -> bool {
    actor.unit_limit().is_none() && sent.kind != intake::REGISTRY
}

fn missing(sent: &Sent, actor: &Actor) -> Vec<FormError> {
    let mut errors = Vec::new();
    if asks_unit(actor, sent) && sent.unit.is_empty() {
        errors.push(FormError::new("unit", "请选择报送单位"));
    }
    if sent.kind.is_empty() {
        errors.push(FormError::new("kind", "请选择信息类别"));
    }
    if sent.file.is_none() {
        errors.push(FormError::new("file", "请选择要报送的文件"));
    }
    errors
}

/// Why reading the form came to a stop.
pub(super) enum Stopped {
    /// Something the person can mend.
    Refused(Refusal),
    /// Anything else.
    Error(PageError),
}

impl From<MultipartError> for Stopped {
    fn from(error: MultipartError) -> Self {
        tracing::info!(%error, "upload broken off");
        Self::Refused(Refusal::new("file.incomplete", "文件没有传完整，请检查网络后重新上传"))
    }
}

impl From<PageError> for Stopped {
    fn from(error: PageError) -> Self {
        Self::Error(error)
    }
}

impl From<DeskError> for Stopped {
    fn from(error: DeskError) -> Self {
        Self::Error(error.into())
    }
}

/// Reads the parts in their order. The token comes first; without it nothing is written.
async fn read(
    desk: &Desk,
    caller: &Caller,
    mut multipart: Multipart,
    sent: &mut Sent,
) -> Result<(), Stopped> {
    let mut trusted = false;
    for _ in 0..MOST_PARTS {
        let part = match multipart.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(_) if !trusted => return Err(forged().into()),
            Err(error) => return Err(error.into()),
        };
        let name = part.name().unwrap_or_default().to_owned();
        if !trusted {
            trusted =
                name == "csrf" && csrf::same(&caller.csrf, &text(part, MOST_FIELD_BYTES).await?);
            if !trusted {
                return Err(forged().into());
            }
            continue;
        }
        match name.as_str() {
            "kind" => sent.kind = text(part, MOST_FIELD_BYTES).await?,
            "unit" => sent.unit = text(part, MOST_FIELD_BYTES).await?,
            "file" => sent.file = store(desk, part).await?,
            _ => {}
        }
    }
    if trusted { Ok(()) } else { Err(forged().into()) }
}

pub(super) async fn text(mut part: Field<'_>, most: usize) -> Result<String, Stopped> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        if bytes.len() + chunk.len() > most {
            return Err(Stopped::Refused(Refusal::new("form.field-too-long", "填写的内容过长")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// Writes the file to the scratch folder, no further than the desk's limit. A form without a chosen file sends an empty part
/// without a name.
pub(super) async fn store(
    desk: &Desk,
    mut part: Field<'_>,
) -> Result<Option<(Scratch, String)>, Stopped> {
    let sent_name = part.file_name().unwrap_or_default();
    // Some browsers send the whole path.
    let file_name = sent_name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    if file_name.is_empty() {
        return Ok(None);
    }
    let mut arriving = Arriving::begin(desk).await?;
    while let Some(chunk) = part.chunk().await? {
        match arriving.take(&chunk).await {
            Ok(()) => {}
            Err(DeskError::Refused(refusal)) => return Err(Stopped::Refused(refusal)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some((arriving.end().await?, file_name)))
}
