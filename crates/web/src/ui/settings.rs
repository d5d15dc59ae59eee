//! Entries of law in words: value, instrument, how well known, whom they favour.

use xinyong_domain::law::{DatedValue, Effect, Law, Parameter, Setting};
use xinyong_domain::ruling::Evidence;

use super::view::Chip;

/// What a value is called in a parameter's unit.
pub fn value(law: &Law, parameter: &Parameter, setting: &Setting) -> String {
    let unit = match parameter.unit.as_str() {
        "working-days" => "个工作日",
        "months" => "个月",
        "years" => "年",
        "wan-yuan" => "万元",
        _ => "",
    };
    let word = |id: &String| {
        let label = law
            .codes()
            .values()
            .find_map(|list| list.by_id(id))
            .map(|code| code.label.trim_end_matches('-').to_owned());
        label.unwrap_or_else(|| super::words::input(law, &parameter.id, id).1)
    };
    match setting {
        Setting::Number(number) => format!("{number} {unit}").trim_end().to_owned(),
        Setting::Flag(true) => "是".to_owned(),
        Setting::Flag(false) => "否".to_owned(),
        Setting::Word(id) => word(id),
        Setting::List(ids) => ids.iter().map(word).collect::<Vec<_>>().join("、"),
    }
}

/// A value as it is typed into a form.
pub fn typed(setting: &Setting) -> String {
    match setting {
        Setting::Number(number) => number.to_string(),
        Setting::Flag(flag) => flag.to_string(),
        Setting::Word(word) => word.clone(),
        Setting::List(list) => list.join("，"),
    }
}

/// How well an edition is known, and whether two persons have confirmed it.
pub fn evidence(entry: &DatedValue, confirmed: bool) -> Chip {
    if confirmed {
        return Chip::new("已由两人确认", "good");
    }
    let tone = if entry.evidence == Evidence::Text { "good" } else { "warn" };
    Chip::new(entry.evidence.label(), tone)
}

/// Whom an edition favours, and whether it applies while nobody has confirmed it.
pub fn effect(entry: &DatedValue, confirmed: bool) -> String {
    let whom = match entry.effect {
        Effect::Adverse => "对当事人不利",
        Effect::Milder => "对当事人有利",
        Effect::Internal => "内部要求",
    };
    if confirmed || entry.applies_unconfirmed() {
        whom.to_owned()
    } else {
        format!("{whom}，确认前不适用")
    }
}

/// From when to when an edition holds.
pub fn span(entry: &DatedValue) -> String {
    match entry.until {
        Some(until) => format!("{} 至 {until}", entry.from),
        None => format!("{} 起", entry.from),
    }
}

/// The instrument of an edition with the place in it.
pub fn source(law: &Law, entry: &DatedValue) -> String {
    let article = entry.article.as_deref().unwrap_or_default();
    let Some(source) = law.sources().get(&entry.source) else {
        return entry.source.clone();
    };
    let number =
        if source.number.is_empty() { String::new() } else { format!("（{}）", source.number) };
    format!("《{}》{number}{article}", source.title.trim_matches(['《', '》']))
}
