//! Lists that cut nothing off, files that only those open whom they concern, what the office may do for a unit, and contacts that are erased.

use jiff::ToSpan as _;

use super::*;

/// A public penalty of another unit, for a party.
async fn elsewhere(desk: &Desk, party: usize, number: u32) -> (i64, i64) {
    let place = penalty(desk, party, number, "0.2").await;
    // As if health had reported it.
    for table in ["record", "record_version"] {
        let column = if table == "record" { "id" } else { "record_id" };
        let text = format!("UPDATE {table} SET unit_id = 'health' WHERE {column} = {}", place.1);
        desk.store().raw_execute(&text).await.expect("moved");
    }
    place
}

#[tokio::test]
async fn a_list_cuts_nothing_off_and_a_unit_has_its_own_in_sql() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let agent = confirmed(&desk, 0, 1).await;
    let mut records = Vec::new();
    for number in 11..14 {
        records.push(penalty(&desk, 1, number, "0.2").await.1);
    }
    for record in &records {
        apply(&desk, &agent, form(&desk, &[*record])).await.expect("applied");
    }
    // As if there were many more of other units before them.
    let first = own_repairs(&desk, &agent).await.expect("a list")[0].id;
    let held = desk.store().repair_item(first).await.expect("asked").expect("kept");
    let mut tx = desk.store().transaction("test").await.expect("begun");
    for number in 0..120 {
        let new = RepairItem {
            id: desk.new_id(),
            record_id: 1_000 + number,
            unit_id: "health".to_owned(),
            applied_on: DAY.checked_sub(9.days()).expect("a day"),
            ..held.clone()
        };
        tx.add_repair_item(&new).await.expect("kept");
    }
    tx.commit().await.expect("committed");
    let (clerk, _) = team();
    let page = work(&desk, &clerk, false, 1).await.expect("work");
    assert_eq!((page.lines.len(), page.all, page.pages), (3, 3, 1));
    let board = board(&desk, &office()).await.expect("a board");
    let counts: Vec<usize> = board.iter().map(|unit| unit.open).collect();
    assert_eq!(counts, [120, 3], "all of them, the overdue first: {board:?}");
    assert_eq!((board[0].overdue, board[1].overdue), (120, 0));
    let told = figures(&desk, &clerk).await.expect("figures");
    assert_eq!((told.granted, told.steps.len()), (0, 0));
    // What is done is read by the page.
    desk.store()
        .raw_execute("DELETE FROM repair_item WHERE record_id < 2000 AND unit_id = 'health'")
        .await
        .expect("gone");
    for line in own_repairs(&desk, &agent).await.expect("a list") {
        withdraw(&desk, &agent, line.id).await.expect("taken back");
    }
    let page = work(&desk, &clerk, true, 9).await.expect("done");
    assert_eq!((page.lines.len(), page.page, page.pages, page.all), (3, 1, 1, 3));
}

#[tokio::test]
async fn what_is_handed_in_for_one_record_only_its_unit_opens() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let agent = confirmed(&desk, 0, 1).await;
    let own = penalty(&desk, 1, 11, "0.2").await;
    let other = elsewhere(&desk, 1, 12).await;
    let file = Some(scan(&desk, "all.pdf", b"%PDF-1.7 for both"));
    let command = Apply { file, ..form(&desk, &[own.1, other.1]) };
    apply(&desk, &agent, command).await.expect("applied");
    let (clerk, _) = team();
    let health = person("health", Role::Clerk, "health");
    let mine = work(&desk, &clerk, false, 1).await.expect("work").lines[0].id;
    let theirs = work(&desk, &health, false, 1).await.expect("work").lines[0].id;
    // What came with the form is for both; what was missing for one of them is for its unit.
    step(&desk, &clerk, doing(mine, Event::Ask)).await.expect("asked");
    let file = Some(scan(&desk, "proof.pdf", b"%PDF-1.7 a secret"));
    supply(&desk, &agent, Supply { item: mine, words: String::new(), file }).await.expect("given");
    assert_eq!(case(&desk, &clerk, mine).await.expect("shown").materials.len(), 2);
    assert_eq!(case(&desk, &health, theirs).await.expect("shown").materials.len(), 1);
    assert!(material(&desk, &clerk, mine, 2).await.is_ok());
    assert!(material(&desk, &health, theirs, 1).await.is_ok());
    assert_eq!(refused(material(&desk, &health, theirs, 2)).await, "not-found");
    assert_eq!(refused(material(&desk, &health, mine, 2)).await, "access.denied");
    assert_eq!(own_case(&desk, &agent, theirs).await.expect("shown").materials.len(), 1);
}

#[tokio::test]
async fn the_office_takes_no_step_of_a_unit_that_is_here_and_says_for_whom_otherwise() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let agent = confirmed(&desk, 0, 1).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    // The unit has nobody here: what it has put in writing is entered for it, and marked.
    let shown = case(&desk, &office(), id).await.expect("shown");
    assert!(shown.stands_in && shown.may.contains(&Event::Accept));
    let silent = Step { document: String::new(), ..doing(id, Event::Accept) };
    assert_eq!(refused(step(&desk, &office(), silent)).await, "repair.document-missing");
    step(&desk, &office(), doing(id, Event::Accept)).await.expect("entered");
    let shown = case(&desk, &office(), id).await.expect("shown");
    let last = shown.steps.last().expect("a step");
    assert_eq!(last.behalf, "平陆县市场监督管理局");
    // Once somebody of the unit is here, it is theirs.
    account(&desk, "clerk", Role::Clerk, UNIT).await;
    let shown = case(&desk, &office(), id).await.expect("shown");
    assert!(!shown.may.contains(&Event::Review), "{:?}", shown.may);
    for event in [Event::Review, Event::Forward] {
        let taken = refused(step(&desk, &office(), doing(id, event))).await;
        assert!(
            ["repair.not-the-unit", "repair.out-of-order"].contains(&taken),
            "{event:?} {taken}"
        );
    }
    // A unit with a clerk alone cannot decide: its written decision is entered by two persons of the office.
    let (clerk, _) = team();
    step(&desk, &clerk, doing(id, Event::Review)).await.expect("reviewed");
    step(&desk, &office(), doing(id, Event::Refuse)).await.expect("entered");
    sound(&desk).await;
}

#[tokio::test]
async fn who_came_to_the_window_is_forgotten() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let visitor = Visitor { name: "示例来人".to_owned(), telephone: "0359-0000000".to_owned() };
    let file = Some(scan(&desk, "paper.pdf", b"%PDF-1.7 example"));
    let command = Apply { file, ..form(&desk, &[place.1]) };
    apply_at_window(&desk, &office(), &code(1), visitor, command).await.expect("entered");
    let (clerk, _) = team();
    let id = work(&desk, &clerk, false, 1).await.expect("work").lines[0].id;
    let system = Actor::system("system");
    let after = |days: i32| desk.at(DAY.checked_add(days.days()).expect("a day"));
    assert_eq!(erase_visitors(&after(900), &system).await.expect("ran"), 0, "not over");
    withdraw_at_window(&desk, &office(), id, "示例来人书面撤回").await.expect("over");
    assert_eq!(erase_visitors(&after(180), &system).await.expect("ran"), 0, "not yet");
    assert_eq!(erase_visitors(&after(181), &system).await.expect("ran"), 1);
    assert_eq!(erase_visitors(&after(182), &system).await.expect("ran"), 0);
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert!(shown.visitor.is_none() && shown.way == "window");
    assert_eq!(refused(erase_visitors(&desk, &clerk)).await, "access.denied");
    sound(&desk).await;
}

#[tokio::test]
async fn what_a_stopped_process_left_pending_for_a_record_that_is_down_ends() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let agent = confirmed(&desk, 0, 1).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    let record = desk.store().record(place.0, place.1).await.expect("asked").expect("kept");
    let mut tx = desk.store().transaction("test").await.expect("begun");
    tx.withdraw_record(&Withdrawal {
        subject_id: place.0,
        id: place.1,
        expected: record.version,
        on: DAY,
        at: desk.clock().now(),
        reason: "示例".to_owned(),
        actor: "clerk".to_owned(),
        second: None,
        law_edition: desk.law().edition().to_owned(),
        citations: "[]".to_owned(),
    })
    .await
    .expect("down");
    tx.commit().await.expect("committed");
    let system = Actor::system("system");
    assert_eq!(lapse_withdrawn(&desk, &system).await.expect("ran"), 1);
    assert_eq!(lapse_withdrawn(&desk, &system).await.expect("ran"), 0);
    assert_eq!(own_case(&desk, &agent, id).await.expect("shown").line.stage, Stage::Lapsed);
    sound(&desk).await;
}
