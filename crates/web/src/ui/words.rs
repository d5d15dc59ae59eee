//! Days, standings and names of codes as a reader sees them.

use jiff::civil::{Date, Weekday};
use xinyong_domain::law::{Kind, Law};
use xinyong_domain::party::PartyCategory;
use xinyong_domain::rules::publicity::Reason;
use xinyong_service::browse::{HeldRecord, OpenObjection, PublicRecord, ShownField};

use super::view::Chip;

/// The day at the top of every page.
pub fn today(law: &Law, day: Date) -> String {
    let weekday = match day.weekday() {
        Weekday::Monday => "一",
        Weekday::Tuesday => "二",
        Weekday::Wednesday => "三",
        Weekday::Thursday => "四",
        Weekday::Friday => "五",
        Weekday::Saturday => "六",
        Weekday::Sunday => "日",
    };
    let (working, _) = law.calendar().is_working(day);
    let character = if working { "工作日" } else { "非工作日" };
    format!("{} 年 {} 月 {} 日　星期{weekday}　{character}", day.year(), day.month(), day.day())
}

/// Up to when a page is current. What is public is decided at the moment of reading.
pub fn as_of(day: Date) -> String {
    format!("按 {day} 当天的公示规则列出。")
}

/// What stands in a field, as a reader sees it.
pub fn field_value(field: &ShownField) -> &str {
    if field.endless { "长期" } else { &field.value }
}

/// A count with its thousands set apart.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// From one day to another, as far as they are known.
pub fn span(from: Option<Date>, until: Option<Date>) -> String {
    match (from, until) {
        (Some(from), Some(until)) => format!("{from} 至 {until}"),
        (Some(from), None) => format!("{from} 起"),
        (None, Some(until)) => format!("至 {until}"),
        (None, None) => "—".to_owned(),
    }
}

/// Address of a kind's public list.
pub fn list_href(kind: &str) -> String {
    format!("/records/{kind}")
}

/// Address of a subject's page; none for a party without a code.
pub fn subject_href(code: &str) -> String {
    if code.is_empty() { String::new() } else { format!("/subjects/{}", crate::url::encode(code)) }
}

/// Address of a record's page.
pub fn record_href(record: &PublicRecord) -> String {
    format!("/records/{}/{}/{}", record.kind, record.subject, record.id)
}

/// What a record is called: its title, else its number, else its kind.
pub fn record_title(record: &PublicRecord) -> String {
    [&record.title, &record.number]
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or(&record.kind_name)
        .clone()
}

/// Where a public record stands today.
pub fn standing(record: &PublicRecord) -> Chip {
    let shown = &record.disclosure.value;
    if shown.ended {
        Chip::new("已到期", "neutral")
    } else if shown.publicity.class.is_unlimited() {
        Chip::new("有效", "info")
    } else {
        Chip::new("公示中", "info")
    }
}

/// Whose word a public record is: the deciding body's, or the subject's own.
pub fn author(record: &PublicRecord) -> String {
    if record.mark.is_empty() { record.authority.clone() } else { "主体自行填报".to_owned() }
}

/// What is to be seen at once about a public record: that the subject entered it itself, what was found about it later, that somebody
/// objects to it.
pub fn marks(record: &PublicRecord) -> Vec<Chip> {
    let mark = [(&record.mark, "info"), (&record.outcome, "neutral")];
    let said = mark.into_iter().filter(|(text, _)| !text.is_empty());
    let objected = record.objection.as_ref().map(|_| Chip::new(OpenObjection::MARK, "warn"));
    said.map(|(text, tone)| Chip::new(text.as_str(), tone)).chain(objected).collect()
}

/// The words beside a record of whoever objects to it, empty for none.
pub fn statement(open: Option<&OpenObjection>) -> String {
    let said = open.map(|open| open.statement.as_str()).filter(|said| !said.is_empty());
    said.map_or_else(String::new, |said| format!("异议声明：{said}"))
}

/// What stands beside a record that the console or the subject's own pages show, empty for nothing.
pub fn held_mark(record: &HeldRecord) -> String {
    match record.objection {
        Some(_) => OpenObjection::MARK.to_owned(),
        None => record.mark.clone(),
    }
}

/// Where a record that the console shows stands.
pub fn held_standing(record: &HeldRecord) -> Chip {
    let shown = &record.disclosure.value;
    // Also of what was never public: that its decision was taken back is what matters about it now.
    if record.withdrawn_on.is_some() && !shown.public {
        return Chip::new("已撤下公示", "bad");
    }
    if shown.public {
        return if shown.ended {
            Chip::new("已到期", "neutral")
        } else if shown.publicity.class.is_unlimited() {
            Chip::new("公示中，有效", "info")
        } else {
            Chip::new("公示中", "info")
        };
    }
    match shown.reason {
        Some(Reason::Ended) => Chip::new("公示期满", "neutral"),
        Some(Reason::NotYet) => Chip::new("待公示", "warn"),
        Some(Reason::Withheld) => Chip::new("异议逾期未办理，暂停公示", "warn"),
        _ => Chip::new("不公示", "neutral"),
    }
}

/// How many working days are left until a day, in words; the tone repeats them.
pub fn left(today: Date, due: Date, left: i64) -> Chip {
    if due < today {
        return match left.abs() {
            0 => Chip::new("已超期", "bad"),
            days => Chip::new(format!("已超期 {days} 个工作日"), "bad"),
        };
    }
    match left {
        0 => Chip::new("今天到期", "warn"),
        days @ 1..=2 => Chip::new(format!("还剩 {days} 个工作日"), "warn"),
        days => Chip::new(format!("还剩 {days} 个工作日"), "neutral"),
    }
}

/// Address of a record's page in the console.
pub fn held_href(subject: i64, record: i64) -> String {
    format!("/console/records/{subject}/{record}")
}

/// Address of a firm's page among the subjects' own.
pub fn firm_href(code: &str) -> String {
    format!("/my/firms/{}", crate::url::encode(code))
}

/// Address of a subject's page in the console; none for a party without a code.
pub fn holdings_href(code: &str) -> String {
    if code.is_empty() {
        String::new()
    } else {
        format!("/console/subjects/{}", crate::url::encode(code))
    }
}

/// A subject's standing as the register has it.
pub fn status(status: &str) -> Chip {
    let text = if status.is_empty() || status == "unknown" { "登记状态未知" } else { status };
    // Without a colour: a standing in the register is a fact, and no verdict on the firm.
    Chip::new(text, "neutral")
}

/// What a category of parties is called.
pub fn category(id: &str) -> &str {
    PartyCategory::from_id(id).map_or(id, |category| category.label())
}

/// What a fact that a rule used is called, and what its value is called.
pub fn input(law: &Law, name: &str, value: &str) -> (String, String) {
    let (label, list) = match name {
        "decided" => ("决定日期", ""),
        "released" => ("复核日期", ""),
        "valid_until" => ("有效期至", ""),
        "on" => ("查询日期", ""),
        "applied" => ("申请日期", ""),
        "from" => ("起算日期", ""),
        "days" => ("工作日数", ""),
        "category" => ("行政相对人类别", "party-category"),
        "procedure" => ("处罚程序", "penalty-procedure"),
        "domain" => ("处罚领域", "penalty-domain"),
        "channel" => ("修复渠道", "channel"),
        "penalty_kinds" => ("处罚类别", "penalty-kind"),
        "severity" => ("失信程度", "severity"),
        "ground" => ("异议的理由", "objection-ground"),
        "transition.order36" => ("新旧规定衔接", ""),
        other => (other, ""),
    };
    let word = |id: &str| match (name, id) {
        ("transition.order36", "decision-date") => "按决定日期时的规定".to_owned(),
        ("transition.order36", "favourable") => "从新规定中较短的".to_owned(),
        _ => law.label_of(list, id).trim_end_matches('-').to_owned(),
    };
    let value = value.split(';').map(word).collect::<Vec<_>>().join("、");
    (label.to_owned(), value)
}

/// The label of a field of the registry.
pub fn registry_label(law: &Law, code: &str) -> Option<String> {
    let layout = law.registry();
    let field = layout.position(code).and_then(|position| layout.fields.get(position))?;
    field.public.then(|| field.label.clone())
}

/// Whether a field of a kind describes the party.
pub fn is_party_field(kind: &Kind, code: &str) -> bool {
    let party = &kind.party;
    let Some(position) = kind.position(code) else {
        return false;
    };
    [party.name, party.category, party.uscc].contains(&position)
        || [
            party.registration_no,
            party.organisation_code,
            party.tax_no,
            party.institution_no,
            party.association_no,
            party.representative,
            party.representative_document_type,
            party.representative_document,
            party.document_type,
            party.document,
        ]
        .contains(&Some(position))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overdue_is_said_in_words_also_over_a_weekend() {
        use jiff::civil::date;
        let (friday, saturday) = (date(2026, 11, 20), date(2026, 11, 21));
        assert_eq!(left(saturday, friday, 0).text, "已超期");
        assert_eq!(left(friday, friday, 0).text, "今天到期");
        assert_eq!(left(date(2026, 11, 25), friday, -3).text, "已超期 3 个工作日");
        assert_eq!(left(friday, date(2026, 11, 25), 3).text, "还剩 3 个工作日");
    }

    #[test]
    fn thousands_are_set_apart() {
        for (count, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), text);
        }
    }
}
