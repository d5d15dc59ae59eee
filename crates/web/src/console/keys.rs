//! Keys of machines: the list with how much each is used, the form, the key shown once, its days, its end.

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use jiff::civil::Date;
use xinyong_domain::value::date;
use xinyong_service::api_keys::{self, KeyView, NewKey, Scope};
use xinyong_service::{Clock, Refusal, browse, enrolments};

use super::{actor, mendable, onward};
use crate::fields::Fields;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Bar, Chip, Choice, Fact, FormError, Page, message_for};
use crate::ui::{draw, words};

const HERE: &str = "/console/keys";
/// Days of use that are shown.
const DAYS: i64 = 31;
/// For how long a key is proposed to be valid, in months.
const PROPOSED_MONTHS: i32 = 12;

struct KeyRow {
    href: String,
    name: String,
    scopes: String,
    unit: String,
    state: Chip,
    expires_on: String,
    requests: String,
    refusals: String,
    last_used: String,
}

#[derive(Template)]
#[template(path = "console/keys.html")]
struct Keys {
    page: Page,
    keys: Vec<KeyRow>,
}

#[derive(Template)]
#[template(path = "console/key_new.html")]
struct Form {
    page: Page,
    errors: Vec<FormError>,
    system: String,
    system_error: String,
    scopes: Vec<Choice>,
    scope_error: String,
    units: Vec<Choice>,
    unit_error: String,
    expires_on: String,
    expires_error: String,
}

#[derive(Template)]
#[template(path = "console/key_made.html")]
struct Made {
    page: Page,
    href: String,
    name: String,
    secret: String,
}

struct DayRow {
    day: String,
    requests: String,
    refusals: String,
}

#[derive(Template)]
#[template(path = "console/key.html")]
struct KeyPage {
    page: Page,
    href: String,
    name: String,
    state: Chip,
    facts: Vec<Fact>,
    can_end: bool,
    errors: Vec<FormError>,
    may_hook: bool,
    address: String,
    address_error: String,
    days: Vec<DayRow>,
    chart: Vec<Bar>,
}

fn state_of(key: &KeyView) -> Chip {
    match (&key.ended, key.expired) {
        (Some(_), _) => Chip::new("已停用", "neutral"),
        (None, true) => Chip::new("已到期", "warn"),
        (None, false) => Chip::new("有效", "good"),
    }
}

fn scopes_of(key: &KeyView) -> String {
    let labels: Vec<&str> = key.scopes.iter().map(|scope| scope.label()).collect();
    labels.join("、")
}

fn last_used(key: &KeyView) -> String {
    if key.usage.last_at == 0 { "从未".to_owned() } else { Clock::show(key.usage.last_at) }
}

fn count(number: i64) -> String {
    words::grouped(u64::try_from(number).unwrap_or_default())
}

/// The list.
///
/// # Errors
/// `access.denied`.
pub async fn keys(frame: Frame) -> Result<Html<String>, PageError> {
    let found = api_keys::list(frame.site.desk(), actor(&frame)?).await?;
    let keys = found
        .iter()
        .map(|key| KeyRow {
            href: format!("{HERE}/{}", key.id),
            name: key.name.clone(),
            scopes: scopes_of(key),
            unit: key.unit_name.clone(),
            state: state_of(key),
            expires_on: key.expires_on.to_string(),
            requests: count(key.usage.requests),
            refusals: count(key.usage.refusals),
            last_used: last_used(key),
        })
        .collect();
    draw(&Keys { page: frame.console("接口密钥", HERE), keys })
}

/// The form.
///
/// # Errors
/// When the store fails.
pub async fn form(frame: Frame) -> Result<Html<String>, PageError> {
    let proposed =
        frame.site.desk().today().saturating_add(jiff::Span::new().months(PROPOSED_MONTHS));
    let fields = Fields(vec![("expires_on".to_owned(), proposed.to_string())]);
    ask(&frame, &fields, Vec::new()).await
}

async fn ask(
    frame: &Frame,
    fields: &Fields,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let scope = fields.get("scope");
    let mut scopes = vec![Choice::new("", "请选择", scope)];
    scopes.extend(Scope::ALL.iter().map(|one| Choice::new(one.as_str(), one.label(), scope)));
    let several: [&[Scope]; 4] = [
        &[Scope::Read, Scope::Report],
        &[Scope::Read, Scope::Follow],
        &[Scope::Report, Scope::Check],
        &Scope::ALL,
    ];
    scopes.extend(several.map(|several| {
        let words: Vec<&str> = several.iter().map(|one| one.as_str()).collect();
        let labels: Vec<&str> = several.iter().map(|one| one.label()).collect();
        Choice::new(&words.join(" "), labels.join("、"), scope)
    }));
    let mut units = vec![Choice::new("", "不属于任何单位（只读取时）", fields.get("unit"))];
    let names = browse::unit_names(frame.site.desk()).await?;
    units.extend(names.iter().map(|(id, name)| Choice::new(id, name, fields.get("unit"))));
    draw(&Form {
        page: frame.console("发放接口密钥", HERE),
        system: fields.get("system").to_owned(),
        system_error: message_for(&errors, "system"),
        scopes,
        scope_error: message_for(&errors, "scope"),
        units,
        unit_error: message_for(&errors, "unit"),
        expires_on: fields.get("expires_on").to_owned(),
        expires_error: message_for(&errors, "expires_on"),
        errors,
    })
}

fn error_of(refusal: &Refusal) -> FormError {
    let field = match refusal.code {
        "key.name-missing" => "system",
        "key.scope-missing" => "scope",
        "key.expiry-missing" | "key.expiry-past" | "key.expiry-far" => "expires_on",
        _ => "unit",
    };
    FormError::new(field, refusal.message.as_str())
}

/// Makes the key and shows it, this once.
///
/// # Errors
/// `access.denied`. What the person can mend is said on the form.
pub async fn create(
    frame: Frame,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let day: Option<Date> = date::read(fields.get("expires_on"))
        .map(|(day, _)| day)
        .filter(|day| !date::is_long_term(*day));
    let asked = fields.get("scope");
    let new = NewKey {
        name: fields.get("system").trim().to_owned(),
        scopes: Scope::ALL
            .into_iter()
            .filter(|scope| asked.split(' ').any(|word| word == scope.as_str()))
            .collect(),
        unit: fields.get("unit").to_owned(),
        expires_on: day,
    };
    let outcome = match api_keys::create(frame.site.desk(), actor(&frame)?, &new).await {
        Ok(outcome) => outcome,
        Err(error) => Err(vec![mendable(error)?]),
    };
    match outcome {
        Ok((id, secret)) => {
            let page = draw(&Made {
                page: frame.console("接口密钥已发放", HERE),
                href: format!("{HERE}/{id}"),
                name: new.name,
                secret,
            })?;
            Ok(page.into_response())
        }
        Err(refusals) => {
            let errors = refusals.iter().map(error_of).collect();
            let page = ask(&frame, &fields, errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// One key with its days.
///
/// # Errors
/// `access.denied`; not found.
pub async fn key(frame: Frame, Path(id): Path<i64>) -> Result<Html<String>, PageError> {
    show(&frame, id, None, Vec::new()).await
}

async fn show(
    frame: &Frame,
    id: i64,
    typed: Option<&str>,
    errors: Vec<FormError>,
) -> Result<Html<String>, PageError> {
    let hook = enrolments::hook(frame.site.desk(), actor(frame)?, id).await?;
    let (key, days) = api_keys::detail(frame.site.desk(), actor(frame)?, id, DAYS).await?;
    let mut facts = vec![
        Fact::new("用途", scopes_of(&key)),
        Fact::new("报送单位", if key.unit_name.is_empty() { "无" } else { &key.unit_name }),
        Fact::new("到期日", key.expires_on.to_string()).noted("当天仍有效"),
        Fact::new("发放", Clock::show(key.created_at)).noted(key.created_by.name.as_str()),
    ];
    facts.extend(
        key.ended
            .as_ref()
            .map(|(at, by)| Fact::new("停用", Clock::show(*at)).noted(by.name.as_str())),
    );
    facts.push(Fact::new("请求次数", count(key.usage.requests)));
    facts.push(Fact::new("其中未完成", count(key.usage.refusals)).noted("以问题答复的请求"));
    facts.push(Fact::new("最近使用", last_used(&key)));
    let follows = key.scopes.contains(&Scope::Follow);
    if let Some(hook) = &hook {
        let remark = format!("{}，{}", hook.set_by.name, Clock::show(hook.set_at));
        facts.push(Fact::new("推送地址", hook.address.as_str()).noted(remark));
    } else if follows {
        facts.push(Fact::new("推送地址", "没有设定"));
    }
    let most = days.iter().map(|day| day.requests).max().unwrap_or_default();
    draw(&KeyPage {
        page: frame.console(&key.name, HERE),
        href: format!("{HERE}/{id}"),
        state: state_of(&key),
        facts,
        can_end: key.ended.is_none(),
        may_hook: follows && key.ended.is_none() && !key.expired,
        address: match typed {
            Some(typed) => typed.to_owned(),
            None => hook.map(|hook| hook.address).unwrap_or_default(),
        },
        address_error: message_for(&errors, "address"),
        errors,
        chart: days
            .iter()
            .map(|day| Bar {
                label: day.day.to_string(),
                value: count(day.requests),
                share: u64::try_from((day.requests * 100).checked_div(most).unwrap_or_default())
                    .unwrap_or_default(),
            })
            .collect(),
        days: days
            .iter()
            .map(|day| DayRow {
                day: day.day.to_string(),
                requests: count(day.requests),
                refusals: count(day.refusals),
            })
            .collect(),
        name: key.name,
    })
}

/// Sets where the changes are sent for a key; an empty address takes it away.
///
/// # Errors
/// `access.denied`; not found. What the person can mend is said on the page.
pub async fn hook(
    frame: Frame,
    Path(id): Path<i64>,
    Extension(fields): Extension<Fields>,
) -> Result<Response, PageError> {
    let (desk, address) = (frame.site.desk(), fields.get("address").trim());
    let outcome = if address.is_empty() {
        enrolments::remove_hook(desk, actor(&frame)?, id).await
    } else {
        enrolments::set_hook(desk, actor(&frame)?, id, address, frame.site.outlet()).await
    };
    match outcome {
        Ok(()) => Ok(onward(&frame, &format!("{HERE}/{id}"))),
        Err(error) => {
            let refusal = mendable(error)?;
            let errors = vec![FormError::new("address", refusal.message.as_str())];
            let page = show(&frame, id, Some(address), errors).await?;
            Ok((StatusCode::BAD_REQUEST, page).into_response())
        }
    }
}

/// Ends a key at once.
///
/// # Errors
/// `access.denied`; not found.
pub async fn end(frame: Frame, Path(id): Path<i64>) -> Result<Response, PageError> {
    api_keys::end(frame.site.desk(), actor(&frame)?, id).await?;
    frame.site.keys().forget();
    Ok(onward(&frame, &format!("{HERE}/{id}")))
}
