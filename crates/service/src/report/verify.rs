//! Whether a report is genuine: by the file alone with the county's public key, or by its number where the platform is asked.

use jiff::civil::Date;
use serde::Serialize;
use xinyong_store::{CreditReport, ReportTerms, sm3_hex};

use super::attachment::content;
use super::certificate::certificate_report;
use super::department::department_report;
use super::issue::essence_of;
use super::own::own_report;
use super::proofs::{LogCheck, check};
use super::seal::Seal;
use super::{Edition, ReportNumber, public_report};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::signing::{KeyCard, NotGenuine};

/// A report that is genuine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Genuine {
    /// Its number.
    pub number: ReportNumber,
    /// When it was signed, in milliseconds since 1970.
    pub at: i64,
    /// The key.
    pub key: String,
    /// Where its records stand in the record of publication, for an edition that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogCheck>,
}

/// Judges a file without asking anybody, by the public keys that were kept.
///
/// # Errors
/// `report.no-seal` for what is no report of the platform, or whose seal was damaged; `report.key-unknown` for a key that is not among
/// those given; `report.altered` when the file is not the one that was signed; `report.key-revoked`, `report.key-not-in-force`;
/// `report.content-missing` where the content that was signed is not in it; `report.log-wrong`, `report.log-differs` where its place in
/// the record of publication does not hold.
pub fn verify(file: &[u8], keys: &[KeyCard]) -> Result<Genuine, DeskError> {
    let no = |code, text: &str| Err(DeskError::refused(code, text));
    let Some((seal, blank)) = Seal::open(file.to_vec()) else {
        return no(
            "report.no-seal",
            "文件里没有本平台的签名，或者签名已被破坏：不能认定是本平台出具的报告",
        );
    };
    let Some(card) = keys.iter().find(|card| card.id == seal.key) else {
        return no(
            "report.key-unknown",
            "签名用的密钥不在所给的公钥之中：请核对公钥是不是该县公布的",
        );
    };
    let statement = seal.statement(&sm3_hex(&blank));
    match card.judge(&statement, seal.at, &seal.signature) {
        Ok(()) => {}
        Err(NotGenuine::Revoked) => {
            return no("report.key-revoked", "签名时密钥已被吊销，不能认定是真的");
        }
        Err(NotGenuine::NotInForce) => {
            return no("report.key-not-in-force", "签名时间不在密钥的有效期内，不能认定是真的");
        }
        Err(_) => return no("report.altered", "文件与签名不符：内容、编号、时间或版面有改动"),
    }
    let carried = content(file, &seal.content);
    let Some(carried) = carried.and_then(|bytes| serde_json::from_slice(&bytes).ok()) else {
        return no("report.content-missing", "文件里没有签名所指的内容，不能认定是完整的报告");
    };
    let log = check(&carried, keys)?;
    Ok(Genuine { number: seal.number, at: seal.at, key: seal.key, log })
}

/// What the platform says of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The number.
    pub number: ReportNumber,
    /// Whether a report made now would say the same.
    pub still: bool,
    /// What it is about; nothing for an edition that is not for everybody, of which nobody learns more than this.
    pub about: Option<About>,
}

/// What a public report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    /// The edition's name.
    pub edition: &'static str,
    /// The subject's name today.
    pub name: String,
    /// Its code.
    pub code: String,
    /// The day of the data.
    pub as_of: Date,
    /// When it was issued, in milliseconds since 1970.
    pub at: i64,
}

/// Says whether a number is that of a report, and whether what it says still stands. What has changed is not said; of a report that is
/// not for everybody neither whose it is nor which.
///
/// # Errors
/// `report.number-invalid`; not found for a number that was never given.
pub async fn standing(desk: &Desk, number: &str) -> Result<Standing, DeskError> {
    let Some(number) = ReportNumber::parse(number) else {
        return Err(DeskError::refused(
            "report.number-invalid",
            "报告编号是22位数字和字母，请对照报告首页填写",
        ));
    };
    let missing = || DeskError::NotFound("这个编号的报告");
    let row = desk.store().credit_report(number.as_str()).await?.ok_or_else(missing)?;
    let edition = Edition::from_id(&row.edition)
        .ok_or_else(|| DeskError::Internal(format!("edition {}", row.edition)))?;
    let subject = desk.store().subject(row.subject_id).await?.ok_or_else(missing)?;
    let code = subject.code.unwrap_or_default();
    let still = match still(desk, &row, edition, &code).await {
        // What is refused today is not what was said then. Why, is nobody's business here.
        Err(DeskError::Refused(_) | DeskError::NotFound(_)) => false,
        outcome => outcome?,
    };
    let about = (edition == Edition::Public).then(|| About {
        edition: edition.label(),
        name: subject.name,
        code,
        as_of: row.day,
        at: row.at,
    });
    Ok(Standing { number, still, about })
}

async fn still(
    desk: &Desk,
    row: &CreditReport,
    edition: Edition,
    code: &str,
) -> Result<bool, DeskError> {
    let terms: ReportTerms = desk.store().report_terms(&row.number).await?;
    let made = match edition {
        Edition::Public => public_report(desk, code).await?,
        Edition::Subject => own_report(desk, code).await?,
        Edition::Department => department_report(desk, code, &terms).await?,
        Edition::CleanRecord => match certificate_report(desk, code, &terms).await? {
            Ok(made) => made,
            Err(_) => return Ok(false),
        },
    };
    Ok(essence_of(&made.content, &terms)? == row.essence)
}
