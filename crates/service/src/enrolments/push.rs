//! 推送: what changed is sent to the address of a key, signed by the county, until it is received or given up.
//!
//! A change becomes a delivery with an id of its own in the database before anything is sent, and a delivery is noted as sent before it
//! is: whoever kills the process in between has it sent again under the same id, never another one. What is said is decided when it is
//! sent, so that a change that waited does not tell what may not be told any more. While a receiver cannot be reached, all that waits
//! for it waits, in its order. Several receivers are sent to at once, so that one that is slow holds up nobody but itself.

use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use serde_json::{Map, Value, json};
use xinyong_domain::canonical::canonical;
use xinyong_domain::law::{Audience, Lookup};
use xinyong_store::{Delivery, Enrolment, LiveHook, NewDelivery, NewNotice, sm3_hex};

use super::changes::{events_after, happened, told_today};
use super::{Happened, Outlet, Standing, admitted, beginning, standing};
use crate::access::{Actor, Permission};
use crate::api_keys::{Scope, scopes_of};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// What a parcel says it is.
const TYPE: &str = "xinyong/enrolment-change/1";
/// The first wait for another try, in milliseconds; each is twice the one before.
const FIRST_WAIT: i64 = 5_000;
/// The longest wait, in milliseconds.
const LONGEST_WAIT: i64 = 6 * 3_600_000;
/// Enrolments looked through together.
const PORTION: i64 = 500;
/// Changes of one enrolment that become deliveries together.
const MOST_CHANGES: usize = 500;
/// Deliveries of each receiver that are looked at in one run.
const MOST_DUE: i64 = 100;
/// Receivers that are sent to at the same time.
const AT_ONCE: usize = 8;
/// After what time in a run nothing more is begun for a receiver: what is left waits for the next run.
const RECEIVER_TIME: Duration = Duration::from_secs(20);
/// Receipts that a page shows.
const MOST_SHOWN: i64 = 200;
const DAY: i64 = 24 * 3_600_000;
/// How long what has no address waits before it is looked at again, so that it does not stand before what can be sent.
const NO_ADDRESS_WAIT: i64 = 3_600_000;

/// What goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The id, by which the receiver knows it again.
    pub id: i64,
    /// The body: canonical JSON (RFC 8785).
    pub body: String,
    /// The key of the county that signed the body.
    pub key: String,
    /// The signature over the body (SM2 with SM3, DER), in hexadecimal.
    pub signature: String,
}

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Changes that became deliveries.
    pub made: u64,
    /// Deliveries that were received.
    pub delivered: u64,
    /// Deliveries that were not, and wait on.
    pub failed: u64,
    /// Deliveries that were given up or stopped.
    pub over: u64,
}

impl Pushed {
    fn add(&mut self, other: Self) {
        self.made += other.made;
        self.delivered += other.delivered;
        self.failed += other.failed;
        self.over += other.over;
    }
}

/// A delivery as the unit sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentView {
    /// Its id.
    pub id: i64,
    /// The key it goes to.
    pub key: i64,
    /// The record.
    pub record: i64,
    /// When the change happened.
    pub event_at: i64,
    /// What was said of it; nothing while it was not sent.
    pub what: Option<String>,
    /// `waiting`, `delivered`, `given-up` or `stopped`.
    pub state: String,
    /// How often it was sent.
    pub tries: i64,
    /// When it is sent next, while it waits.
    pub next_at: i64,
    /// The status of the last answer.
    pub status: Option<i64>,
    /// The SM3 of what was sent.
    pub digest: Option<String>,
    /// When it was received, given up or stopped.
    pub done_at: Option<i64>,
}

/// How long to wait after so many tries.
fn wait(tries: i64) -> i64 {
    let doubled = u32::try_from(tries).ok().and_then(|tries| 1_i64.checked_shl(tries.min(30)));
    doubled.and_then(|by| FIRST_WAIT.checked_mul(by)).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
}

/// Makes deliveries of what changed, and sends what is due.
///
/// # Errors
/// `access.denied`; `signing.no-key` and its like when there is something to send and nothing to sign it with; when the store fails.
pub async fn push(desk: &Desk, actor: &Actor, outlet: &impl Outlet) -> Result<Pushed, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let hooks: HashMap<i64, LiveHook> = desk
        .store()
        .live_hooks(desk.today())
        .await?
        .into_iter()
        .filter(|hook| scopes_of(&hook.scopes).contains(&Scope::Follow))
        .map(|hook| (hook.key_id, hook))
        .collect();
    let made = gather(desk, &hooks).await?;
    let mut waiting: VecDeque<Vec<Delivery>> = VecDeque::new();
    for due in desk.store().due_deliveries(desk.clock().now(), MOST_DUE).await? {
        match waiting.back_mut() {
            Some(last) if last.iter().any(|one| one.new.key_id == due.new.key_id) => last.push(due),
            _ => waiting.push_back(vec![due]),
        }
    }
    let lanes = waiting.len().min(AT_ONCE);
    let waiting = Mutex::new(waiting);
    let take = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let lane = || async {
        let mut pushed = Pushed::default();
        while let Some(due) = take() {
            let hook = due.first().and_then(|first| hooks.get(&first.new.key_id));
            pushed.add(to_receiver(desk, actor, outlet, hook, &due).await?);
        }
        Ok::<_, DeskError>(pushed)
    };
    let mut pushed = Pushed { made, ..Pushed::default() };
    for done in together((0..lanes).map(|_| lane()).collect()).await {
        pushed.add(done?);
    }
    Ok(pushed)
}

/// Goes on with all of them until the last is done.
async fn together<F: Future>(all: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = all.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (one, done) in running.iter_mut().zip(&mut done).filter(|(_, done)| done.is_none()) {
            if let Poll::Ready(output) = one.as_mut().poll(context) {
                *done = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}

/// Sends what is due to one receiver, in its order, until it cannot be reached or has had its time.
async fn to_receiver(
    desk: &Desk,
    actor: &Actor,
    outlet: &impl Outlet,
    hook: Option<&LiveHook>,
    waiting: &[Delivery],
) -> Result<Pushed, DeskError> {
    let mut pushed = Pushed::default();
    let give_up = give_up_after(desk);
    let begun = tokio::time::Instant::now();
    for due in waiting {
        if begun.elapsed() > RECEIVER_TIME {
            break;
        }
        let held = desk.store().enrolment(due.new.enrolment_id).await?;
        let held = held.filter(|held| standing(held, desk.today()) == Standing::InForce);
        let lives = hook.is_some() || follows(desk, due.new.key_id).await?;
        let Some(held) = held.filter(|_| lives) else {
            pushed.over += u64::from(finish(desk, due, "stopped", None).await?);
            continue;
        };
        if give_up.is_some_and(|after| desk.clock().now() - due.new.made_at > after) {
            pushed.over += u64::from(abandon(desk, due, &held).await?);
            continue;
        }
        let Some(hook) = hook else {
            // The address was taken away; another may be set while the key holds.
            put_off(desk, due.new.key_id).await?;
            break;
        };
        match deliver(desk, actor, outlet, hook, &held, due).await? {
            Outcome::Delivered => pushed.delivered += 1,
            Outcome::Refused => pushed.failed += 1,
            Outcome::Unreachable => {
                pushed.failed += 1;
                break;
            }
            Outcome::TakenByAnother => {}
        }
    }
    Ok(pushed)
}

fn give_up_after(desk: &Desk) -> Option<i64> {
    match desk.law().at(desk.today()).number("enrolment.push.days") {
        Lookup::Applies(days) => Some(days.value * DAY),
        Lookup::Unconfirmed(_) | Lookup::Absent => None,
    }
}

/// Makes deliveries of what changed since the last time.
async fn gather(desk: &Desk, hooks: &HashMap<i64, LiveHook>) -> Result<u64, DeskError> {
    let mut units: HashMap<&str, Vec<&LiveHook>> = HashMap::new();
    for hook in hooks.values() {
        units.entry(hook.unit_id.as_str()).or_default().push(hook);
    }
    let mut made = 0;
    for (unit, hooks) in units {
        let mut after = 0;
        loop {
            let enrolments = desk.store().enrolments(Some(unit), after, PORTION).await?;
            let Some(last) = enrolments.last() else { break };
            after = last.id;
            for held in &enrolments {
                if standing(held, desk.today()) == Standing::InForce {
                    for hook in &hooks {
                        made += gather_one(desk, hook, held).await?;
                    }
                }
            }
        }
    }
    Ok(made)
}

async fn gather_one(desk: &Desk, hook: &LiveHook, held: &Enrolment) -> Result<u64, DeskError> {
    let store = desk.store();
    let mut made = 0;
    loop {
        let place = store.hook_place(hook.key_id, held.id).await?;
        let place = place.unwrap_or_else(|| beginning(held));
        let (events, more) = events_after(desk, held, place, MOST_CHANGES).await?;
        let Some(last) = events.last() else { return Ok(made) };
        let mut tx = store.transaction("gather changes").await?;
        let reached = (last.at, last.record_id, last.seq);
        tx.set_hook_place((hook.key_id, held.id), reached).await?;
        for event in events {
            let new = NewDelivery {
                id: desk.new_id(),
                key_id: hook.key_id,
                enrolment_id: held.id,
                subject_id: event.subject_id,
                record_id: event.record_id,
                seq: event.seq,
                event: event.event,
                event_at: event.at,
                made_at: desk.clock().now(),
            };
            made += u64::from(tx.add_delivery(&new).await?);
        }
        tx.commit().await?;
        if !more {
            return Ok(made);
        }
    }
}

/// Whether a key holds today and is for following, with or without an address.
async fn follows(desk: &Desk, key: i64) -> Result<bool, DeskError> {
    let row = desk.store().api_key(key).await?;
    Ok(row.is_some_and(|row| {
        row.ended_at.is_none()
            && row.expires_on >= desk.today()
            && scopes_of(&row.scopes).contains(&Scope::Follow)
    }))
}

async fn put_off(desk: &Desk, key: i64) -> Result<(), DeskError> {
    let mut tx = desk.store().transaction("put off deliveries").await?;
    tx.put_off_deliveries(key, desk.clock().now() + NO_ADDRESS_WAIT).await?;
    Ok(tx.commit().await?)
}

async fn finish(
    desk: &Desk,
    due: &Delivery,
    state: &str,
    status: Option<i64>,
) -> Result<bool, DeskError> {
    let mut tx = desk.store().transaction("finish delivery").await?;
    let status = status.or(due.status);
    let done = tx.finish_delivery(due.new.id, state, status, desk.clock().now()).await?;
    tx.commit().await?;
    Ok(done)
}

/// Gives a delivery up, and tells the people of the unit once a day.
async fn abandon(desk: &Desk, due: &Delivery, held: &Enrolment) -> Result<bool, DeskError> {
    let accounts = desk.store().accounts().await?;
    let mut tx = desk.store().transaction("give up delivery").await?;
    let now = desk.clock().now();
    let done = tx.finish_delivery(due.new.id, "given-up", due.status, now).await?;
    for account in accounts.iter().filter(|one| done && one.active && one.unit_id == held.unit_id) {
        if !crate::accounts::actor_of(account)?.may(Permission::FollowSubjects) {
            continue;
        }
        tx.add_notice(&NewNotice {
            id: desk.new_id(),
            account_id: account.id,
            kind: "hook-given-up".to_owned(),
            object: format!("enrolment:{}", held.id),
            day: desk.today(),
            text: "订阅主体的变化多日未能推送到本单位的系统，已停止重试，请检查系统并凭密钥读取"
                .to_owned(),
            at: now,
        })
        .await?;
    }
    tx.commit().await?;
    Ok(done)
}

enum Outcome {
    Delivered,
    Refused,
    Unreachable,
    TakenByAnother,
}

async fn deliver(
    desk: &Desk,
    actor: &Actor,
    outlet: &impl Outlet,
    hook: &LiveHook,
    held: &Enrolment,
    due: &Delivery,
) -> Result<Outcome, DeskError> {
    let Some(parcel) = take(desk, actor, hook, held, due).await? else {
        return Ok(Outcome::TakenByAnother);
    };
    let answer = match outlet.admits(&hook.address) {
        Ok(address) => outlet.send(&address, &parcel).await,
        Err(refused) => Err(refused.code.to_owned()),
    };
    let (id, tries) = (due.new.id, due.tries + 1);
    let status = answer.as_ref().map_or(0, |status| i64::from(*status));
    let mut tx = desk.store().transaction("note delivery").await?;
    let outcome = match &answer {
        Ok(200..=299) => {
            tx.finish_delivery(id, "delivered", Some(status), desk.clock().now()).await?;
            Outcome::Delivered
        }
        // The receiver works, and does not want this one: the others need not wait for it.
        Ok(400..=407 | 409..=428 | 430..=499) => {
            tx.note_answer(id, status).await?;
            Outcome::Refused
        }
        _ => {
            tx.note_answer(id, status).await?;
            tx.put_off_deliveries(hook.key_id, desk.clock().now() + wait(due.tries)).await?;
            Outcome::Unreachable
        }
    };
    tx.commit().await?;
    match answer {
        Ok(200..=299) => {}
        Ok(status) => tracing::warn!(delivery = id, tries, status, "not received"),
        Err(error) => tracing::warn!(delivery = id, tries, error, "not received"),
    }
    Ok(outcome)
}

/// Takes a delivery for sending, and makes what goes out. That something of a kind that is not public is sent is noted with it: whoever
/// answers with a failure, or not at all, may have read it.
async fn take(
    desk: &Desk,
    actor: &Actor,
    hook: &LiveHook,
    held: &Enrolment,
    due: &Delivery,
) -> Result<Option<Parcel>, DeskError> {
    let store = desk.store();
    let (subject, record) = (due.new.subject_id, due.new.record_id);
    let told = told_today(desk, std::iter::once((subject, record))).await?;
    let may = told.get(&(subject, record)).copied().unwrap_or(false);
    let kind = store.record(subject, record).await?.map(|one| one.kind).unwrap_or_default();
    let law = desk.law();
    let quiet = law.kind(&kind).is_some_and(|kind| kind.audience != Audience::Public);
    let what = happened(&due.new.event, may);
    let whose = store.subject(held.subject_id).await?;
    let code = whose.and_then(|subject| subject.code).unwrap_or_default();
    let county = desk.county().await?.region;
    let body = |key: &str, at: i64| {
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("type", json!(TYPE));
        put("county", json!(county));
        put("id", json!(due.new.id.to_string()));
        put("enrolment", json!(held.id.to_string()));
        put("unit", json!(hook.unit_id));
        put("receiver", json!(hook.key_id.to_string()));
        put("code", json!(code));
        put("subject", json!(subject.to_string()));
        put("record", json!(record.to_string()));
        if what != Happened::Ended {
            put("kind", json!(kind));
        }
        put("change", json!(what.as_str()));
        put("at", json!(due.new.event_at));
        put("key", json!(key));
        put("time", json!(at));
        Value::Object(body)
    };
    let mut tx = store.transaction("take delivery").await?;
    let signed = desk.sign(&mut tx, body).await?;
    let text = canonical(&body(&signed.key, signed.at))
        .map_err(|error| DeskError::Internal(format!("to be sent: {error}")))?;
    let digest = sm3_hex(text.as_bytes());
    let next = desk.clock().now() + wait(due.tries);
    let (id, tries) = (due.new.id, due.tries);
    if !tx.claim_delivery(id, tries, next, (what.as_str(), &digest)).await? {
        return Ok(None);
    }
    if quiet {
        let (deed, subject) = ("enrolment.pushed", held.subject_id);
        let event = AuditEvent::Enrolment { deed, subject, id: held.id };
        desk.audit_with(&mut tx, actor, event);
    }
    tx.commit().await?;
    let signature = hex::encode(&signed.signature);
    Ok(Some(Parcel { id, body: text, key: signed.key, signature }))
}

/// What was sent by an enrolment and what waits, the newest first, and how many of each state there are.
///
/// # Errors
/// `access.denied`, not found.
pub async fn sent(
    desk: &Desk,
    actor: &Actor,
    id: i64,
) -> Result<(Vec<SentView>, Vec<(String, i64)>), DeskError> {
    admitted(desk, actor, id).await?;
    let list = desk.store().deliveries(id, MOST_SHOWN).await?;
    let counts = desk.store().count_deliveries(id).await?;
    let list = list
        .into_iter()
        .map(|one| SentView {
            id: one.new.id,
            key: one.new.key_id,
            record: one.new.record_id,
            event_at: one.new.event_at,
            what: one.what,
            state: one.state,
            tries: one.tries,
            next_at: one.next_at,
            status: one.status,
            digest: one.digest,
            done_at: one.done_at,
        })
        .collect();
    Ok((list, counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_at_the_longest() {
        assert_eq!((wait(0), wait(1), wait(2)), (5_000, 10_000, 20_000));
        assert_eq!(
            (wait(13), wait(60), wait(i64::MAX)),
            (LONGEST_WAIT, LONGEST_WAIT, LONGEST_WAIT)
        );
    }
}
