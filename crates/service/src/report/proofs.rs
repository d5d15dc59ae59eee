//! That the public records of a report stand in the record of publication: made when it is issued, verified from the file alone.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Assembled, Edition};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::publication_log::{self, InclusionProof, LeafProof, ProofFile, SignedHead};
use crate::refusal::{DeskError, Refusal};
use crate::signing::KeyCard;

/// Proofs that a report carries at most: beyond it each record has its own, at its own address.
const MOST: usize = 500;

/// The proofs of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogProofs {
    /// What the report says about them on paper.
    pub note: String,
    /// The head that they go by.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub head: Option<SignedHead>,
    /// One for each record that stands under that head.
    pub proofs: Vec<EntryProof>,
    /// Records without one: not under a signed head yet, or beyond what a report carries.
    pub missing: usize,
}

/// The proof of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryProof {
    /// Which entry it is of: section, group and entry, each from 0.
    pub entry: [usize; 3],
    /// The proof.
    pub proof: LeafProof,
}

impl LogProofs {
    /// Leaves of the head and its key.
    pub(super) fn head_of(&self) -> (i64, String) {
        let head = self.head.as_ref().map(|signed| &signed.head);
        head.map(|head| (head.size, head.key.clone())).unwrap_or_default()
    }
}

/// Proves the public records of a report under a head. Nothing for an edition that is not for everybody, or without such records.
pub(super) async fn prove(
    desk: &Desk,
    report: &Assembled,
    head: Option<SignedHead>,
) -> Result<Option<LogProofs>, DeskError> {
    if report.content.edition != Edition::Public || report.public.is_empty() {
        return Ok(None);
    }
    let mut proofs = Vec::new();
    if let Some(head) = &head {
        for one in report.public.iter().take(MOST) {
            let proof = publication_log::under(desk, head.head.size, one.id).await?;
            proofs.extend(proof.map(|proof| EntryProof { entry: one.place, proof }));
        }
    }
    let missing = report.public.len() - proofs.len();
    let note = note(head.as_ref(), proofs.len(), missing);
    // A head that proves nothing is not carried.
    let head = head.filter(|_| !proofs.is_empty());
    Ok(Some(LogProofs { note, head, proofs, missing }))
}

fn note(head: Option<&SignedHead>, proven: usize, missing: usize) -> String {
    let later = "公示记录每隔几分钟签名一次，收录后重新取得的报告会附上证明";
    match head {
        None => format!("公示记录还没有签名的树头，所列信息暂无收录证明；{later}。"),
        Some(_) if proven == 0 => {
            format!("所列信息还没有收录进签名的公示记录，暂无收录证明；{later}。")
        }
        Some(head) => {
            let (time, size) = (head.shown_time(), head.head.size);
            let rest = if missing == 0 {
                String::new()
            } else {
                format!("；另有{missing}条未附证明，{later}")
            };
            format!(
                "所列信息中{proven}条附有公示记录的收录证明（{time}签名的树头，共{size}条），可以随文件一并核验{rest}。"
            )
        }
    }
}

/// What the proofs of a report came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogCheck {
    /// Entries that are proven.
    pub proven: usize,
    /// Entries without a proof.
    pub missing: usize,
    /// When the head was signed, in milliseconds since 1970; 0 where there is none.
    pub head_at: i64,
    /// Leaves of that head.
    pub size: i64,
    /// The key of the head, where it was not among those given: nothing was verified then.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key_unknown: String,
}

impl LogCheck {
    /// In a sentence.
    #[must_use]
    pub fn says(&self) -> String {
        if !self.key_unknown.is_empty() {
            return format!("收录证明没有核验：没有给出树头的密钥 {}", self.key_unknown);
        }
        if self.proven == 0 {
            return format!("没有附公示记录的收录证明（{}条信息当时尚未收录）", self.missing);
        }
        let when = Clock::show(self.head_at);
        let rest = if self.missing == 0 {
            String::new()
        } else {
            format!("，另有{}条没有附证明", self.missing)
        };
        format!("{}条信息已收录在{when}签名的公示记录中{rest}", self.proven)
    }
}

/// Verifies the proofs in what a report carries. Nothing where it has none to carry.
///
/// # Errors
/// `report.log-wrong` for a proof that does not hold; `report.log-differs` where an entry says something else than what was published.
pub(super) fn check(content: &Value, keys: &[KeyCard]) -> Result<Option<LogCheck>, Refusal> {
    let wrong = || Refusal::new("report.log-wrong", "报告所附的公示记录收录证明不成立");
    let Some(log) = content.get("log") else { return Ok(None) };
    let log = LogProofs::deserialize(log).map_err(|_| wrong())?;
    let mut said = LogCheck {
        proven: 0,
        missing: log.missing,
        head_at: 0,
        size: 0,
        key_unknown: String::new(),
    };
    let Some(head) = &log.head else {
        return if log.proofs.is_empty() { Ok(Some(said)) } else { Err(wrong()) };
    };
    (said.head_at, said.size) = (head.head.time, head.head.size);
    let Some(card) = keys.iter().find(|card| card.id == head.head.key) else {
        said.key_unknown.clone_from(&head.head.key);
        return Ok(Some(said));
    };
    for one in &log.proofs {
        let LeafProof { statement, salt, place, path } = one.proof.clone();
        let of = publication_log::INCLUSION.to_owned();
        let whole = InclusionProof { of, statement, salt, place, path, head: head.clone() };
        let file = ProofFile::Inclusion(whole);
        publication_log::verify(&file, card, None).map_err(|_| wrong())?;
        if !says_what_was_published(content, one) {
            return Err(Refusal::new(
                "report.log-differs",
                "报告所列的内容与收录在公示记录中的内容不一致",
            ));
        }
        said.proven += 1;
    }
    Ok(Some(said))
}

/// Whether an entry shows everything that its proof says was published.
fn says_what_was_published(content: &Value, one: &EntryProof) -> bool {
    let [section, group, entry] = one.entry;
    let lines = content
        .pointer(&format!("/sections/{section}/groups/{group}/entries/{entry}/lines"))
        .and_then(Value::as_array);
    let Some(lines) = lines else { return false };
    let shown: Vec<&str> = lines.iter().filter_map(|line| line.get("value")?.as_str()).collect();
    // A day that stands for no end is shown in words.
    let endless = shown.contains(&"长期");
    let text = |key: &str| one.proof.statement.get(key).and_then(Value::as_str);
    let published = one.proof.statement.get("content").and_then(Value::as_object);
    text("state") == Some("public")
        && published.is_some_and(|published| {
            let mut values = published.values().filter_map(Value::as_str);
            values.all(|value| {
                value.is_empty() || shown.contains(&value) || (endless && is_endless(value))
            })
        })
}

fn is_endless(value: &str) -> bool {
    let day = xinyong_domain::value::date::read(value).map(|(day, _)| day);
    day.is_some_and(xinyong_domain::value::date::is_long_term)
}
