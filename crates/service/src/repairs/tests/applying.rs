//! Applying: by whom, with what, and what was missing.

use super::*;

#[tokio::test]
async fn nobody_applies_for_another_nor_without_a_commitment() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let stranger = confirmed(&desk, 1, 2).await;
    let agent = confirmed(&desk, 0, 1).await;
    assert_eq!(refused(apply(&desk, &stranger, form(&desk, &[place.1]))).await, "not-found");
    for (change, code) in [
        (Apply { agreed: false, ..form(&desk, &[place.1]) }, "repair.not-agreed"),
        (
            Apply { commitment: "x".to_owned(), ..form(&desk, &[place.1]) },
            "repair.commitment-changed",
        ),
        (form(&desk, &[]), "repair.no-records"),
        (Apply { entry: "x".to_owned(), ..form(&desk, &[place.1]) }, "repair.entry-invalid"),
        (Apply { words: "长".repeat(501), ..form(&desk, &[place.1]) }, "repair.words-too-long"),
    ] {
        assert_eq!(refused(apply(&desk, &agent, change)).await, code);
    }
    // Files that are none: empty, a program under another name, with a password.
    for (name, bytes, code) in [
        ("a.pdf", &b""[..], "file.empty"),
        ("b.pdf", b"MZ\x90\x00 a program", "file.type-invalid"),
        ("c.pdf", b"%PDF-1.7 /Encrypt 5 0 R", "file.encrypted"),
    ] {
        let file = Some(scan(&desk, name, bytes));
        let command = Apply { file, ..form(&desk, &[place.1]) };
        assert_eq!(refused(apply(&desk, &agent, command)).await, code, "{name}");
    }
    assert!(own_repairs(&desk, &agent).await.expect("a list").is_empty());
    // Another's form, sent again by a stranger, tells nothing.
    let command = form(&desk, &[place.1]);
    apply(&desk, &agent, command.clone()).await.expect("applied");
    assert_eq!(refused(apply(&desk, &stranger, command)).await, "repair.entry-invalid");
    let id = item(&desk, &agent).await;
    assert_eq!(refused(own_case(&desk, &stranger, id)).await, "not-found");
    assert_eq!(refused(withdraw(&desk, &stranger, id)).await, "not-found");
    // Past its last day nothing is to be applied for.
    let late = desk.at(date(2027, 9, 2));
    assert_eq!(refused(apply(&late, &agent, form(&late, &[place.1]))).await, "repair.ended");
    sound(&desk).await;
}

#[tokio::test]
async fn what_is_missing_is_said_once_and_the_subject_may_take_it_back() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let agent = confirmed(&desk, 0, 1).await;
    let (clerk, reviewer) = team();
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied");
    let id = item(&desk, &agent).await;
    let silent = Step { reason: String::new(), ..doing(id, Event::Ask) };
    assert_eq!(refused(step(&desk, &clerk, silent)).await, "repair.reason-missing");
    step(&desk, &clerk, doing(id, Event::Ask)).await.expect("asked");
    let own = own_case(&desk, &agent, id).await.expect("shown");
    assert_eq!(own.may, [Event::Supply, Event::Withdraw]);
    let nothing = Supply { item: id, ..Supply::default() };
    assert_eq!(refused(supply(&desk, &agent, nothing)).await, "repair.supply-empty");
    let file = Some(scan(&desk, "proof.pdf", b"%PDF-1.7 example"));
    supply(&desk, &agent, Supply { item: id, words: String::new(), file }).await.expect("given");
    assert_eq!(refused(step(&desk, &clerk, doing(id, Event::Ask))).await, "repair.out-of-order");
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.materials.len(), 1);
    let (bytes, kind) = material(&desk, &clerk, id, 1).await.expect("a file");
    assert_eq!((bytes.as_slice(), kind.as_str()), (&b"%PDF-1.7 example"[..], "pdf"));
    // A clerk does not decide; a reviewer says why.
    assert_eq!(refused(step(&desk, &clerk, doing(id, Event::Decline))).await, "access.denied");
    withdraw(&desk, &agent, id).await.expect("taken back");
    assert_eq!(
        refused(step(&desk, &reviewer, doing(id, Event::Decline))).await,
        "repair.out-of-order"
    );
    // And may ask anew.
    apply(&desk, &agent, form(&desk, &[place.1])).await.expect("applied again");
    sound(&desk).await;
}

#[tokio::test]
async fn at_the_window_there_is_a_scan_and_somebody_to_call() {
    let folder = tempfile::tempdir().expect("folder");
    let desk = desk(&folder, DAY).await;
    let place = penalty(&desk, 1, 11, "0.2").await;
    let office = office();
    let (clerk, _) = team();
    let visitor =
        || Visitor { name: "示例来人".to_owned(), telephone: "0359-0000000".to_owned() };
    let file = || Some(scan(&desk, "paper.pdf", b"%PDF-1.7 example"));
    let known = forecast_for_window(&desk, &office, &code(1)).await.expect("known");
    assert_eq!(known.records.len(), 1);
    let command = || Apply { file: file(), ..form(&desk, &[place.1]) };
    let denied = apply_at_window(&desk, &clerk, &code(1), visitor(), command()).await;
    assert_eq!(denied.expect_err("not a clerk's").code(), "access.denied");
    let without = Apply { file: None, ..command() };
    let missing = apply_at_window(&desk, &office, &code(1), visitor(), without).await;
    assert_eq!(missing.expect_err("no scan").code(), "repair.scan-missing");
    let nobody = apply_at_window(&desk, &office, &code(1), Visitor::default(), command()).await;
    assert_eq!(nobody.expect_err("nobody").code(), "repair.visitor-missing");
    apply_at_window(&desk, &office, &code(1), visitor(), command()).await.expect("entered");
    let id = work(&desk, &clerk, false, 1).await.expect("work").lines[0].id;
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.way, "window");
    assert_eq!(shown.visitor, Some(visitor()));
    assert!(!shown.signed && shown.materials.len() == 1);
    step(&desk, &clerk, doing(id, Event::Ask)).await.expect("asked");
    let given = Supply { item: id, words: "已补".to_owned(), file: file() };
    supply_at_window(&desk, &office, given).await.expect("given");
    let why = "示例来人持书面申请撤回";
    let long = "长".repeat(201);
    for unfit in ["", " 撤回 ", long.as_str()] {
        let silent = refused(withdraw_at_window(&desk, &office, id, unfit)).await;
        assert_eq!(silent, "repair.take-back-reason");
    }
    withdraw_at_window(&desk, &office, id, why).await.expect("taken back");
    let shown = case(&desk, &clerk, id).await.expect("shown");
    assert_eq!(shown.steps.last().map(|step| step.reason.as_str()), Some(why));
    sound(&desk).await;
}
