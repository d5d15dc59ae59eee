//! The check of what stands beside the records: accounts and what hangs on them, keys of machines, notices, confirmations of the
//! law. None of it is chained, so it is held to what it refers to and to itself.

use std::collections::BTreeSet;

use crate::db::{Conn, Row, Statement, statements, values};
use crate::error::StoreError;
use crate::keys::{KeyRing, Purpose};

use super::Check;

pub(crate) mod followed;

statements! {
    UNIT_IDS = "SELECT id FROM unit ORDER BY id";
    ACCOUNT_IDS = "SELECT id, unit_id FROM account ORDER BY id";
    SUCCESSORS = "SELECT unit_id, successor_id, on_day FROM unit_successor ORDER BY unit_id, successor_id";
    CREDIT_REPORTS = "SELECT r.number, r.essence, r.content, r.file, r.at, r.signed_at, \
        (SELECT COUNT(*) FROM subject s WHERE s.id = r.subject_id), (SELECT COUNT(*) FROM signing_key k WHERE k.id = r.key_id) \
        FROM credit_report r ORDER BY r.number";
    HELD_CHECKS = "SELECT c.number, c.unit_id, c.day, c.digest, (SELECT COUNT(*) FROM subject s WHERE s.id = c.subject_id), \
        c.frame, f.text, c.said FROM subject_check c LEFT JOIN check_frame f ON f.digest = c.frame ORDER BY c.number";
    HELD_FRAMES = "SELECT digest, text FROM check_frame ORDER BY digest";
    HELD_USES = "SELECT u.number, u.seq, u.measures, u.at, (SELECT c.at FROM subject_check c WHERE c.number = u.number) FROM check_use u \
        ORDER BY u.number, u.seq";
    HELD_LINKS = "SELECT l.digest, l.unit_id, l.number, l.made_at, l.ends_at, \
        (SELECT COUNT(*) FROM subject_check c WHERE c.number = l.number AND c.subject_id = l.subject_id) FROM check_link l ORDER BY l.digest";
    HELD_SHEETS = "SELECT s.id, s.unit_id, s.state, s.rows, s.done, s.finished_at, (SELECT COUNT(*) FROM upload u WHERE u.digest = s.digest), \
        (SELECT COUNT(*) FROM check_row r WHERE r.sheet_id = s.id) FROM check_sheet s ORDER BY s.id";
    HELD_SHEET_ROWS = "SELECT r.sheet_id, r.row, r.number, r.problem, (SELECT COUNT(*) FROM subject_check c WHERE c.number = r.number) \
        FROM check_row r ORDER BY r.sheet_id, r.row";
    REPORT_TERMS = "SELECT t.number, t.unit_id, t.purpose, t.basis, t.span_from, t.span_until, t.head_size, \
        (SELECT COUNT(*) FROM tree_head h WHERE h.size = t.head_size AND h.key_id = t.head_key), \
        (SELECT MIN(r.edition) FROM credit_report r WHERE r.number = t.number) FROM credit_report_terms t ORDER BY t.number";
    IDENTITIES = "SELECT blind, account_id FROM account_identity ORDER BY blind";
    CONTACTS = "SELECT account_id, sealed FROM account_contact ORDER BY account_id";
    CLAIMS = "SELECT account_id, sealed, digest, mail, asked, tries FROM contact_claim ORDER BY account_id";
    AGENT_PERSONS = "SELECT account_id, sealed FROM agent_person ORDER BY account_id";
    MANDATES = "SELECT m.id, m.account_id, m.state, m.applied_at, m.decided_by, m.decided_at, m.reason, m.ended_by, m.ended_at, \
        m.ended_reason, m.file_digest, m.file_type, (SELECT COUNT(*) FROM subject s WHERE s.id = m.subject_id), \
        (SELECT COUNT(*) FROM agent_person p WHERE p.account_id = m.account_id), \
        (SELECT COUNT(*) FROM upload u WHERE u.digest = m.file_digest) FROM mandate m ORDER BY m.id";
    SECURITIES = "SELECT account_id, pending, factor, factor_since FROM account_security ORDER BY account_id";
    RECOVERY_CODES = "SELECT account_id, digest FROM recovery_code ORDER BY account_id, digest";
    NOTICES = "SELECT id, account_id, day, at, read_at, mail, tries FROM notice ORDER BY id";
    KEYS = "SELECT id, hash, scopes, unit_id, expires_on, created_at, ended_at, ended_by FROM api_key ORDER BY id";
    USAGE = "SELECT u.key_id, u.day, u.requests, u.refusals, u.last_at, k.created_at FROM api_usage u \
        LEFT JOIN api_key k ON k.id = u.key_id ORDER BY u.key_id, u.day";
    WRITES = "SELECT w.key_id, w.idempotency, w.digest, w.at, k.created_at FROM api_write w \
        LEFT JOIN api_key k ON k.id = w.key_id ORDER BY w.key_id, w.idempotency";
    CONFIRMATIONS = "SELECT id, from_day, value, first, second FROM law_confirmation ORDER BY id";
    WITHDRAWALS = "SELECT w.confirmation_id, w.actor, w.reason, w.at, c.first, c.second, c.at FROM law_withdrawal w \
        LEFT JOIN law_confirmation c ON c.id = w.confirmation_id ORDER BY w.confirmation_id";
    PROPOSALS = "SELECT p.id, p.from_day, p.value, p.proposed_by, p.proposed_at, p.state, p.decided_by, p.decided_at, p.reason, \
        p.confirmation_id, p.file_name, p.file_digest, (SELECT COUNT(*) FROM upload u WHERE u.digest = p.file_digest), \
        (SELECT COUNT(*) FROM law_confirmation c WHERE c.id = p.confirmation_id), \
        (SELECT COUNT(*) FROM law_confirmation c WHERE c.id = p.confirmation_id AND c.parameter = p.parameter \
        AND c.from_day = p.from_day AND c.value = p.value AND c.text = p.text AND c.first = p.proposed_by \
        AND c.second = p.decided_by) FROM law_proposal p ORDER BY p.id";
    REPORTS = "SELECT e.id, e.unit_id, e.sealed, e.contact, e.state, e.answer, e.answered_by, e.answered_at, e.at, e.corrected_version, \
        (SELECT r.version FROM record r WHERE r.id = e.record_id AND r.subject_id = e.subject_id) FROM error_report e ORDER BY e.id";
    CORRECTIONS = "SELECT c.id, c.unit_id, c.sealed, c.state, c.proposed_by, c.decided_by, c.decided_at, c.decline_reason, c.result_version, \
        (SELECT r.version FROM record r WHERE r.id = c.record_id AND r.subject_id = c.subject_id), c.file_name, c.file_digest, \
        (SELECT COUNT(*) FROM upload u WHERE u.digest = c.file_digest) FROM correction c ORDER BY c.id";
    EDITIONS = "SELECT e.id, e.unit_id, e.from_day, e.state, e.proposed_by, e.proposed_at, e.decided_by, e.decided_at, e.reason, \
        (SELECT COUNT(*) FROM power p WHERE p.edition_id = e.id) FROM power_edition e ORDER BY e.id";
    POWERS = "SELECT p.edition_id, p.seq, (SELECT COUNT(*) FROM power_edition e WHERE e.id = p.edition_id) FROM power p \
        ORDER BY p.edition_id, p.seq";
    MAPPINGS = "SELECT id, unit_id, at, ended_by, ended_at FROM power_mapping ORDER BY id";
}

/// What can be wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    NoAccount,
    NoSubject,
    NoPerson,
    NoUnit,
    NoKey,
    NoConfirmation,
    NoUpload,
    NoRecord,
    SelfSuccessor,
    Unsealable,
    FactorSince,
    UnknownState,
    Counts,
    Order,
    EndedBy,
    KeyWithoutUse,
    Digest,
    NotJson,
    OnePerson,
    StrangerWithdrew,
    ReasonMissing,
    Undecided,
    Decided,
    OtherConfirmation,
    FileHalf,
    NoEdition,
    NoEnrolment,
    NoPlace,
    OtherUnit,
    BeyondPlace,
    NoPowers,
    OtherAnswer,
    NoCheck,
    NoReport,
    NoHead,
}

impl Fault {
    const fn reason(self) -> &'static str {
        match self {
            Self::NoAccount => "没有对应的账号",
            Self::NoSubject => "没有对应的主体",
            Self::NoPerson => "没有经办人的身份信息",
            Self::NoUnit => "没有对应的单位",
            Self::NoKey => "没有对应的密钥",
            Self::NoConfirmation => "没有对应的确认",
            Self::NoUpload => "所附文件不存在",
            Self::NoRecord => "没有对应的信息或版本",
            Self::SelfSuccessor => "单位由自己承接",
            Self::Unsealable => "加密内容无法解开",
            Self::FactorSince => "动态验证码与其启用时间不一致",
            Self::UnknownState => "状态不是已知的状态",
            Self::Counts => "次数不合情理",
            Self::Order => "时间先后颠倒",
            Self::EndedBy => "停用的时间与停用的人只有其一",
            Self::KeyWithoutUse => "密钥没有用途",
            Self::Digest => "摘要不是摘要",
            Self::NotJson => "内容不是 JSON",
            Self::OnePerson => "确认的不是两名不同的人",
            Self::StrangerWithdrew => "撤回的人不是确认的两人之一",
            Self::ReasonMissing => "没有写明理由",
            Self::Undecided => "已办结而没有办理人、时间或结果",
            Self::Decided => "未办结而已有办理人、时间或结果",
            Self::OtherConfirmation => "与其导致的确认不一致",
            Self::NoEnrolment => "没有对应的订阅",
            Self::NoPlace => "没有记下推送到了哪里",
            Self::OtherUnit => "密钥与订阅不属于同一单位",
            Self::BeyondPlace => "已生成的推送越过了所记的位置",
            Self::NoEdition => "事项没有对应的目录版本",
            Self::NoPowers => "目录版本没有事项",
            Self::OtherAnswer => "答复与其摘要不符",
            Self::NoCheck => "没有对应的核查",
            Self::NoReport => "没有对应的信用报告",
            Self::NoHead => "没有对应的公示记录树头",
            Self::FileHalf => "所附文件的名称与摘要只有其一",
        }
    }
}

/// The day of an instant in Beijing. Instants are compared by it: where the day is fixed for a demonstration, the time of day
/// begins anew every midnight.
fn day(instant: i64) -> i64 {
    const HOUR: i64 = 3_600_000;
    (instant + 8 * HOUR).div_euclid(24 * HOUR)
}

fn before(later: i64, earlier: i64) -> bool {
    day(later) < day(earlier)
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text).is_ok()
}

/// The first of the faults that is there.
fn first(faults: impl IntoIterator<Item = (bool, Fault)>) -> Option<Fault> {
    faults.into_iter().find(|(there, _)| *there).map(|(_, fault)| fault)
}

/// What everything else refers to.
struct Known<'k> {
    units: BTreeSet<String>,
    accounts: BTreeSet<i64>,
    keys: &'k KeyRing,
}

impl Known<'_> {
    fn no_account(&self, row: &Row, index: usize) -> Result<(bool, Fault), StoreError> {
        Ok((!self.accounts.contains(&row.int(index)?), Fault::NoAccount))
    }

    fn no_unit(&self, id: &str) -> (bool, Fault) {
        (!self.units.contains(id), Fault::NoUnit)
    }

    fn shut(&self, place: &[u8], sealed: Option<&[u8]>) -> (bool, Fault) {
        let shut =
            sealed.is_some_and(|sealed| self.keys.open(Purpose::Platform, place, sealed).is_err());
        (shut, Fault::Unsealable)
    }

    fn successor(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let (unit, successor) = (row.text(0)?, row.text(1)?);
        row.day(2)?;
        Ok(first([
            self.no_unit(&unit),
            self.no_unit(&successor),
            (unit == successor, Fault::SelfSuccessor),
        ]))
    }

    fn edition(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        row.day(2)?;
        let (state, proposer, proposed) = (row.text(3)?, row.text(4)?, row.int(5)?);
        let (by, at) = (row.text_or_null(6)?, row.int_or_null(7)?);
        let outcome = match state.as_str() {
            "proposed" => (by.is_some() || at.is_some(), Fault::Decided),
            "released" | "declined" if by.is_none() || at.is_none() => (true, Fault::Undecided),
            "released" => (!two(&proposer, by.as_deref().unwrap_or_default()), Fault::OnePerson),
            "declined" => (
                row.text_or_null(8)?.is_none_or(|reason| reason.trim().is_empty()),
                Fault::ReasonMissing,
            ),
            _ => (true, Fault::UnknownState),
        };
        Ok(first([
            self.no_unit(&row.text(1)?),
            outcome,
            (at.is_some_and(|at| before(at, proposed)), Fault::Order),
            (row.int(9)? == 0, Fault::NoPowers),
        ]))
    }

    fn mapping(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let (by, at) = (row.text_or_null(3)?, row.int_or_null(4)?);
        let made = row.int(2)?;
        Ok(first([
            self.no_unit(&row.text(1)?),
            (by.is_some() != at.is_some(), Fault::EndedBy),
            (at.is_some_and(|at| before(at, made)), Fault::Order),
        ]))
    }

    fn identity(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        Ok(first([self.no_account(row, 1)?]))
    }

    fn contact(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let place = crate::notices::contact_place(row.int(0)?);
        Ok(first([self.no_account(row, 0)?, self.shut(&place, Some(&row.bytes(1)?))]))
    }

    fn claim(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let place = crate::contact_claims::claim_place(row.int(0)?);
        let known = ["due", "sent", "failed"].contains(&row.text(3)?.as_str());
        Ok(first([
            self.no_account(row, 0)?,
            self.shut(&place, Some(&row.bytes(1)?)),
            (!is_digest(&row.text(2)?), Fault::Digest),
            (!known, Fault::UnknownState),
            (row.int(4)? < 1 || row.int(5)? < 0, Fault::Counts),
        ]))
    }

    fn security(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let place = crate::factors::factor_place(row.int(0)?);
        let (pending, factor) = (row.bytes_or_null(1)?, row.bytes_or_null(2)?);
        Ok(first([
            self.no_account(row, 0)?,
            self.shut(&place, pending.as_deref()),
            self.shut(&place, factor.as_deref()),
            (factor.is_some() != row.int_or_null(3)?.is_some(), Fault::FactorSince),
        ]))
    }

    fn agent(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let place = crate::agents::agent_place(row.int(0)?);
        let shut = self.keys.open(Purpose::Person, &place, &row.bytes(1)?).is_err();
        Ok(first([self.no_account(row, 0)?, (shut, Fault::Unsealable)]))
    }

    fn credit_report(row: &Row) -> Result<Option<Fault>, StoreError> {
        let digests = [row.text(1)?, row.text(2)?, row.text(3)?];
        Ok(first([
            (!digests.iter().all(|digest| is_digest(digest)), Fault::Digest),
            (row.int(6)? == 0, Fault::NoSubject),
            (row.int(7)? == 0, Fault::NoKey),
            (before(row.int(5)?, row.int(4)?), Fault::Order),
        ]))
    }

    fn check(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        row.day(2)?;
        let digest = row.text(3)?;
        let answer = crate::checks::answer(&row.text(0)?, row, 5)?;
        Ok(first([
            (!is_digest(&digest), Fault::Digest),
            self.no_unit(&row.text(1)?),
            (row.int(4)? == 0, Fault::NoSubject),
            (crate::keys::sm3_hex(answer.as_bytes()) != digest, Fault::OtherAnswer),
        ]))
    }

    fn link(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let opened = row.text_or_null(2)?.is_some();
        Ok(first([
            (!is_digest(&row.text(0)?), Fault::Digest),
            self.no_unit(&row.text(1)?),
            (opened && row.int(5)? == 0, Fault::NoCheck),
            (row.int(4)? < row.int(3)?, Fault::Order),
        ]))
    }

    fn sheet(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let (state, rows, done) = (row.text(2)?, row.int(3)?, row.int(4)?);
        let over = matches!(state.as_str(), "done" | "refused");
        Ok(first([
            self.no_unit(&row.text(1)?),
            (!over && !matches!(state.as_str(), "received" | "running"), Fault::UnknownState),
            (over != row.int_or_null(5)?.is_some(), Fault::Undecided),
            (row.int(6)? == 0, Fault::NoUpload),
            (row.int(7)? != done || (state == "done" && done != rows), Fault::Counts),
        ]))
    }

    fn report_terms(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let (unit, edition) = (row.text(1)?, row.text_or_null(8)?);
        let span = (row.day_or_null(4)?, row.day_or_null(5)?);
        let named = !unit.is_empty();
        let grounds = [row.text(2)?, row.text(3)?];
        let unfounded = named && grounds.iter().any(|text| text.trim().is_empty());
        Ok(first([
            (edition.is_none(), Fault::NoReport),
            (named && !self.units.contains(&unit), Fault::NoUnit),
            (unfounded, Fault::ReasonMissing),
            (span.0.is_some() != span.1.is_some() || span.0 > span.1, Fault::Order),
            (row.int(6)? != 0 && row.int(7)? == 0, Fault::NoHead),
        ]))
    }

    fn mandate(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let (state, applied) = (row.text(2)?, row.int(3)?);
        let (by, at, reason) = (row.text_or_null(4)?, row.int_or_null(5)?, row.text_or_null(6)?);
        let ended = (row.text_or_null(7)?.is_some(), row.int_or_null(8)?, row.text_or_null(9)?);
        let (digest, kind) = (row.text_or_null(10)?, row.text_or_null(11)?);
        let done = (by.is_some(), at.is_some());
        let outcome = match state.as_str() {
            "waiting" => (done != (false, false) || reason.is_some(), Fault::Decided),
            "refused" if reason.is_none_or(|reason| reason.trim().is_empty()) => {
                (true, Fault::ReasonMissing)
            }
            "active" | "refused" | "taken-back" | "ended" => {
                (done != (true, true), Fault::Undecided)
            }
            _ => (true, Fault::UnknownState),
        };
        let is_over = state == "ended";
        let end = (ended.0, ended.1.is_some(), ended.2.is_some());
        Ok(first([
            self.no_account(row, 1)?,
            (row.int(12)? == 0, Fault::NoSubject),
            (row.int(13)? == 0, Fault::NoPerson),
            outcome,
            (end != (is_over, is_over, is_over), Fault::EndedBy),
            (at.is_some_and(|at| before(at, applied)), Fault::Order),
            (ended.1.zip(at).is_some_and(|(end, at)| before(end, at)), Fault::Order),
            (digest.is_some() != kind.is_some(), Fault::FileHalf),
            (digest.is_some() && row.int(14)? == 0, Fault::NoUpload),
        ]))
    }

    fn code(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        Ok(first([self.no_account(row, 0)?]))
    }

    fn notice(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        row.day(2)?;
        let (at, read, mail, tries) = (row.int(3)?, row.int_or_null(4)?, row.text(5)?, row.int(6)?);
        let tried = matches!(mail.as_str(), "sent" | "failed");
        Ok(first([
            self.no_account(row, 1)?,
            (!tried && !matches!(mail.as_str(), "none" | "due"), Fault::UnknownState),
            (tries < 0 || (tried && tries == 0) || (mail == "none" && tries > 0), Fault::Counts),
            (read.is_some_and(|read| before(read, at)), Fault::Order),
        ]))
    }

    fn report(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let id = row.int(0)?;
        let (said, contact) = (crate::error_reports::report_place(id), row.bytes_or_null(3)?);
        let reach = crate::error_reports::report_contact_place(id);
        let (state, at) = (row.text(4)?, row.int(8)?);
        let done = (row.text_or_null(5)?.is_some(), row.text_or_null(6)?.is_some());
        let (answered, led_to) = (row.int_or_null(7)?, row.int_or_null(9)?);
        let newest = row.int_or_null(10)?;
        let outcome = match state.as_str() {
            "received" | "checking" => {
                (done != (false, false) || answered.is_some(), Fault::Decided)
            }
            "corrected" | "dismissed" => {
                (done != (true, true) || answered.is_none(), Fault::Undecided)
            }
            _ => (true, Fault::UnknownState),
        };
        Ok(first([
            self.no_unit(&row.text(1)?),
            self.shut(&said, Some(&row.bytes(2)?)),
            self.shut(&reach, contact.as_deref()),
            outcome,
            (newest.is_none_or(|newest| led_to.is_some_and(|led| led > newest)), Fault::NoRecord),
            (answered.is_some_and(|answered| before(answered, at)), Fault::Order),
        ]))
    }

    fn correction(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let place = crate::corrections::correction_place(row.int(0)?);
        let sealed = row.bytes_or_null(2)?;
        let shut =
            sealed.is_some_and(|sealed| self.keys.open(Purpose::Record, &place, &sealed).is_err());
        let (state, first_person) = (row.text(3)?, row.text(4)?);
        let (second, at, reason) =
            (row.text_or_null(5)?, row.int_or_null(6)?, row.text_or_null(7)?);
        let (led_to, newest) = (row.int_or_null(8)?, row.int_or_null(9)?);
        let (name, digest) = (row.text_or_null(10)?, row.text_or_null(11)?);
        let done = (second.is_some(), at.is_some(), led_to.is_some());
        let outcome = match state.as_str() {
            "open" => (done != (false, false, false), Fault::Decided),
            "confirmed" if done != (true, true, true) => (true, Fault::Undecided),
            "confirmed" => {
                (!two(&first_person, second.as_deref().unwrap_or_default()), Fault::OnePerson)
            }
            "declined" if done != (true, true, false) => (true, Fault::Undecided),
            "declined" => {
                (reason.is_none_or(|reason| reason.trim().is_empty()), Fault::ReasonMissing)
            }
            _ => (true, Fault::UnknownState),
        };
        Ok(first([
            self.no_unit(&row.text(1)?),
            (shut, Fault::Unsealable),
            outcome,
            (newest.is_none_or(|newest| led_to.is_some_and(|led| led > newest)), Fault::NoRecord),
            (name.is_some() != digest.is_some(), Fault::FileHalf),
            (digest.is_some() && row.int(12)? == 0, Fault::NoUpload),
        ]))
    }

    fn key(&self, row: &Row) -> Result<Option<Fault>, StoreError> {
        let (unit, created) = (row.text(3)?, row.int(5)?);
        // Day 0 is 1970-01-01, as for instants.
        let last = row.day(4)?.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
        let (ended, by) = (row.int_or_null(6)?, row.text_or_null(7)?);
        Ok(first([
            (!unit.is_empty() && self.no_unit(&unit).0, Fault::NoUnit),
            (!is_digest(&row.text(1)?), Fault::Digest),
            (row.text(2)?.is_empty(), Fault::KeyWithoutUse),
            (ended.is_some() != by.is_some(), Fault::EndedBy),
            (last < day(created), Fault::Order),
            (ended.is_some_and(|ended| before(ended, created)), Fault::Order),
        ]))
    }
}

fn usage(row: &Row) -> Result<Option<Fault>, StoreError> {
    row.day(1)?;
    let (requests, refusals, last) = (row.int(2)?, row.int(3)?, row.int(4)?);
    let created = row.int_or_null(5)?;
    Ok(first([
        (created.is_none(), Fault::NoKey),
        (requests < 1 || !(0..=requests).contains(&refusals), Fault::Counts),
        (created.is_some_and(|created| before(last, created)), Fault::Order),
    ]))
}

fn write(row: &Row) -> Result<Option<Fault>, StoreError> {
    let (at, created) = (row.int(3)?, row.int_or_null(4)?);
    Ok(first([
        (created.is_none(), Fault::NoKey),
        (!is_digest(&row.text(2)?), Fault::Digest),
        (created.is_some_and(|created| before(at, created)), Fault::Order),
    ]))
}

/// Whether two names are those of two persons.
fn two(first: &str, second: &str) -> bool {
    !first.trim().is_empty() && !second.trim().is_empty() && first.trim() != second.trim()
}

fn confirmation(row: &Row) -> Result<Option<Fault>, StoreError> {
    row.day(1)?;
    Ok(first([
        (!two(&row.text(3)?, &row.text(4)?), Fault::OnePerson),
        (!is_json(&row.text(2)?), Fault::NotJson),
    ]))
}

fn withdrawal(row: &Row) -> Result<Option<Fault>, StoreError> {
    let Some(confirmed) = row.int_or_null(6)? else { return Ok(Some(Fault::NoConfirmation)) };
    let actor = row.text(1)?;
    let stranger = actor != row.text(4)? && actor != row.text(5)?;
    Ok(first([
        (stranger, Fault::StrangerWithdrew),
        (row.text(2)?.trim().is_empty(), Fault::ReasonMissing),
        (before(row.int(3)?, confirmed), Fault::Order),
    ]))
}

fn proposal(row: &Row) -> Result<Option<Fault>, StoreError> {
    row.day(1)?;
    let (proposer, proposed, state) = (row.text(3)?, row.int(4)?, row.text(5)?);
    let (by, at) = (row.text_or_null(6)?, row.int_or_null(7)?);
    let (reason, led_to) = (row.text_or_null(8)?, row.int_or_null(9)?);
    let (name, digest) = (row.text_or_null(10)?, row.text_or_null(11)?);
    let done = (by.is_some(), at.is_some(), led_to.is_some());
    let outcome = match state.as_str() {
        "open" => (done != (false, false, false) || reason.is_some(), Fault::Decided),
        "confirmed" if done != (true, true, true) => (true, Fault::Undecided),
        "confirmed" if row.int(13)? == 0 => (true, Fault::NoConfirmation),
        "confirmed" if !two(&proposer, by.as_deref().unwrap_or_default()) => {
            (true, Fault::OnePerson)
        }
        "confirmed" => (row.int(14)? == 0, Fault::OtherConfirmation),
        "declined" if done != (true, true, false) => (true, Fault::Undecided),
        "declined" => (reason.is_none_or(|reason| reason.trim().is_empty()), Fault::ReasonMissing),
        _ => (true, Fault::UnknownState),
    };
    Ok(first([
        outcome,
        (!is_json(&row.text(2)?), Fault::NotJson),
        (at.is_some_and(|at| before(at, proposed)), Fault::Order),
        (name.is_some() != digest.is_some(), Fault::FileHalf),
        (digest.is_some() && row.int(12)? == 0, Fault::NoUpload),
    ]))
}

fn frame(row: &Row) -> Result<Option<Fault>, StoreError> {
    let (digest, text) = (row.text(0)?, row.text(1)?);
    Ok((crate::keys::sm3_hex(text.as_bytes()) != digest).then_some(Fault::OtherAnswer))
}

fn check_use(row: &Row) -> Result<Option<Fault>, StoreError> {
    let asked = row.int_or_null(4)?;
    let at = row.int(3)?;
    Ok(first([
        (asked.is_none(), Fault::NoCheck),
        (!is_json(&row.text(2)?), Fault::NotJson),
        (asked.is_some_and(|asked| before(at, asked)), Fault::Order),
    ]))
}

fn check_row(row: &Row) -> Result<Option<Fault>, StoreError> {
    let (number, problem) = (row.text_or_null(2)?, row.text_or_null(3)?);
    Ok(first([
        (number.is_some() == problem.is_some(), Fault::Undecided),
        (number.is_some() && row.int(4)? == 0, Fault::NoCheck),
    ]))
}

fn power(row: &Row) -> Result<Option<Fault>, StoreError> {
    Ok((row.int(2)? == 0).then_some(Fault::NoEdition))
}

/// The name of a row: its first column, and where that is not enough the second.
fn name(row: &Row, columns: usize) -> Result<String, StoreError> {
    let column = |index| row.int(index).map(|id| id.to_string()).or_else(|_| row.text(index));
    let head = column(0)?;
    if columns == 1 { Ok(head) } else { Ok(format!("{head}/{}", column(1)?)) }
}

impl Check<'_> {
    async fn hold(
        &mut self,
        conn: &mut Conn<'_>,
        (table, columns): (&str, usize),
        statement: &Statement,
        judge: impl Fn(&Row) -> Result<Option<Fault>, StoreError> + Send + Sync,
    ) -> Result<(), StoreError> {
        conn.each(statement, values![], |row| {
            self.seen(table);
            if let Some(Some(fault)) = self.read(table, judge(row))? {
                self.report.wrong(table, name(row, columns)?, fault.reason());
            }
            Ok(())
        })
        .await
    }

    /// Holds what stands beside the records to what it refers to.
    pub(super) async fn beside(
        &mut self,
        conn: &mut Conn<'_>,
        keys: &KeyRing,
    ) -> Result<(), StoreError> {
        let (mut units, mut accounts) = (BTreeSet::new(), BTreeSet::new());
        conn.each(&UNIT_IDS, values![], |row| {
            self.seen("unit");
            units.insert(row.text(0)?);
            Ok(())
        })
        .await?;
        conn.each(&ACCOUNT_IDS, values![], |row| {
            self.seen("account");
            let (id, unit) = (row.int(0)?, row.text(1)?);
            accounts.insert(id);
            if !unit.is_empty() && !units.contains(&unit) {
                self.report.wrong("account", id.to_string(), Fault::NoUnit.reason());
            }
            Ok(())
        })
        .await?;
        let known = Known { units, accounts, keys };
        let successor = |row: &Row| known.successor(row);
        self.hold(conn, ("unit_successor", 2), &SUCCESSORS, successor).await?;
        self.hold(conn, ("account_identity", 1), &IDENTITIES, |row| known.identity(row)).await?;
        self.hold(conn, ("account_contact", 1), &CONTACTS, |row| known.contact(row)).await?;
        self.hold(conn, ("contact_claim", 1), &CLAIMS, |row| known.claim(row)).await?;
        self.hold(conn, ("agent_person", 1), &AGENT_PERSONS, |row| known.agent(row)).await?;
        self.hold(conn, ("mandate", 1), &MANDATES, |row| known.mandate(row)).await?;
        self.hold(conn, ("credit_report", 1), &CREDIT_REPORTS, Known::credit_report).await?;
        self.hold(conn, ("subject_check", 1), &HELD_CHECKS, |row| known.check(row)).await?;
        self.hold(conn, ("check_frame", 1), &HELD_FRAMES, frame).await?;
        self.hold(conn, ("check_use", 2), &HELD_USES, check_use).await?;
        self.hold(conn, ("check_link", 1), &HELD_LINKS, |row| known.link(row)).await?;
        self.hold(conn, ("check_sheet", 1), &HELD_SHEETS, |row| known.sheet(row)).await?;
        self.hold(conn, ("check_row", 2), &HELD_SHEET_ROWS, check_row).await?;
        let terms = |row: &Row| known.report_terms(row);
        self.hold(conn, ("credit_report_terms", 1), &REPORT_TERMS, terms).await?;
        self.hold(conn, ("account_security", 1), &SECURITIES, |row| known.security(row)).await?;
        self.hold(conn, ("recovery_code", 1), &RECOVERY_CODES, |row| known.code(row)).await?;
        self.hold(conn, ("notice", 1), &NOTICES, |row| known.notice(row)).await?;
        self.hold(conn, ("error_report", 1), &REPORTS, |row| known.report(row)).await?;
        self.hold(conn, ("correction", 1), &CORRECTIONS, |row| known.correction(row)).await?;
        self.hold(conn, ("api_key", 1), &KEYS, |row| known.key(row)).await?;
        self.hold(conn, ("api_usage", 2), &USAGE, usage).await?;
        self.hold(conn, ("api_write", 2), &WRITES, write).await?;
        self.hold(conn, ("law_confirmation", 1), &CONFIRMATIONS, confirmation).await?;
        self.hold(conn, ("law_withdrawal", 1), &WITHDRAWALS, withdrawal).await?;
        self.hold(conn, ("law_proposal", 1), &PROPOSALS, proposal).await?;
        self.hold(conn, ("power_edition", 1), &EDITIONS, |row| known.edition(row)).await?;
        self.hold(conn, ("power", 1), &POWERS, power).await?;
        self.hold(conn, ("power_mapping", 1), &MAPPINGS, |row| known.mapping(row)).await?;
        self.followed(conn, &known).await
    }
}
