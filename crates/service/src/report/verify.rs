//! Whether a report is genuine: by the file alone with the county's public key, or by its number where the platform is asked.

use jiff::civil::Date;
use serde::Serialize;
use xinyong_store::sm3_hex;

use super::issue::canonical_of;
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
}

/// Judges a file without asking anybody, by the public keys that were kept.
///
/// # Errors
/// `report.no-seal` for what is no report of the platform, or whose seal was damaged; `report.key-unknown` for a key that is not among
/// those given; `report.altered` when the file is not the one that was signed; `report.key-revoked`, `report.key-not-in-force`.
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
        Ok(()) => Ok(Genuine { number: seal.number, at: seal.at, key: seal.key }),
        Err(NotGenuine::Revoked) => no("report.key-revoked", "签名时密钥已被吊销，不能认定是真的"),
        Err(NotGenuine::NotInForce) => {
            no("report.key-not-in-force", "签名时间不在密钥的有效期内，不能认定是真的")
        }
        Err(_) => no("report.altered", "文件与签名不符：内容、编号、时间或版面有改动"),
    }
}

/// What the platform says of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The number.
    pub number: ReportNumber,
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
    /// Whether a report made now would say the same.
    pub still: bool,
}

/// Says whether a number is that of a report, and whether what it says still stands. What has changed is not said.
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
    let subject = desk.store().subject(row.subject_id).await?.ok_or_else(missing)?;
    let code = subject.code.unwrap_or_default();
    let (_, essence) = canonical_of(&public_report(desk, &code).await?)?;
    Ok(Standing {
        number,
        edition: Edition::Public.label(),
        name: subject.name,
        code,
        as_of: row.day,
        at: row.at,
        still: essence == row.essence,
    })
}
