//! What files may hold that a database does not take.

use jiff::civil::date;
use xinyong_domain::law::Profile;

use super::*;
use crate::testing::{code, desk, postgres_desk};
use crate::{Actor, Desk, import_subjects};

/// A table with the character NUL in every cell is read, its rows are given back, and nothing of ours fails.
async fn nothing_fails(desk: &Desk) {
    let system = Actor::system("test");
    let law = desk.law();
    let kind = law.kind("administrative-penalty").expect("a kind");
    let fields: Vec<&str> = kind.fields.iter().map(|field| field.label.as_str()).collect();
    let long = "示例".repeat(200);
    let cells: Vec<String> = fields.iter().map(|_| format!("{long}\0{}", code(1))).collect();
    let path = desk.scratch().join("nul.csv");
    std::fs::write(&path, format!("{}\n{}\n", fields.join(","), cells.join(","))).expect("a file");
    let command = Receive {
        path,
        file_name: "示例.csv".to_owned(),
        kind: kind.id.clone(),
        unit: crate::testing::UNIT.to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(desk, &system, command).await.expect("received").batch;
    check(desk, batch).await.expect("checked");
    let answer = answer(desk, batch, 100).await.expect("an answer");
    assert_eq!(answer.refused, 1, "{answer:?}");

    let path = desk.scratch().join("nul-registry.csv");
    let text = format!("企业名称,统一社会信用代码,注册日期\n{long}\0,{}\0,2015-03-02\n", code(2));
    std::fs::write(&path, text).expect("a file");
    import_subjects(desk, &system, &path, "nul.csv", 10).await.expect("looked through");
}

#[tokio::test]
async fn the_character_that_no_database_holds_is_a_finding() {
    let folder = tempfile::tempdir().expect("a folder");
    nothing_fails(&desk(&folder, date(2026, 9, 10)).await).await;
}

#[tokio::test]
async fn the_same_on_postgres() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some((_server, desk)) = postgres_desk(&folder, date(2026, 9, 10)).await else { return };
    nothing_fails(&desk).await;
}
