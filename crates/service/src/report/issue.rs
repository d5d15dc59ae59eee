//! Issues a report: number, seal, and a line that it was issued.

use jiff::civil::DateTime;
use serde_json::Value;
use xinyong_domain::canonical::canonical;
use xinyong_store::{CreditReport, sm3_hex};

use super::seal::{self, Seal};
use super::{Content, Edition, ReportNumber, public_report};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// A report as it is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its number.
    pub number: ReportNumber,
    /// The signed file.
    pub pdf: Vec<u8>,
}

fn internal(error: &impl std::fmt::Display) -> DeskError {
    DeskError::Internal(error.to_string())
}

/// The canonical form of what a report says, and the digest of it without its day.
pub(super) fn canonical_of(content: &Content) -> Result<(String, String), DeskError> {
    let mut value = serde_json::to_value(content).map_err(|error| internal(&error))?;
    let whole = canonical(&value).map_err(|error| internal(&error))?;
    if let Value::Object(members) = &mut value {
        members.remove("as_of");
    }
    let essence = canonical(&value).map_err(|error| internal(&error))?;
    Ok((whole, sm3_hex(essence.as_bytes())))
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
    let content = public_report(desk, code).await?;
    let known = desk.store().subject_by_code(&content.code).await?;
    let subject = known.ok_or(DeskError::NotFound("该主体"))?.id;
    let (whole, essence) = canonical_of(&content)?;
    let said = sm3_hex(whole.as_bytes());
    let edition = Edition::Public.as_str();
    let earlier = desk.store().credit_reports_of(subject, edition, content.as_of).await?;
    for row in earlier.into_iter().filter(|row| row.content == said) {
        let number = ReportNumber::parse(&row.number)
            .ok_or_else(|| DeskError::Internal(format!("report {}", row.number)))?;
        if row.address != address_of(site, &number) {
            continue;
        }
        let file = content.pdf(desk, &number, moment(row.at)?, &row.address, &whole).await?;
        // Another release of the program may set it otherwise: then it is issued anew.
        if sm3_hex(&file) == row.file {
            return sealed(row, number, file);
        }
    }
    let at = desk.clock().now();
    let number = ReportNumber::new(moment(at)?, desk.random()?);
    let address = address_of(site, &number);
    let file = content.pdf(desk, &number, moment(at)?, &address, &whole).await?;
    let file_digest = sm3_hex(&file);
    let mut tx = desk.store().transaction("issue credit report").await?;
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
        edition: edition.to_owned(),
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
    let event = AuditEvent::ReportIssued { number: number.as_str(), edition, subject };
    desk.audit_with(&mut tx, actor, event);
    tx.commit().await?;
    sealed(row, number, file)
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
