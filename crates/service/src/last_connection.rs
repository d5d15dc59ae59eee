//! With one connection left: who asks for a second while holding one waits for it in vain. On PostgreSQL, where reads take their
//! connections from the same pool as what writes. Repairs, objections and commitments have a test of their own.

use std::time::Duration;

use jiff::civil::{Date, date};
use xinyong_domain::law::Unit;

use crate::enrolments::{Enrol, enrol};
use crate::publication_log::sign_head;
use crate::signing::generate;
use crate::testing::{
    UNIT, all_connections_but_one, clerk, code, penalty, person, postgres_desk, sound,
};
use crate::units::{Grounds, Reform, create, reform, rename, unit};
use crate::{Actor, Desk, Role};

const DAY: Date = date(2026, 9, 2);

/// A new unit with no duties.
fn made(id: &str, name: &str) -> Unit {
    Unit {
        id: id.to_owned(),
        name: name.to_owned(),
        short: name.to_owned(),
        code: String::new(),
        duties: Vec::new(),
        domain: None,
        channel: None,
        tasks: Vec::new(),
    }
}

async fn units_change(desk: &Desk) {
    let admin = person("admin", Role::Administrator, "credit-office");
    let grounds =
        Grounds {
            on: DAY, reason: "示例改革".to_owned(), document: "示例〔2026〕1号".to_owned()
        };
    create(desk, &admin, made("sample", "示例新设局"), &grounds).await.expect("made");
    let names = ("示例市场监管局", "示例市监", "");
    rename(desk, &admin, UNIT, names, &grounds).await.expect("renamed");
    let names = ("示例市场监督管理局", "示例市监", "");
    rename(desk, &admin, UNIT, names, &grounds).await.expect("renamed again");
    let to = ["sample".to_owned()];
    reform(desk, &admin, UNIT, (Reform::Successor, &to), &grounds).await.expect("reformed");
    let versions = unit(desk, &admin, UNIT).await.expect("read").versions;
    let changes: Vec<&str> = versions.iter().map(|one| one.change.as_str()).collect();
    assert_eq!(changes, ["successor", "renamed", "renamed", "before"]);
}

async fn a_head_is_signed(desk: &Desk) {
    let system = Actor::system("test");
    generate(desk, &system, 90).await.expect("a key");
    penalty(desk, 1, 1, "0.1").await;
    let head = sign_head(desk, &system, true).await.expect("signed").expect("a head");
    assert_eq!((head.head.size, head.head.log.len()), (1, 16));
}

async fn somebody_follows(desk: &Desk) {
    let new = Enrol {
        code: code(1),
        basis: "《示例条例》第三条".to_owned(),
        purpose: "示例日常监管".to_owned(),
        until: Some(date(2026, 9, 30)),
    };
    enrol(desk, &clerk(), &new).await.expect("asked").expect("begun");
    let again = enrol(desk, &clerk(), &new).await.expect("asked").expect_err("refused");
    assert_eq!(again[0].code, "enrolment.exists");
}

#[tokio::test]
async fn nobody_waits_for_a_second_connection() {
    let folder = tempfile::tempdir().expect("folder");
    let Some((_server, desk)) = postgres_desk(&folder, DAY).await else { return };
    let held = all_connections_but_one(&desk).await;
    let way = async {
        a_head_is_signed(&desk).await;
        somebody_follows(&desk).await;
        units_change(&desk).await;
    };
    let done = tokio::time::timeout(Duration::from_secs(60), way).await;
    assert!(done.is_ok(), "somebody waits for a second connection");
    drop(held);
    sound(&desk).await;
}
