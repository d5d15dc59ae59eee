//! What the county holds is not asked for; who is told, and once; what was found to be false; what a court shields.

use super::*;
use crate::law::{Confirm, confirm};
use crate::testing::{company, penalty_with};

pub(super) fn note(place: (i64, i64), what: &str, done_on: Date) -> NoteDuty {
    NoteDuty {
        subject: place.0,
        record: place.1,
        what: what.to_owned(),
        done_on,
        document: "示例缴款书〔2026〕5号".to_owned(),
    }
}

/// Two persons confirm an entry of law.
pub(super) async fn verified(desk: &Desk, parameter: &str, value: &str) {
    let command = Confirm {
        parameter: parameter.to_owned(),
        from: if parameter == "repair.false.restore" { date(2026, 4, 1) } else { date(2023, 5, 1) },
        value: value.to_owned(),
        text: "示例原文".to_owned(),
        second: "second-person".to_owned(),
    };
    confirm(desk, &Actor::system("first-person"), command).await.expect("confirmed");
}

#[tokio::test]
async fn what_the_unit_has_noted_nobody_is_asked_for() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, _) = team();
    let elsewhere = person("other", Role::Clerk, "tax");
    let day = date(2026, 9, 10);
    assert_eq!(
        refused(note_duty(&desk, &elsewhere, note(place, "paid", day))).await,
        "repair.not-the-unit"
    );
    assert_eq!(
        refused(note_duty(&desk, &office(), note(place, "paid", day))).await,
        "repair.not-the-unit"
    );
    for (command, code) in [
        (note(place, "forgiven", day), "repair.duty-missing"),
        (note(place, "paid", date(2026, 8, 31)), "repair.duty-day"),
        (note(place, "paid", date(2026, 12, 2)), "repair.duty-day"),
        (NoteDuty { document: " ".to_owned(), ..note(place, "paid", day) }, "repair.duty-document"),
    ] {
        assert_eq!(refused(note_duty(&desk, &clerk, command)).await, code);
    }
    let proof = |told: &Forecast| {
        told.ruling.value.conditions.iter().find(|one| one.id == "performed").map(|one| one.outcome)
    };
    let paid = note_duty(&desk, &clerk, note(place, "paid", day)).await.expect("noted");
    let told = forecast(&desk, &agent).await.expect("a forecast");
    // Half of it proves nothing, and is shown.
    assert_eq!((proof(&told[0]), told[0].proofs.len()), (Some(Outcome::Judge), 1));
    note_duty(&desk, &clerk, note(place, "corrected", date(2026, 9, 20))).await.expect("noted");
    let told = forecast(&desk, &agent).await.expect("a forecast");
    assert_eq!(proof(&told[0]), Some(Outcome::Met));
    let material = told[0].ruling.value.materials.iter().find(|one| one.id == "performance");
    assert!(material.is_none_or(|one| one.held), "{material:?}");
    assert!(told[0].proofs[0].document.contains("缴款书"));
    // What was noted wrongly is taken back with a reason, and both stay.
    assert_eq!(
        refused(take_back_duty(&desk, &clerk, place, paid, " ")).await,
        "repair.duty-reason"
    );
    take_back_duty(&desk, &clerk, place, paid, "记错了文号").await.expect("taken back");
    assert_eq!(refused(take_back_duty(&desk, &clerk, place, paid, "再次")).await, "not-found");
    let told = forecast(&desk, &agent).await.expect("a forecast");
    assert_eq!((proof(&told[0]), told[0].proofs.len()), (Some(Outcome::Judge), 1));
    let shown = record_repair(&desk, &clerk, place).await.expect("shown");
    assert_eq!((shown.duties.len(), shown.duties[0].taken_back.as_str()), (2, "记错了文号"));
    assert!(shown.own && !record_repair(&desk, &office(), place).await.expect("shown").own);
    assert_eq!(refused(record_repair(&desk, &elsewhere, place)).await, "access.denied");
    // What was held on the day of the application stands in what is kept with it.
    note_duty(&desk, &clerk, note(place, "paid", day)).await.expect("noted");
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    let shown = case(&desk, &clerk, id).await.expect("shown");
    let kept = shown.rules.conditions.iter().find(|one| one.id == "performed");
    assert_eq!(
        kept.map(|one| (one.outcome, one.from)),
        Some((Outcome::Met, Some(date(2026, 9, 20))))
    );
    assert_eq!(shown.duties.len(), 3);
    sound(&desk).await;
    // Nobody changes a note unseen.
    desk.store()
        .raw_execute("UPDATE record_duty SET document = 'x' WHERE seq = 2")
        .await
        .expect("damaged");
    let report = crate::running::fsck(&desk).await.expect("checked");
    assert!(report.problems.iter().any(|one| one.table == "record_duty"), "{:?}", report.problems);
}

#[tokio::test]
async fn who_acts_for_a_subject_is_told_once_a_month_before_and_on_the_day() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let stranger = confirmed(&desk, 1, 2).await;
    let system = Actor::system("system");
    let told = async |day: Date| {
        let there = desk.at(day);
        tell_agents(&there, &system).await.expect("ran");
        tell_agents(&there, &system).await.expect("ran again");
        own_messages(&there, &agent.actor).await.expect("read")
    };
    assert_eq!(told(date(2026, 10, 31)).await.len(), 0);
    let first = told(date(2026, 11, 1)).await;
    assert!(first[0].text.contains("2026-12-01") && !first[0].read, "{first:?}");
    assert_eq!(first[0].record, Some(place.1));
    assert_eq!(first[0].firm.as_ref().map(|firm| firm.0.clone()), Some(company(1)));
    assert!(!first[0].text.contains("示例"), "no subject in what may leave the building");
    assert_eq!(told(date(2026, 11, 20)).await.len(), 1, "not again");
    let second = told(DAY).await;
    assert_eq!((second.len(), second[0].read, second[1].read), (2, false, true));
    // A night that was missed is made up for, and nothing is said twice.
    assert_eq!(told(date(2026, 12, 9)).await.len(), 2);
    assert!(own_messages(&desk, &stranger.actor).await.expect("read").is_empty());
    assert_eq!(refused(tell_agents(&desk, &team().0)).await, "access.denied");
    // Steps that others take are told, one's own are not.
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    let (clerk, _) = team();
    step(&desk, &clerk, doing(id, Event::Ask)).await.expect("asked");
    let all = own_messages(&desk, &agent.actor).await.expect("read");
    assert_eq!((all.len(), all[0].item), (3, Some(id)));
    assert!(all[0].text.contains("一次性告知补正"), "{all:?}");
    withdraw(&desk, &agent, id).await.expect("taken back");
    assert_eq!(own_messages(&desk, &agent.actor).await.expect("read").len(), 3);
    sound(&desk).await;
}

#[tokio::test]
async fn whom_a_unit_should_tell() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let places = [penalty(&desk, 1, 11, "0.2").await, penalty(&desk, 2, 12, "0.4").await];
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, _) = team();
    let early = desk.at(date(2026, 11, 30));
    assert_eq!(urge_list(&early, &clerk, 1).await.expect("a list").all, 0, "nobody can apply yet");
    let list = urge_list(&desk, &clerk, 7).await.expect("a list");
    assert_eq!((list.all, list.page, list.pages), (2, 1, 1));
    let mut names: Vec<_> = list.lines.iter().map(|line| line.party.clone()).collect();
    names.sort();
    assert_eq!(names, [company(1), company(2)]);
    assert_eq!(urge_list(&desk, &office(), 1).await.expect("a list").all, 2);
    let elsewhere = person("other", Role::Clerk, "tax");
    assert_eq!(urge_list(&desk, &elsewhere, 1).await.expect("a list").all, 0);
    // Two lines are read as often as one would be: what stands beside a portion of records is asked for at once.
    let begun = desk.store().reads();
    urge_list(&desk, &clerk, 1).await.expect("a list");
    let two = desk.store().reads() - begun;
    penalty(&desk, 3, 13, "0.4").await;
    let begun = desk.store().reads();
    assert_eq!(urge_list(&desk, &clerk, 1).await.expect("a list").all, 3);
    assert_eq!(desk.store().reads() - begun, two, "another subject, and no read more");
    // Who has applied needs no urging; nor does a record that is down.
    apply(&desk, &agent, form(&desk, &[places[0].1])).await.expect("applied");
    let table = urge_table(&desk, &clerk).await.expect("a table");
    let text = String::from_utf8(table).expect("text");
    assert!(
        text.starts_with('\u{feff}') && text.contains(&company(2)) && !text.contains(&company(1))
    );
    let late = desk.at(date(2027, 9, 2));
    assert_eq!(urge_list(&late, &clerk, 1).await.expect("a list").all, 0, "ended by itself");
}

/// The list asks the rule once for all records of which it asks the same. What it says of each is what the rule says of it alone.
#[tokio::test]
async fn the_list_says_of_each_record_what_its_own_page_says() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let (clerk, _) = team();
    let mut places = vec![penalty(&desk, 0, 30, "0.2").await, penalty(&desk, 1, 31, "0.2").await];
    for (party, number, cells) in [
        (2, 32, [("处罚决定日期", "2026/03/02"), ("公示系统", "信用网站")]),
        (3, 33, [("处罚决定日期", "2026/03/02"), ("公示系统", "国家企业信用信息公示系统")]),
        (4, 34, [("处罚领域", "安全生产"), ("处罚决定日期", "2025/11/03")]),
        (5, 35, [("处罚领域", "其他领域"), ("处罚决定日期", "2025/11/03")]),
        (6, 36, [("公示系统", "国家企业信用信息公示系统"), ("处罚决定日期", "2026/09/01")]),
    ] {
        places.push(penalty_with(&desk, party, number, "0.2", &cells).await);
    }
    note_duty(&desk, &clerk, note(places[1], "paid", date(2026, 9, 20))).await.expect("noted");
    note_duty(&desk, &clerk, note(places[1], "corrected", date(2026, 9, 21))).await.expect("noted");
    let mut seen = std::collections::BTreeSet::new();
    for day in [date(2026, 11, 30), DAY, date(2027, 2, 1), date(2027, 9, 2), date(2029, 3, 3)] {
        let desk = desk.at(day);
        let mut listed: Vec<_> = to_urge(&desk, &clerk)
            .await
            .expect("a list")
            .into_iter()
            .map(|line| (line.record, line.from, line.until, line.performed))
            .collect();
        listed.sort_unstable();
        let mut alone = Vec::new();
        for place in &places {
            let record = desk.store().record(place.0, place.1).await.expect("read").expect("kept");
            let public = public_record(&desk, place.0, place.1).await.is_ok();
            let told = record_repair(&desk, &clerk, *place).await.expect("shown").forecast;
            let ruling = &told.ruling.value;
            if public && ruling.standing == Standing::Open {
                let performed = place == &places[1];
                alone.push((record.id, ruling.from, ruling.until, performed));
            }
        }
        alone.sort_unstable();
        assert_eq!(listed, alone, "{day}");
        seen.insert(listed.len());
    }
    assert!(seen.len() > 2, "the days tell something apart: {seen:?}");
}

/// A repair that was granted.
pub(super) async fn granted(desk: &Desk, place: (i64, i64), agent: &Agent) -> i64 {
    let (clerk, reviewer) = team();
    apply(desk, agent, form(desk, &[place.1])).await.expect("applied");
    let id = item(desk, agent).await;
    for event in [Event::Accept, Event::Review] {
        step(desk, &clerk, doing(id, event)).await.expect("done");
    }
    step(desk, &reviewer, doing(id, Event::Grant)).await.expect("granted");
    id
}

pub(super) fn finding(item: i64, restore: bool) -> ProposeFinding {
    ProposeFinding {
        item,
        what: "false-materials".to_owned(),
        document: "示例核查笔录〔2026〕3号".to_owned(),
        reason: "缴款凭证系伪造，当事人承认".to_owned(),
        restore,
    }
}

#[tokio::test]
async fn false_materials_are_found_by_two_and_undo_what_rested_on_them() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let places = [penalty(&desk, 1, 11, "0.2").await, penalty(&desk, 1, 12, "0.4").await];
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    let id = granted(&desk, places[0], &agent).await;
    assert_eq!(
        refused(propose_finding(&desk, &office(), finding(id, false))).await,
        "repair.not-the-unit"
    );
    for (command, code) in [
        (ProposeFinding { what: "x".to_owned(), ..finding(id, false) }, "repair.finding-missing"),
        (
            ProposeFinding { document: String::new(), ..finding(id, false) },
            "repair.finding-document",
        ),
        (ProposeFinding { reason: String::new(), ..finding(id, false) }, "repair.finding-reason"),
        // Nobody has verified that a record may be shown again.
        (finding(id, true), "repair.restore-unconfirmed"),
    ] {
        assert_eq!(refused(propose_finding(&desk, &clerk, command)).await, code);
    }
    verified(&desk, "repair.false.restore", "true").await;
    verified(&desk, "repair.ban.months", "36").await;
    let found = propose_finding(&desk, &reviewer, finding(id, true)).await.expect("proposed");
    assert_eq!(
        refused(propose_finding(&desk, &clerk, finding(id, true))).await,
        "repair.finding-open"
    );
    assert_eq!(
        refused(decide_finding(&desk, &reviewer, found, true, "x")).await,
        "repair.same-person"
    );
    assert_eq!(refused(decide_finding(&desk, &clerk, found, true, "x")).await, "access.denied");
    let second = person("second", Role::Reviewer, UNIT);
    assert_eq!(
        refused(decide_finding(&desk, &second, found, true, " ")).await,
        "repair.finding-reason"
    );
    assert!(public_record(&desk, places[0].0, places[0].1).await.is_err(), "nothing before");
    decide_finding(&desk, &second, found, true, "事实清楚").await.expect("decided");
    assert_eq!(
        refused(decide_finding(&desk, &second, found, true, "x")).await,
        "repair.finding-decided"
    );

    // Public again, until its own last day and not beyond.
    assert!(public_record(&desk, places[0].0, places[0].1).await.is_ok());
    let last = desk.at(date(2027, 9, 1));
    assert!(public_record(&last, places[0].0, places[0].1).await.is_ok());
    let over = desk.at(date(2027, 9, 2));
    assert!(public_record(&over, places[0].0, places[0].1).await.is_err());
    let shown = own_case(&desk, &agent, id).await.expect("shown");
    assert!(shown.findings[0].consequence.contains("2029-11-30"), "{:?}", shown.findings);
    let message = own_messages(&desk, &agent.actor).await.expect("read");
    assert!(message[0].text.contains("不利的认定"));
    // Barred for all records, from a day on no more.
    let error = apply(&desk, &agent, form(&desk, &[places[1].1])).await.expect_err("barred");
    assert_eq!(error.code(), "repair.barred");
    assert!(error.to_string().contains("2029-12-01"), "{error}");
    sound(&desk).await;
}

#[tokio::test]
async fn a_finding_may_be_declined_and_an_unverified_term_bars_nobody() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let places = [penalty(&desk, 1, 11, "0.2").await, penalty(&desk, 1, 12, "0.4").await];
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    let id = granted(&desk, places[0], &agent).await;
    let one = propose_finding(&desk, &clerk, finding(id, false)).await.expect("proposed");
    decide_finding(&desk, &reviewer, one, false, "证据不足").await.expect("declined");
    let other = propose_finding(&desk, &clerk, finding(id, false)).await.expect("proposed again");
    decide_finding(&desk, &reviewer, other, true, "事实清楚").await.expect("decided");
    let shown = case(&desk, &clerk, id).await.expect("shown");
    let states: Vec<&str> = shown.findings.iter().map(|one| one.state.as_str()).collect();
    assert_eq!(states, ["declined", "confirmed"]);
    assert!(shown.findings[1].consequence.contains("由人判断"));
    // The term is from memory: the application comes in, and a person sees it.
    apply(&desk, &agent, form(&desk, &[places[1].1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    let shown = case(&desk, &clerk, id).await.expect("shown");
    let bar = shown.rules.conditions.iter().find(|one| one.id == "not-banned");
    assert_eq!(bar.map(|one| one.outcome), Some(Outcome::Judge));
    sound(&desk).await;
}

pub(super) fn ruling(desk: &Desk, place: (i64, i64), until: Option<Date>) -> EnterShield {
    EnterShield {
        subject: place.0,
        record: place.1,
        court: "示例县人民法院".to_owned(),
        ruling: "（2026）示破1号".to_owned(),
        ruled_on: Some(date(2026, 11, 20)),
        until,
        file: Some(scan(desk, "ruling.pdf", b"%PDF-1.7 a ruling")),
    }
}

#[tokio::test]
async fn a_court_shields_a_record_until_two_persons_lift_it() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, reviewer) = team();
    let elsewhere = person("other", Role::Clerk, "tax");
    let until = Some(date(2027, 3, 1));
    for (command, code) in [
        (
            EnterShield { court: " ".to_owned(), ..ruling(&desk, place, until) },
            "repair.shield-court",
        ),
        (
            EnterShield { ruling: " ".to_owned(), ..ruling(&desk, place, until) },
            "repair.shield-ruling",
        ),
        (EnterShield { ruled_on: None, ..ruling(&desk, place, until) }, "repair.shield-day"),
        (
            EnterShield { until: Some(date(2026, 11, 30)), ..ruling(&desk, place, until) },
            "repair.shield-day",
        ),
        (EnterShield { file: None, ..ruling(&desk, place, until) }, "repair.shield-file"),
    ] {
        assert_eq!(refused(enter_shield(&desk, &clerk, command)).await, code);
    }
    assert_eq!(
        refused(enter_shield(&desk, &elsewhere, ruling(&desk, place, until))).await,
        "access.denied"
    );
    let id = enter_shield(&desk, &clerk, ruling(&desk, place, until)).await.expect("entered");
    let twice = refused(enter_shield(&desk, &clerk, ruling(&desk, place, until))).await;
    assert_eq!(twice, "repair.shield-already");
    assert!(
        public_record(&desk, place.0, place.1).await.is_ok(),
        "nothing before the second person"
    );
    assert_eq!(refused(decide_shield(&desk, &clerk, id, true, "")).await, "access.denied");
    decide_shield(&desk, &reviewer, id, true, "").await.expect("confirmed");
    assert_eq!(refused(public_record(&desk, place.0, place.1)).await, "not-found");
    let shown = shield(&desk, &clerk, id).await.expect("shown");
    let open: Vec<&str> =
        shown.places.iter().filter(|one| one.at.is_none()).map(|one| one.place.as_str()).collect();
    assert_eq!(open.len(), 3, "{open:?}");
    assert!(!shown.places.iter().any(|one| one.place == "log"));
    confirm_shield_place(&desk, &clerk, id, "upper", "回执1号").await.expect("noted");
    assert_eq!(confirm_shields(&desk, &Actor::system("system")).await.expect("ran"), 0);
    assert_eq!(shield_file(&desk, &clerk, id).await.expect("a file").0, b"%PDF-1.7 a ruling");
    sound(&desk).await;
    // No file of the unit brings it back.
    penalty(&desk, 1, 11, "0.3").await;
    assert_eq!(refused(public_record(&desk, place.0, place.1)).await, "not-found");
    // The day in the ruling lifts nothing by itself; it is seen.
    let later = desk.at(date(2027, 3, 2));
    assert!(shields(&later, &office(), false, 1).await.expect("a list").0[0].past);
    assert_eq!(refused(public_record(&later, place.0, place.1)).await, "not-found");
    assert!(shields(&later, &elsewhere, false, 1).await.expect("a list").0.is_empty());

    let lift = (Lift::Ended, "重整计划没有执行", "（2027）示破1号之二");
    propose_lift(&later, &reviewer, id, lift).await.expect("proposed");
    assert_eq!(refused(propose_lift(&later, &clerk, id, lift)).await, "repair.shield-decided");
    assert_eq!(refused(decide_lift(&later, &reviewer, id, true, "")).await, "repair.same-person");
    let second = person("second", Role::Reviewer, UNIT);
    assert_eq!(
        refused(decide_lift(&later, &second, id, false, " ")).await,
        "repair.reason-missing"
    );
    decide_lift(&later, &second, id, false, "还在执行").await.expect("kept");
    propose_lift(&later, &reviewer, id, lift).await.expect("proposed again");
    decide_lift(&later, &second, id, true, "").await.expect("lifted");
    let public = public_record(&later, place.0, place.1).await.expect("public again");
    assert!(format!("{:?}", public.fields).contains("0.3"), "what was reported last");
    // Down for a time is no correction, and what was declined stays with who and why.
    let reported = crate::browse::times_reported(&later, place.0, place.1).await.expect("counted");
    assert_eq!(reported, 2);
    let shown = shield(&later, &clerk, id).await.expect("shown");
    assert_eq!(shown.declined_lifts.len(), 1);
    assert_eq!(shown.declined_lifts[0].0.declined_reason, "还在执行");
    let over = desk.at(date(2027, 9, 2));
    assert!(public_record(&over, place.0, place.1).await.is_err(), "not beyond its own last day");
    assert_eq!(shields(&later, &clerk, true, 1).await.expect("a list").1, 1);
    let (beyond, all, page) = shields(&later, &clerk, true, 9).await.expect("a list");
    assert_eq!((beyond.len(), all, page), (1, 1, 1), "past the end is the last page");
    sound(&later).await;
}

#[tokio::test]
async fn what_was_carried_out_stays_down_and_what_was_declined_never_went() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let (clerk, reviewer) = team();
    let second = person("second", Role::Reviewer, UNIT);
    let id = enter_shield(&desk, &clerk, ruling(&desk, place, None)).await.expect("entered");
    assert_eq!(
        refused(decide_shield(&desk, &reviewer, id, false, "")).await,
        "repair.reason-missing"
    );
    decide_shield(&desk, &reviewer, id, false, "裁定书与信息不符").await.expect("declined");
    assert!(public_record(&desk, place.0, place.1).await.is_ok());
    let id = enter_shield(&desk, &clerk, ruling(&desk, place, None)).await.expect("entered anew");
    decide_shield(&desk, &reviewer, id, true, "").await.expect("confirmed");
    let lift = (Lift::Performed, "重整计划执行完毕", "（2026）示破1号之三");
    propose_lift(&desk, &clerk, id, lift).await.expect("proposed");
    // Who has applied meanwhile is told that it is done, and that it was no withdrawal.
    let agent = confirmed(&desk, 0, 1).await;
    decide_lift(&desk, &second, id, true, "").await.expect("lifted");
    let shown = shield(&desk, &clerk, id).await.expect("shown");
    let log = shown.places.iter().find(|one| one.place == "log").expect("a final repair");
    assert!(log.at.is_some(), "what proves the past is destroyed");
    confirm_shield_place(&desk, &clerk, id, "national", "回执2号").await.expect("noted");
    let told = own_messages(&desk, &agent.actor).await.expect("read");
    assert!(told[0].text.contains("最终修复") && told[0].record == Some(place.1), "{told:?}");
    assert_eq!(refused(public_record(&desk, place.0, place.1)).await, "not-found");
    penalty(&desk, 1, 11, "0.3").await;
    assert_eq!(refused(public_record(&desk, place.0, place.1)).await, "not-found");
    sound(&desk).await;
}
