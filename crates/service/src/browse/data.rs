//! Open data: every public list as a table, read in chunks, so that a large county needs no more memory than a small one.
//!
//! What is in a chunk was judged by the disclosure rule for the day on which the chunk was read, as on every page.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::law::{Audience, Field, FieldType, Kind, Law, Source};
use xinyong_domain::party::PartyCategory;
use xinyong_domain::ruling::Evidence;
use xinyong_domain::value::date;

use super::lists::{ListFilter, sieve};
use super::names::unit_names;
use super::record::{OpenObjection, PublicRecord, view};
use super::subject::MOST_RECORDS;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Rows in a chunk.
const CHUNK: usize = 500;
/// Subjects in a chunk.
const SUBJECTS_CHUNK: usize = 100;
/// Records asked of each subject at first: one of them is nearly always enough.
const FIRST_RECORDS: i64 = 4;
/// Id of the data set of subjects.
const SUBJECTS: &str = "subjects";

/// A table that everybody may have.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// Id, part of its address.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it holds, in a sentence.
    pub about: String,
    /// Its columns.
    pub columns: Vec<DataColumn>,
    pub(super) kind: Option<Arc<Kind>>,
}

impl DataSet {
    /// Whether there are daily changes of it. Of the subjects there are none: whose name goes from that table has lost its last
    /// public record, and a file that says so would be a list of just those.
    #[must_use]
    pub const fn has_changes(&self) -> bool {
        self.kind.is_some()
    }

    /// The kind whose records it holds; none for the subjects.
    #[must_use]
    pub fn kind_id(&self) -> Option<&str> {
        self.kind.as_deref().map(|kind| kind.id.as_str())
    }
}

/// A column and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataColumn {
    /// Code, the key in JSON.
    pub code: String,
    /// Official label, the heading in CSV.
    pub label: String,
    /// What stands in it.
    pub meaning: String,
    /// Of what type it is.
    pub form: String,
    /// The standard it is from.
    pub source: String,
}

/// Where the next chunk begins.
#[derive(Debug, Clone)]
pub struct DataPlace(Place);

#[derive(Debug, Clone)]
enum Place {
    Record(Date, i64),
    Subject(i64),
}

/// Rows of a table, their cells in the order of its columns.
#[derive(Debug, Clone)]
pub struct DataChunk {
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// Where the next ones begin; `None` at the end.
    pub next: Option<DataPlace>,
}

/// The tables there are.
#[must_use]
pub fn data_sets(law: &Law) -> Vec<DataSet> {
    let mut sets: Vec<DataSet> = law
        .kinds()
        .values()
        .filter(|kind| kind.audience == Audience::Public)
        .map(|kind| of_kind(law, kind))
        .collect();
    sets.push(of_subjects(law));
    sets
}

/// A table by its id.
///
/// # Errors
/// Not found.
pub fn data_set(law: &Law, id: &str) -> Result<DataSet, DeskError> {
    data_sets(law).into_iter().find(|set| set.id == id).ok_or(DeskError::NotFound("该数据"))
}

fn of_kind(law: &Law, kind: &Arc<Kind>) -> DataSet {
    let standard = standard(law.sources().get(&kind.layout));
    let mut columns: Vec<DataColumn> = open_fields(kind)
        .map(|field| DataColumn {
            code: field.code.clone(),
            label: field.label.clone(),
            meaning: meaning(field),
            form: form(field.kind).to_owned(),
            source: standard.clone(),
        })
        .collect();
    columns.extend(own_columns(&[
        ("published_on", "公示日期", "从哪一天起公示", FieldType::Date),
        ("public_until", "公示截止日", "公示到哪一天（含当天）；没有截止日的为空", FieldType::Date),
        ("reported_by", "报送单位", "向本站报送的单位", FieldType::Text),
        ("id", "信息编号", "本站给这条信息的编号，更正后不变；每日变化按它对应", FieldType::Text),
        ("state", "状态", "公示中、有效或者已到期", FieldType::Text),
        (
            "objection",
            "异议",
            "有人提出异议、还没有办结的，写“异议处理中”；其余为空",
            FieldType::Text,
        ),
        (
            "statement",
            "异议声明",
            "异议处理期间提出异议的人自己的说明；没有的为空",
            FieldType::Text,
        ),
    ]));
    DataSet {
        id: kind.id.clone(),
        name: kind.name.clone(),
        about: match &kind.by_subject {
            Some(by) => format!("公示中的{}，按申报日期由近及远。{}", kind.name, by.meaning),
            None => format!("公示中的{}，按决定日期由近及远。", kind.name),
        },
        columns,
        kind: Some(Arc::clone(kind)),
    }
}

fn of_subjects(law: &Law) -> DataSet {
    let standard = standard(law.sources().get("uscc-standard"));
    let mut columns = own_columns(&[
        ("uscc", "统一社会信用代码", "18 位，大写", FieldType::Uscc),
        ("name", "名称", "现在的名称", FieldType::Text),
        ("category", "主体类别", "法人及非法人组织，或者个体工商户", FieldType::Text),
        ("status", "登记状态", "登记信息所载；不知道的为空", FieldType::Text),
        ("registered_on", "注册日期", "登记信息所载；不知道的为空", FieldType::Date),
    ]);
    if let Some(code) = columns.first_mut().filter(|_| !standard.is_empty()) {
        code.source = standard;
    }
    DataSet {
        id: SUBJECTS.to_owned(),
        name: "有公示信息的主体".to_owned(),
        about: "目前有许可或处罚正在公示的法人、非法人组织和个体工商户；自然人不在其中。"
            .to_owned(),
        columns,
        kind: None,
    }
}

fn own_columns(columns: &[(&str, &str, &str, FieldType)]) -> Vec<DataColumn> {
    columns
        .iter()
        .map(|(code, label, meaning, kind)| DataColumn {
            code: (*code).to_owned(),
            label: (*label).to_owned(),
            meaning: (*meaning).to_owned(),
            form: form(*kind).to_owned(),
            source: "本站".to_owned(),
        })
        .collect()
}

/// The fields of a kind that stand in its table.
fn open_fields(kind: &Kind) -> impl Iterator<Item = &Field> {
    kind.official_fields().filter(|field| field.public)
}

fn standard(source: Option<&Source>) -> String {
    let Some(source) = source else {
        return String::new();
    };
    let unread = if source.evidence == Evidence::Text { "" } else { "，原文待核对" };
    let number =
        if source.number.is_empty() { String::new() } else { format!("（{}）", source.number) };
    format!("《{}》{number}{unread}", source.title.trim_matches(['《', '》']))
}

/// Of what type a field is, as people say it.
pub(crate) fn form(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text => "文本",
        FieldType::LongText => "长文本",
        FieldType::Code => "代码表中的一个值",
        FieldType::Codes => "代码表中的一个或几个值",
        FieldType::Date => "日期",
        FieldType::Amount => "金额",
        FieldType::Uscc | FieldType::PartyCode => "统一社会信用代码",
        FieldType::Period => "年份或月份",
        FieldType::Number => "数字",
        FieldType::OrganisationCode => "组织机构代码",
        FieldType::RegistrationNo => "注册号",
        FieldType::TaxNo => "税务登记号",
        FieldType::Identity => "证件号码",
    }
}

/// What stands in a field, and how it is written.
pub(crate) fn meaning(field: &Field) -> String {
    match (field.kind, &field.codes) {
        (FieldType::Date, _) => "写作 2026-03-05；2099-12-31 表示长期".to_owned(),
        (FieldType::Amount, _) => "单位是万元".to_owned(),
        (FieldType::Uscc | FieldType::PartyCode, _) => "18 位，大写".to_owned(),
        (FieldType::Period, _) => "年份写作 2025，月份写作 2025-03".to_owned(),
        (FieldType::Code | FieldType::Codes, Some(list)) => {
            let values: Vec<&str> =
                list.codes.iter().map(|code| code.label.trim_end_matches('-')).collect();
            let several = if field.kind == FieldType::Codes {
                format!("，多个的用“{}”隔开", field.separator)
            } else {
                String::new()
            };
            format!("取值：{}{several}", values.join("、"))
        }
        _ => format!("决定文书或报送表所载的{}", field.label),
    }
}

/// A chunk of a table: its first, or the one that begins at `place`. The filter's text is not asked, and it narrows the
/// tables of records only.
///
/// # Errors
/// `list.date-invalid`; when the store fails.
pub async fn data_chunk(
    desk: &Desk,
    set: &DataSet,
    filter: &ListFilter,
    place: Option<DataPlace>,
) -> Result<DataChunk, DeskError> {
    match (&set.kind, place.map(|place| place.0)) {
        (Some(kind), place) => {
            let after = match place {
                Some(Place::Record(day, id)) => Some((day, id)),
                _ => None,
            };
            records(desk, kind, filter, after).await
        }
        (None, Some(Place::Subject(after))) => subjects(desk, after).await,
        (None, _) => subjects(desk, 0).await,
    }
}

async fn records(
    desk: &Desk,
    kind: &Kind,
    filter: &ListFilter,
    after: Option<(Date, i64)>,
) -> Result<DataChunk, DeskError> {
    let law = desk.law();
    let today = desk.today();
    let mut sieve = sieve(filter)?;
    sieve.text = None;
    sieve.after = after;
    let most = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    let found = desk.store().public_records(&kind.id, today, &sieve, most).await?;
    let units = unit_names(desk).await?;
    let mut rows = Vec::with_capacity(found.len());
    for record in &found {
        if let Some(public) = view(record, today, &law)? {
            let unit = units.get(&public.unit).map_or("", String::as_str);
            rows.push(record_row(kind, &public, unit));
        }
    }
    let next = found
        .last()
        .filter(|_| found.len() == CHUNK)
        .map(|last| DataPlace(Place::Record(last.decided_on, last.id)));
    Ok(DataChunk { rows, next })
}

/// The cells of a record that the public may see.
pub(crate) fn record_row(kind: &Kind, record: &PublicRecord, unit: &str) -> Vec<String> {
    let mut row: Vec<String> = open_fields(kind)
        .map(|field| {
            let shown = record.fields.iter().find(|shown| shown.code == field.code);
            let text = shown.map_or("", |shown| shown.value.as_str());
            match (field.kind, date::read(text)) {
                (FieldType::Date, Some((day, _))) => day.to_string(),
                _ => text.to_owned(),
            }
        })
        .collect();
    row.push(first_day(record).to_string());
    row.push(last_day(record).map_or_else(String::new, |day| day.to_string()));
    row.push(unit.to_owned());
    row.push(record.id.to_string());
    row.push(state(record).to_owned());
    row.push(objection_mark(record.objection.as_ref()));
    row.push(record.objection.as_ref().map(|one| one.statement.clone()).unwrap_or_default());
    row
}

/// What a table says of an objection.
pub(super) fn objection_mark(open: Option<&OpenObjection>) -> String {
    open.map_or_else(String::new, |_| OpenObjection::MARK.to_owned())
}

/// Where a public record stands.
fn state(record: &PublicRecord) -> &'static str {
    let shown = &record.disclosure.value;
    match (shown.ended, shown.publicity.class.is_unlimited()) {
        (true, _) => "已到期",
        (false, true) => "有效",
        (false, false) => "公示中",
    }
}

pub(super) fn first_day(record: &PublicRecord) -> Date {
    record.disclosure.value.publicity.first_day.unwrap_or(record.decided)
}

pub(super) fn last_day(record: &PublicRecord) -> Option<Date> {
    let publicity = &record.disclosure.value.publicity;
    publicity.last_day.filter(|_| !publicity.class.is_unlimited())
}

async fn subjects(desk: &Desk, after: i64) -> Result<DataChunk, DeskError> {
    let law = desk.law();
    let today = desk.today();
    let most = i64::try_from(SUBJECTS_CHUNK).unwrap_or(i64::MAX);
    let found = desk.store().public_subjects(after, today, most).await?;
    let next = found
        .last()
        .filter(|_| found.len() == SUBJECTS_CHUNK)
        .map(|last| DataPlace(Place::Subject(*last)));
    let until = if next.is_some() { found.last().copied() } else { None };
    let (ids, judged) = judged_apart(desk, found, (after, until)).await?;
    let known = desk.store().subjects(&ids).await?;
    let mut rows = Vec::with_capacity(ids.len());
    // The store's dates are a sieve; the rule decides. Who has nothing public among the newest is asked for the rest.
    let mut public = BTreeSet::new();
    let mut asked: Vec<i64> =
        ids.iter().copied().filter(|id| known.get(id).is_some_and(|s| s.code.is_some())).collect();
    asked.retain(|id| !judged.contains(id));
    for places in [(0, FIRST_RECORDS), (FIRST_RECORDS, MOST_RECORDS)] {
        for record in desk.store().newest_public(&asked, today, places).await? {
            if !public.contains(&record.subject_id) && view(&record, today, &law)?.is_some() {
                public.insert(record.subject_id);
            }
        }
        asked.retain(|id| !public.contains(id));
        if asked.is_empty() {
            break;
        }
    }
    public.extend(judged);
    for id in &ids {
        let Some(subject) = known.get(id) else { continue };
        if public.contains(id) && subject.code.is_some() {
            let category = PartyCategory::from_id(&subject.category);
            rows.push(vec![
                subject.code.clone().unwrap_or_default(),
                subject.name.clone(),
                category.map_or("", PartyCategory::label).to_owned(),
                if subject.status == "unknown" { String::new() } else { subject.status.clone() },
                subject.registered_on.map_or_else(String::new, |day| day.to_string()),
            ]);
        }
    }
    Ok(DataChunk { rows, next })
}

/// Subjects that a judgement speaks of are not found by the records that carry their id: what is shown under each is asked for one
/// by one. Gives the ids of the stretch without those of entries that are another subject, and which of them have something public
/// by a judgement.
async fn judged_apart(
    desk: &Desk,
    found: Vec<i64>,
    (after, until): (i64, Option<i64>),
) -> Result<(Vec<i64>, Vec<i64>), DeskError> {
    let store = desk.store();
    let judged = store.judged_subjects().await?;
    if judged.is_empty() {
        return Ok((found, Vec::new()));
    }
    let roots = store.roots(&judged).await?;
    let (law, today) = (desk.law(), desk.today());
    let mut ids: BTreeSet<i64> = found.into_iter().filter(|id| !judged.contains(id)).collect();
    let mut public = Vec::new();
    let here = |id: &i64| *id > after && until.is_none_or(|until| *id <= until);
    for id in judged.into_iter().filter(here).filter(|id| !roots.contains_key(id)) {
        for record in store.records_of_subject(id, MOST_RECORDS).await? {
            if view(&record, today, &law)?.is_some() {
                ids.insert(id);
                public.push(id);
                break;
            }
        }
    }
    Ok((ids.into_iter().collect(), public))
}
