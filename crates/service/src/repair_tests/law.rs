//! The law changes between an application and its decision: the day of the application holds, what changed is shown, a person judges.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use xinyong_domain::rules::repair::Standing;
use xinyong_domain::workflow::repair::{Event, Stage};

use super::*;
use crate::agents::tests::confirmed;
use crate::browse::public_record;
use crate::repairs::{apply, case, forecast, step};
use crate::testing::{desk, penalty};
use crate::{Clock, DeskOptions, Limits};

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copied(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file");
        }
    }
}

/// The law of the house with other entries: in a file, what stands after a mark instead of what.
fn law(folder: &tempfile::TempDir, name: &str, changes: &[(&str, &str, &str, &str)]) -> PathBuf {
    let to = folder.path().join(name);
    copied(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../law")), &to);
    for (file, mark, old, new) in changes {
        let path = to.join("parameters").join(file);
        let text = std::fs::read_to_string(&path).expect("a file");
        let (head, tail) = text.split_once(mark).unwrap_or_else(|| panic!("{mark} in {file}"));
        assert!(tail.contains(old), "{old} after {mark}");
        let text = format!("{head}{mark}{}", tail.replacen(old, new, 1));
        std::fs::write(&path, text).expect("a file");
    }
    to
}

/// The same database under another law.
async fn under(folder: &tempfile::TempDir, law: PathBuf, day: Date) -> Desk {
    let options = DeskOptions {
        database: format!("sqlite:{}", folder.path().join("desk.db").display()),
        key_file: folder.path().join("keys"),
        law: Some(law),
        clock: Clock::Fixed(day),
        limits: Limits::default(),
        scratch: folder.path().join("scratch"),
    };
    Desk::open(options, getrandom::fill).await.expect("a desk")
}

/// From 5 December 2026 other measures apply to the market-regulation site, a body above decides, and everybody has longer.
const NEW_MEASURES: [(&str, &str, &str, &str); 2] = [
    (
        "repair.toml",
        "from = 2025-12-25\nvalue = \"samr-107\"",
        "\nsource",
        "\nuntil = 2026-12-04\nsource",
    ),
    (
        "repair.toml",
        "id = \"repair.decide.samr.days\"",
        "from = 2025-12-25\n",
        "from = 2025-12-25\nuntil = 2026-12-04\n",
    ),
];

const MORE: &str = r#"
[[parameter.value]]
from = 2026-12-05
value = 30
source = "samr-order-107"
evidence = "text"
effect = "internal"
"#;

/// The entries that the changed law has beside.
const OTHERS: &str = r#"
[[parameter]]
id = "repair.conditions.samr-108"
label = "示例的新办法规定的条件"
unit = "list"

[[parameter.value]]
from = 2026-12-05
value = ["minimum-period", "harm-removed"]
source = "samr-order-107"
evidence = "text"
effect = "adverse"

[[parameter]]
id = "repair.decider.samr-108"
label = "示例的新办法：由谁决定是否修复"
unit = "choice"

[[parameter.value]]
from = 2026-12-05
value = "national"
source = "samr-order-107"
evidence = "text"
effect = "internal"
"#;

fn new_measures(folder: &tempfile::TempDir) -> PathBuf {
    let to = law(folder, "new-measures", &NEW_MEASURES);
    let path = to.join("parameters/repair.toml");
    let text = std::fs::read_to_string(&path).expect("a file");
    let of = |text: &str, id: &str, more: &str| {
        let at = text.find(&format!("id = \"{id}\"")).expect("a parameter");
        let end = text[at..].find("\n[[parameter]]\n").map_or(text.len(), |end| at + end);
        format!("{}\n{}{}", &text[..end], more.trim_start(), &text[end..])
    };
    let text = of(&text, "repair.decide.samr.days", MORE);
    let word = MORE.replace("value = 30", "value = \"samr-108\"");
    let text = of(&text, "repair.procedure.samr", &word);
    std::fs::write(&path, format!("{text}{OTHERS}")).expect("a file");
    to
}

#[tokio::test]
async fn the_procedure_is_that_of_the_day_of_the_application_and_said_so() {
    let folder = tempfile::tempdir().expect("folder");
    let (places, agent) = {
        let desk = desk(&folder, DAY).await;
        let places = [penalty(&desk, 1, 11, "0.2").await, penalty(&desk, 1, 12, "0.4").await];
        (places, confirmed(&desk, 0, 1).await)
    };
    let desk = under(&folder, new_measures(&folder), DAY).await;
    apply(&desk, &agent, form(&desk, &[places[0].1])).await.expect("applied");
    let before = item(&desk, &agent, places[0].1).await;
    let told = case(&desk, &clerk(), before).await.expect("shown");
    assert_eq!((told.rules.procedure.as_str(), told.changed.as_str()), ("samr-107", ""));
    assert_eq!(told.line.due.as_ref().map(|due| due.value.date), Some(date(2026, 12, 4)));
    let said = told.rules.explanation.join("");
    for part in ["2026-09-01作出决定", "第36号", "2026-12-01申请", "按申请之日施行的规定"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    step(&desk, &clerk(), doing(before, Event::Accept)).await.expect("accepted");

    // On the day after the change: nothing about it is otherwise, and whoever works on it is told that something else is in force.
    let later = desk.at(date(2026, 12, 7));
    let told = case(&later, &clerk(), before).await.expect("shown");
    assert!(told.changed.contains("施行了新的办法"), "{}", told.changed);
    assert_eq!(told.rules.procedure, "samr-107");
    assert!(told.rules.conditions.iter().all(|one| one.id != "harm-removed"));
    assert_eq!(told.line.due.as_ref().map(|due| due.value.date), Some(date(2026, 12, 10)));
    // What is applied for from now on follows the new measures.
    apply(&later, &agent, form(&later, &[places[1].1])).await.expect("applied");
    let after = item(&later, &agent, places[1].1).await;
    let told = case(&later, &clerk(), after).await.expect("shown");
    assert_eq!((told.rules.procedure.as_str(), told.changed.as_str()), ("samr-108", ""));
    assert!(told.rules.conditions.iter().any(|one| one.id == "harm-removed"));
    let said = told.rules.explanation.join("");
    assert!(said.contains("2026-12-07申请"), "{said}");
    step(&later, &clerk(), doing(after, Event::Accept)).await.expect("accepted");
    let told = case(&later, &clerk(), after).await.expect("shown");
    // Thirty working days, into a year whose calendar nobody has announced.
    let due = told.line.due.as_ref().expect("a clock").value;
    assert_eq!((due.date, due.provisional), (date(2027, 1, 18), true));

    for id in [before, after] {
        step(&later, &clerk(), doing(id, Event::Review)).await.expect("reviewed");
    }
    // The one the unit decides, the other a body above.
    let handed = refused(step(&later, &clerk(), doing(before, Event::Forward))).await;
    assert_eq!(handed.code(), "repair.unit-decides");
    let own = refused(step(&later, &reviewer(), doing(after, Event::Grant))).await;
    assert_eq!(own.code(), "repair.not-decider");
    let stage = step(&later, &reviewer(), doing(before, Event::Grant)).await.expect("granted");
    assert_eq!(stage, Stage::Granted);
    step(&later, &clerk(), doing(after, Event::Forward)).await.expect("handed on");
    step(&later, &office(), doing(after, Event::Refuse)).await.expect("written down");
    assert!(public_record(&later, places[0].0, places[0].1).await.is_err());
    assert!(public_record(&later, places[1].0, places[1].1).await.is_ok());
    sound(&later).await;
}

#[tokio::test]
async fn a_corrected_edition_does_not_undo_what_was_applied_for() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let places = [penalty(&desk, 1, 11, "0.2").await, penalty(&desk, 1, 12, "0.4").await];
    let agent = confirmed(&desk, 0, 1).await;
    apply(&desk, &agent, form(&desk, &[places[0].1])).await.expect("applied");
    let id = item(&desk, &agent, places[0].1).await;
    drop(desk);
    // Somebody found that six months was right all along.
    let longer = law(
        &folder,
        "longer",
        &[(
            "market-regulation.toml",
            "id = \"publicity.samr107.general.minimum\"",
            "value = 3",
            "value = 6",
        )],
    );
    let desk = under(&folder, longer, date(2026, 12, 2)).await;
    let told = forecast(&desk, &agent).await.expect("a forecast");
    let other = told.iter().find(|one| one.record.id == places[1].1).expect("the other");
    assert_eq!(other.ruling.value.standing, Standing::TooEarly);
    let error = refused(apply(&desk, &agent, form(&desk, &[places[1].1]))).await;
    assert_eq!(error.code(), "repair.too-early");
    assert!(error.to_string().contains("2027-03-01"), "{error}");

    let told = case(&desk, &clerk(), id).await.expect("shown");
    assert_eq!(told.rules.from, Some(DAY), "what was answered on the day holds");
    assert!(told.changed.contains("自2027-03-01起可以申请"), "{}", told.changed);
    for event in [Event::Accept, Event::Review] {
        step(&desk, &clerk(), doing(id, event)).await.expect("done");
    }
    step(&desk, &reviewer(), doing(id, Event::Grant)).await.expect("granted");
    assert_eq!(case(&desk, &clerk(), id).await.expect("shown").changed, "");
    sound(&desk).await;
}

#[tokio::test]
async fn who_works_on_it_is_told_that_it_ended_by_itself_meanwhile() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let last = desk.at(date(2027, 9, 1));
    apply(&last, &agent, form(&last, &[place.1])).await.expect("applied on the last day");
    let id = item(&last, &agent, place.1).await;
    assert_eq!(case(&last, &clerk(), id).await.expect("shown").changed, "");
    let next = desk.at(date(2027, 9, 2));
    assert!(public_record(&next, place.0, place.1).await.is_err());
    let told = case(&next, &clerk(), id).await.expect("shown");
    assert!(told.changed.contains("已自动停止公示"), "{}", told.changed);
    // The application is answered all the same, and stops where it is used.
    for event in [Event::Accept, Event::Review] {
        step(&next, &clerk(), doing(id, event)).await.expect("done");
    }
    step(&next, &reviewer(), doing(id, Event::Grant)).await.expect("granted");
    sound(&next).await;
}
