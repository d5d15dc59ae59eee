//! Issues a report: number, seal, and a line that it was issued.

use jiff::civil::DateTime;
use xinyong_domain::canonical::canonical;
use xinyong_store::{CreditReport, ReportTerms, sm3_hex};

use super::proofs::{LogProofs, prove};
use super::seal::{self, Seal};
use super::{Assembled, Content, Edition, ReportNumber, public_report};
use crate::access::{Actor, Permission};
use crate::agents::Agent;
use crate::audit::AuditEvent;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::publication_log;
use crate::refusal::DeskError;

/// Earlier reports of a day that are looked at, so that one of them is given again.
const LOOKED_AT: usize = 5;

/// A report as it is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its number.
    pub number: ReportNumber,
    /// The signed file.
    pub pdf: Vec<u8>,
}

/// For whom a report is issued, and on what terms.
pub(super) struct Issue<'i> {
    /// Who asks.
    pub(super) actor: &'i Actor,
    /// Who acts for the subject, where somebody does: the mandate is held until the report is kept.
    pub(super) agent: Option<&'i Agent>,
    /// The address of the platform, for the code on the first page.
    pub(super) site: &'i str,
    /// About whom.
    pub(super) subject: i64,
    /// The terms, without the head.
    pub(super) terms: ReportTerms,
}

fn internal(error: &impl std::fmt::Display) -> DeskError {
    DeskError::Internal(error.to_string())
}

/// The canonical form of what a report says.
fn canonical_of(content: &Content) -> Result<String, DeskError> {
    let value = serde_json::to_value(content).map_err(|error| internal(&error))?;
    canonical(&value).map_err(|error| internal(&error))
}

/// The digest of what decides whether a report still says how things are, for the terms that it was issued on.
pub(super) fn essence_of(content: &Content, terms: &ReportTerms) -> Result<String, DeskError> {
    let mut value = content.essence();
    if let Some((from, until)) = terms.span {
        value["span"] = serde_json::json!([from.to_string(), until.to_string()]);
    }
    let essence = canonical(&value).map_err(|error| internal(&error))?;
    Ok(sm3_hex(essence.as_bytes()))
}

/// What the code on the first page says: where the number is checked, or the number alone where the site has no address of its own.
fn address_of(site: &str, number: &ReportNumber) -> String {
    if site.is_empty() { number.to_string() } else { format!("{site}/reports?number={number}") }
}

fn moment(at: i64) -> Result<DateTime, DeskError> {
    Clock::moment_of(at).ok_or_else(|| DeskError::Internal(format!("no moment {at}")))
}

/// The public report about a subject. Asked for again on the same day about the same facts, it is the same file.
///
/// `site` is the address of the platform, for the code on the first page.
///
/// # Errors
/// `code.invalid`, not found, `report.no-key` while the county has no key to sign with, `document.no-press`.
pub async fn public(
    desk: &Desk,
    actor: &Actor,
    code: &str,
    site: &str,
) -> Result<Issued, DeskError> {
    actor.authorise(Permission::ReadPublic)?;
    let report = public_report(desk, code).await?;
    let known = desk.store().subject_by_code(&report.content.code).await?;
    let subject = known.ok_or(DeskError::NotFound("该主体"))?.id;
    let command = Issue { actor, agent: None, site, subject, terms: ReportTerms::default() };
    issue(desk, command, report).await
}

/// Issues a report, or gives the one again that was issued on the same day, about the same facts, on the same terms.
pub(super) async fn issue(
    desk: &Desk,
    command: Issue<'_>,
    report: Assembled,
) -> Result<Issued, DeskError> {
    let essence = essence_of(&report.content, &command.terms)?;
    if let Some(issued) = again(desk, &command, &report, &essence).await? {
        return Ok(issued);
    }
    let log = match publication_log::head(desk).await {
        Ok(head) => prove(desk, &report, Some(head)).await?,
        Err(DeskError::NotFound(_)) => prove(desk, &report, None).await?,
        Err(error) => return Err(error),
    };
    let Issue { actor, agent, site, subject, mut terms } = command;
    (terms.head_size, terms.head_key) = log.as_ref().map(LogProofs::head_of).unwrap_or_default();
    let content = Content { log, ..report.content };
    let whole = canonical_of(&content)?;
    let said = sm3_hex(whole.as_bytes());
    let at = desk.clock().now();
    let number = ReportNumber::new(moment(at)?, desk.random()?);
    let address = address_of(site, &number);
    let file = content.pdf(desk, &number, moment(at)?, &address, &whole).await?;
    let file_digest = sm3_hex(&file);
    let mut tx = desk.store().transaction("issue credit report").await?;
    if let Some(agent) = agent {
        agent.hold(&mut tx).await?;
    }
    let signed = desk
        .sign(&mut tx, |key, at| seal::statement(&number, &said, &file_digest, key, at))
        .await
        .map_err(|error| match error.code() {
            "signing.no-key" => {
                DeskError::refused("report.no-key", "本站还没有启用报告签名，暂时不能出具报告")
            }
            _ => error,
        })?;
    let row = CreditReport {
        number: number.to_string(),
        subject_id: subject,
        edition: content.edition.as_str().to_owned(),
        day: content.as_of,
        at,
        address,
        essence,
        content: said,
        file: file_digest,
        key_id: signed.key,
        signed_at: signed.at,
        signature: hex::encode(&signed.signature),
        actor: actor.login.clone(),
    };
    tx.add_credit_report(&row).await?;
    tx.add_report_terms(&row.number, &terms).await?;
    desk.audit_with(&mut tx, actor, event(&row, &terms, false));
    tx.commit().await?;
    sealed(row, number, file)
}

fn event<'e>(row: &'e CreditReport, terms: &'e ReportTerms, again: bool) -> AuditEvent<'e> {
    AuditEvent::ReportIssued {
        number: &row.number,
        edition: &row.edition,
        subject: row.subject_id,
        unit: &terms.unit_id,
        purpose: &terms.purpose,
        basis: &terms.basis,
        again,
    }
}

/// The report that was issued today about the same facts on the same terms, as it was: by the head that it was issued with. One in
/// which records had no proof yet that have one now is not given again.
async fn again(
    desk: &Desk,
    command: &Issue<'_>,
    report: &Assembled,
    essence: &str,
) -> Result<Option<Issued>, DeskError> {
    let (edition, day) = (report.content.edition, report.content.as_of);
    let store = desk.store();
    let earlier = store.credit_reports_of(command.subject, edition.as_str(), day).await?;
    for row in earlier.into_iter().rev().filter(|row| row.essence == essence).take(LOOKED_AT) {
        let number = ReportNumber::parse(&row.number)
            .ok_or_else(|| DeskError::Internal(format!("report {}", row.number)))?;
        if row.address != address_of(command.site, &number) {
            continue;
        }
        let terms = store.report_terms(&row.number).await?;
        let alike = ReportTerms { head_size: 0, head_key: String::new(), ..terms.clone() };
        if alike != command.terms {
            continue;
        }
        let head = match terms.head_size {
            0 => None,
            size => publication_log::head_at(desk, size, &terms.head_key).await?,
        };
        let log = prove(desk, report, head).await?;
        if log.as_ref().is_some_and(|log| log.missing > 0) && grown(desk, &terms).await? {
            continue;
        }
        let content = Content { log, ..report.content.clone() };
        let whole = canonical_of(&content)?;
        if sm3_hex(whole.as_bytes()) != row.content {
            continue;
        }
        let file = content.pdf(desk, &number, moment(row.at)?, &row.address, &whole).await?;
        // Another release of the program may set it otherwise: then it is issued anew.
        if sm3_hex(&file) != row.file {
            continue;
        }
        if edition != Edition::Public {
            let mut tx = store.transaction("give credit report again").await?;
            if let Some(agent) = command.agent {
                agent.hold(&mut tx).await?;
            }
            desk.audit_with(&mut tx, command.actor, event(&row, &terms, true));
            tx.commit().await?;
        }
        return sealed(row, number, file).map(Some);
    }
    Ok(None)
}

/// Whether there is a head now over more leaves than that of a report.
async fn grown(desk: &Desk, terms: &ReportTerms) -> Result<bool, DeskError> {
    match publication_log::head(desk).await {
        Ok(head) => Ok(head.head.size > terms.head_size),
        Err(DeskError::NotFound(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn sealed(row: CreditReport, number: ReportNumber, file: Vec<u8>) -> Result<Issued, DeskError> {
    let seal = Seal {
        number: number.clone(),
        content: row.content,
        key: row.key_id,
        at: row.signed_at,
        signature: hex::decode(&row.signature).map_err(|error| internal(&error))?,
    };
    let pdf = seal
        .fill(file)
        .ok_or_else(|| DeskError::Internal(format!("the seal does not fit report {number}")))?;
    Ok(Issued { number, pdf })
}
