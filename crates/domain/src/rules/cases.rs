//! Runs the cases of `law/cases/`: facts and the ruling they must lead to, written as data.

use jiff::civil::Date;
use serde::Deserialize;

use super::commitment::{standing, taken_in_by, verified_by};
use super::deadline::{correction_due, error_report_due, report_due, withdrawal_due};
use super::disclosure::{Facts, disclose};
use super::measures::{Ground, assess};
use super::objection::{is_own, statement};
use super::repair::{Known, Proof, repair};
use crate::law::Law;
use crate::party::PartyCategory;
use crate::rules::explain::Given;
use crate::workflow::objection::{Days, Stage};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    rule: String,
    given: toml::Table,
    expect: toml::Table,
}

fn text(table: &toml::Table, key: &str) -> Option<String> {
    table.get(key).map(|value| match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

fn day(table: &toml::Table, key: &str) -> Option<Date> {
    text(table, key).map(|text| text.parse().unwrap_or_else(|_| panic!("{key}: {text} is no date")))
}

fn answer(law: &Law, case: &Case) -> toml::Table {
    let mut answer = toml::Table::new();
    let mut put = |key: &str, value: String| {
        answer.insert(key.to_owned(), toml::Value::String(value));
    };
    match case.rule.as_str() {
        "workdays" => {
            let days = text(&case.given, "days").and_then(|days| days.parse().ok()).expect("days");
            let reached = law.calendar().add(day(&case.given, "from").expect("from"), days);
            put("date", reached.date.to_string());
            put("provisional", reached.provisional.to_string());
        }
        "deadline" => {
            let decided = day(&case.given, "decided").expect("decided");
            match report_due(law, "publicity.report.days", decided) {
                Some(due) => {
                    put("due", due.value.date.to_string());
                    put("provisional", due.value.provisional.to_string());
                }
                None => put("due", "none".to_owned()),
            }
        }
        "withdrawal" => {
            let due = withdrawal_due(law, day(&case.given, "from").expect("from"));
            put("due", due.map_or_else(|| "none".to_owned(), |due| due.value.date.to_string()));
        }
        "error-report" => {
            let due = error_report_due(law, day(&case.given, "from").expect("from"));
            put("due", due.map_or_else(|| "none".to_owned(), |due| due.value.date.to_string()));
        }
        "correction" => {
            let penalty = text(&case.given, "kind").as_deref() == Some("administrative-penalty");
            let due = correction_due(law, penalty, day(&case.given, "from").expect("from"));
            put("due", due.map_or_else(|| "none".to_owned(), |due| due.value.date.to_string()));
        }
        "publicity" => {
            let kind = law.kind(&text(&case.given, "kind").expect("kind")).expect("a kind").clone();
            let decided = day(&case.given, "decided").expect("decided");
            let mut given = Given::new(&kind, decided);
            if let Some(released) = day(&case.given, "released") {
                given.released = Some(released);
            }
            if let Some(set) = case.given.get("set").and_then(toml::Value::as_table) {
                for (field, value) in set {
                    given
                        .set(field, value.as_str().expect("a text"))
                        .unwrap_or_else(|error| panic!("{}: {}", case.name, error.message));
                }
            }
            let on = day(&case.given, "on").unwrap_or(decided);
            let facts = Facts {
                question: given.question(),
                audience: kind.audience,
                basis: "unit-publication-list",
                exemption: "",
                withdrawn: None,
                answer_by: day(&case.given, "answer_by"),
            };
            let ruling = disclose(&facts, on, law);
            put("verified", ruling.verified().to_string());
            let value = ruling.value;
            put("regime", value.publicity.regime.as_str().to_owned());
            put("class", value.publicity.class.as_str().to_owned());
            put("published", value.public.to_string());
            put("ended", value.ended.to_string());
            let mut put_day = |key: &str, day: Option<Date>| {
                put(key, day.map_or_else(|| "none".to_owned(), |day| day.to_string()));
            };
            put_day("first_day", value.publicity.first_day);
            put_day("last_day", value.publicity.last_day);
            put_day("repairable_from", value.publicity.repairable_from);
            put("reason", value.reason.map_or("none", super::publicity::Reason::as_str).to_owned());
        }
        "measures" => {
            let on = day(&case.given, "on").expect("on");
            let kind = law.kind(&text(&case.given, "kind").expect("kind")).expect("a kind").clone();
            let decided = day(&case.given, "decided").expect("decided");
            let mut given = Given::new(&kind, decided);
            let mut content = std::collections::BTreeMap::new();
            for (field, value) in
                case.given.get("set").and_then(toml::Value::as_table).expect("set")
            {
                let value = value.as_str().expect("a text");
                // What the rule of publication does not ask for is content alone.
                drop(given.set(field, value));
                content.insert(field.clone(), value.to_owned());
            }
            let facts = Facts {
                question: given.question(),
                audience: kind.audience,
                basis: "unit-publication-list",
                exemption: "",
                withdrawn: day(&case.given, "withdrawn"),
                answer_by: day(&case.given, "answer_by"),
            };
            let disclosure = disclose(&facts, on, law).value;
            let contested = case.given.get("contested").is_some();
            let ground = Ground {
                kind: &kind,
                content: &content,
                decided,
                disclosure: &disclosure,
                contested,
            };
            let purpose = text(&case.given, "purpose").expect("purpose");
            let found = assess(law, &purpose, &[ground], on);
            let proposed: Vec<_> =
                found.proposals.iter().map(|one| one.measure.id.as_str()).collect();
            put("edition", found.edition.map_or("none", |one| &one.edition).to_owned());
            put("proposed", proposed.join(" "));
            let until = found.proposals.first().and_then(|one| one.until);
            put("until", until.map_or_else(|| "none".to_owned(), |until| until.to_string()));
        }
        "objection" => {
            for (key, value) in objection_answer(law, case) {
                put(&key, value);
            }
        }
        "repair" => {
            for (key, value) in repair_answer(law, case) {
                put(&key, value);
            }
        }
        "commitment" => {
            let from = day(&case.given, "from").expect("from");
            let due = match text(&case.given, "clock").as_deref() {
                Some("verification") => {
                    let days = text(&case.given, "days").and_then(|days| days.parse().ok());
                    Some(verified_by(law, from, days.expect("days")).value)
                }
                _ => taken_in_by(law, from).map(|due| due.value),
            };
            let shown = due.map_or_else(
                || "none".to_owned(),
                |due| if due.provisional { "unknown".to_owned() } else { due.date.to_string() },
            );
            put("due", shown);
            let (done, on) = (day(&case.given, "done"), day(&case.given, "on").expect("on"));
            let stands = due.map_or("none", |due| standing(law, due, done, on).as_str());
            put("standing", stands.to_owned());
        }
        other => panic!("{}: unknown rule {other}", case.name),
    }
    answer
}

/// Who looks into an objection, by when, and whether the subject's words may stand.
fn objection_answer(law: &Law, case: &Case) -> Vec<(String, String)> {
    let filed = day(&case.given, "filed").expect("filed");
    let own = is_own(&text(&case.given, "ground").expect("ground"), filed, law);
    let stage = if own.value { Stage::Filed } else { Stage::Forwarded };
    let days = Days { filed, answered: day(&case.given, "answered"), corrected: None };
    let shown = |day: Option<Date>| day.map_or_else(|| "none".to_owned(), |day| day.to_string());
    let due = stage.due(&days, law).expect("a clock");
    let mut answer = vec![
        ("own", own.value.to_string()),
        ("verified", (own.verified() && due.verified()).to_string()),
        ("clock", stage.clock().unwrap_or_default().to_owned()),
        ("due", due.value.date.to_string()),
        ("provisional", due.value.provisional.to_string()),
        ("answer_by", shown(stage.answer_by(&days, law))),
        ("carry_out_by", shown(Stage::Upheld.answer_by(&days, law))),
    ];
    if let Some(said) = text(&case.given, "statement") {
        let judged = statement(&said, filed, law);
        answer.push(("statement", judged.unwrap_or_else(|fault| fault.code().to_owned())));
    }
    answer.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// How an application for repair is judged, with every condition and every material in one line each.
fn repair_answer(law: &Law, case: &Case) -> Vec<(String, String)> {
    let kind = law.kind(&text(&case.given, "kind").expect("kind")).expect("a kind").clone();
    let decided = day(&case.given, "decided").expect("decided");
    let mut given = Given::new(&kind, decided);
    for (field, value) in
        case.given.get("set").and_then(toml::Value::as_table).into_iter().flatten()
    {
        given
            .set(field, value.as_str().expect("a text"))
            .unwrap_or_else(|error| panic!("{}: {}", case.name, error.message));
    }
    let known = Known {
        withdrawn: day(&case.given, "withdrawn"),
        performed: match text(&case.given, "performed").as_deref() {
            None => Proof::None,
            Some("handed-in") => Proof::HandedIn,
            Some(_) => Proof::Held(day(&case.given, "performed").expect("a day")),
        },
        committed: text(&case.given, "committed").as_deref() == Some("true"),
        barred_until: day(&case.given, "barred_until"),
        bar_unknown: text(&case.given, "barred").as_deref() == Some("unknown"),
    };
    let on = day(&case.given, "on").expect("on");
    let ruling = repair(&given.question(), &known, on, law);
    let value = ruling.value;
    let or_none = |day: Option<Date>| day.map_or_else(|| "none".to_owned(), |day| day.to_string());
    let conditions = value.conditions.iter().map(|condition| {
        let outcome = serde_json::to_value(condition.outcome).expect("a word");
        format!("{} {}", condition.id, outcome.as_str().expect("a word"))
    });
    let materials = value
        .materials
        .iter()
        .map(|material| format!("{}{}", material.id, if material.held { " held" } else { "" }));
    vec![
        ("standing".to_owned(), value.standing.as_str().to_owned()),
        ("conditions".to_owned(), conditions.collect::<Vec<_>>().join(", ")),
        ("materials".to_owned(), materials.collect::<Vec<_>>().join(", ")),
        ("procedure".to_owned(), value.procedure.clone()),
        ("entry".to_owned(), value.entry.as_str().to_owned()),
        ("from".to_owned(), or_none(value.from)),
        ("until".to_owned(), or_none(value.until)),
        ("complete".to_owned(), value.is_complete().to_string()),
    ]
}

#[test]
fn every_case_of_the_law_folder_leads_to_its_ruling() {
    let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
    let mut run = 0;
    let mut wrong = Vec::new();
    for (path, content) in Law::embedded_files() {
        if !path.starts_with("cases/") {
            continue;
        }
        let file: CaseFile =
            toml::from_str(&content).unwrap_or_else(|error| panic!("{path}: {error}"));
        for case in file.case {
            run += 1;
            let answer = answer(&law, &case);
            for (key, expected) in &case.expect {
                let expected = text(&case.expect, key).unwrap_or_else(|| expected.to_string());
                let got = text(&answer, key).unwrap_or_else(|| "(nothing)".to_owned());
                if got != expected {
                    wrong.push(format!(
                        "{path}: {}: {key} should be {expected}, is {got}",
                        case.name
                    ));
                }
            }
        }
    }
    assert!(run >= 60, "only {run} cases");
    assert!(wrong.is_empty(), "{} of {run} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_natural_person_is_public_on_no_day() {
    let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
    for kind in law.kinds().values() {
        for year in 2016..2030 {
            let decided = Date::new(year, 6, 1).expect("a date");
            let mut given = Given::new(kind, decided);
            given.category = PartyCategory::NaturalPerson;
            for offset in [0, 1, 100, 1000] {
                let facts = Facts {
                    question: given.question(),
                    audience: kind.audience,
                    basis: "unit-publication-list",
                    exemption: "",
                    withdrawn: None,
                    answer_by: None,
                };
                let on = decided.checked_add(jiff::Span::new().days(offset)).expect("a date");
                assert!(!disclose(&facts, on, &law).value.public, "{} {decided} {on}", kind.id);
            }
        }
    }
}
