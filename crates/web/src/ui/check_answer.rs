//! The answer of a check as a reader sees it: in the console and in the window of another system.

use xinyong_domain::law::Law;
use xinyong_service::browse::OpenObjection;
use xinyong_service::check::{CheckAnswer, CheckedGroup, CheckedRecord, Reason};

use super::view::{Chip, Citation, Fact, Input, Why};
use super::words;

/// A measure with the record that allows it.
#[derive(Debug, Clone)]
pub struct MeasureView {
    /// The id, for the form.
    pub id: String,
    /// What it is.
    pub title: String,
    /// The group of the list.
    pub group: String,
    /// Facts: article, target, end, lifting.
    pub facts: Vec<Fact>,
    /// What the person must read first.
    pub caution: String,
}

/// A record in a list.
#[derive(Debug, Clone)]
pub struct RecordLine {
    /// Title.
    pub title: String,
    /// Number.
    pub number: String,
    /// Where everybody reads it; empty for what is shared among organs.
    pub href: String,
    /// Deciding body.
    pub authority: String,
    /// Decision date.
    pub decided: String,
    /// Class and content.
    pub summary: String,
    /// What stands beside it.
    pub mark: String,
    /// That somebody objects to it, with the subject's own words; nothing where nobody does.
    pub objected: Option<(Chip, String)>,
    /// How it stands.
    pub standing: Chip,
    /// Until when.
    pub until: String,
    /// Why.
    pub why: Why,
}

/// The records of a kind.
#[derive(Debug, Clone)]
pub struct GroupView {
    /// The kind.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Whether it is shared among organs only.
    pub shared: bool,
    /// The records.
    pub rows: Vec<RecordLine>,
}

/// A sentence with what it rests on.
#[derive(Debug, Clone)]
pub struct LimitView {
    /// The sentence.
    pub text: String,
    /// On what it rests.
    pub line: String,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct AnswerView {
    /// Name of the subject.
    pub subject: String,
    /// Code of the subject.
    pub code: String,
    /// Its standing in the register.
    pub status: Chip,
    /// Who it is.
    pub facts: Vec<Fact>,
    /// Name of the purpose.
    pub purpose: String,
    /// Edition of the list of measures, empty for none.
    pub edition: String,
    /// What is allowed.
    pub measures: Vec<MeasureView>,
    /// Names of measures that nobody verified.
    pub unconfirmed: Vec<String>,
    /// What must not be done.
    pub limits: Vec<LimitView>,
    /// What is on record.
    pub groups: Vec<GroupView>,
}

fn citation(reason: &Reason) -> Citation {
    Citation {
        title: reason.line.clone(),
        number: String::new(),
        article: String::new(),
        verified: reason.evidence == xinyong_domain::ruling::Evidence::Text.label(),
    }
}

fn record(law: &Law, group: &CheckedGroup, record: &CheckedRecord) -> RecordLine {
    let standing = match record.standing.as_str() {
        "public" => Chip::new("公示中", "info"),
        "ended" => Chip::new("已到期", "neutral"),
        _ => Chip::new("政务共享", "neutral"),
    };
    let until = match (record.public_until.as_str(), record.valid_until.as_str()) {
        ("", "") => String::new(),
        ("", valid) => format!("有效期至 {valid}"),
        (public, _) => format!("公示至 {public}"),
    };
    let parts = [record.class.as_str(), record.summary.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    RecordLine {
        href: if group.audience == "public" {
            format!("/records/{}/{}/{}", group.kind, record.subject, record.id)
        } else {
            String::new()
        },
        title: record.title.clone(),
        number: if record.number == record.title { String::new() } else { record.number.clone() },
        authority: record.authority.clone(),
        decided: record.decided.to_string(),
        summary: parts.join("："),
        mark: record.mark.clone(),
        objected: record
            .objection
            .as_ref()
            .map(|open| (Chip::new(OpenObjection::MARK, "warn"), words::statement(Some(open)))),
        why: Why {
            about: record.title.clone(),
            conclusion: String::new(),
            provisional: String::new(),
            inputs: record
                .inputs
                .iter()
                .map(|(name, value)| {
                    let (label, value) = words::input(law, name, value);
                    Input { label, value }
                })
                .collect(),
            citations: record.because.iter().map(citation).collect(),
        },
        standing,
        until,
    }
}

/// An answer for a page.
pub fn view(law: &Law, answer: &CheckAnswer) -> AnswerView {
    let status = words::status(&answer.subject.status);
    let mut facts = vec![
        Fact::new("统一社会信用代码", answer.subject.code.as_str()),
        Fact::new("主体类别", words::category(&answer.subject.category)),
        Fact::new("登记日期", answer.subject.registered_on.as_str()),
        Fact::new("曾用名称", answer.subject.former_names.join("、")),
    ];
    facts.retain(|fact| !fact.value.is_empty());
    let measures = answer.measures.iter().map(|measure| {
        let mut facts = vec![
            Fact::new("依据", measure.basis.line.as_str()).noted(measure.basis.evidence.as_str()),
            Fact::new("引出它的信息", measure.record_line.as_str()),
            Fact::new("对象", measure.target.as_str()),
            Fact::new("解除条件", measure.lifting.as_str()),
            Fact::new("最迟到", measure.until.as_str()),
        ];
        facts.retain(|fact| !fact.value.is_empty());
        MeasureView {
            id: measure.id.clone(),
            title: measure.name.clone(),
            group: measure.group.clone(),
            facts,
            caution: measure.caution.clone(),
        }
    });
    AnswerView {
        subject: answer.subject.name.clone(),
        code: answer.subject.code.clone(),
        status,
        facts,
        purpose: answer.given.purpose.name.clone(),
        edition: answer.given.edition.clone(),
        measures: measures.collect(),
        unconfirmed: answer.unconfirmed().map(|one| one.name.clone()).collect(),
        limits: answer
            .given
            .limits
            .iter()
            .map(|limit| LimitView { text: limit.text.clone(), line: limit.basis.line.clone() })
            .collect(),
        groups: answer
            .groups
            .iter()
            .map(|group| GroupView {
                id: group.kind.clone(),
                title: group.name.clone(),
                shared: group.audience != "public",
                rows: group.records.iter().map(|one| record(law, group, one)).collect(),
            })
            .collect(),
    }
}
