//! The whole way on PostgreSQL, through the real binary, and the same answers as from SQLite.
//!
//! The server is started here. Where it cannot be, the test fails: a platform that was never tried on it must not pass.

use std::path::Path;

use serde_json::{Value, json};

use crate::county::{code, company, penalties, penalty, registry};
use crate::postgres::PostgresServer;
use crate::served::serve;
use crate::support::{Platform, path};

const PENALTY: &str = "administrative-penalty";
const LICENCE: &str = "administrative-licence";
const UNIT: &str = "market-regulation";

/// What depends on the machine's clock or on chance: ids, instants, paths.
fn without_chance(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(key, _)| {
                !["batch", "file", "known_at", "recorded_at"].contains(&key.as_str())
            })
            .map(|(key, value)| (key, without_chance(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(list) => list.into_iter().map(without_chance).collect(),
        other => other,
    }
}

/// A page without ids (long runs of digits) and times of day.
fn words(text: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_digit() || (character == ':' && !digits.is_empty()) {
            digits.push(character);
            continue;
        }
        if digits.contains(':') || digits.len() >= 12 {
            out.push('#');
        } else {
            out.push_str(&digits);
        }
        digits.clear();
        out.push(character);
    }
    out
}

/// Penalties: one in public for a year, one minor, one natural person, one with an error, one of a party nobody knows.
fn filing() -> String {
    let person = [
        ("行政相对人名称", "示例某"),
        ("行政相对人类别", "自然人"),
        ("行政相对人代码_1(统一社会信用代码)", ""),
        ("法定代表人", ""),
        ("证件类型", "护照号"),
        ("证件号码", "E00000000"),
    ];
    let stranger = code("91", 801);
    penalties(&[
        penalty(
            1,
            "2026/11/20",
            &[("处罚类别", "没收违法所得"), ("没收违法所得、没收非法财物的金额（万元）", "0.1")],
        ),
        penalty(2, "2026/11/20", &[]),
        penalty(3, "2026/11/20", &person),
        penalty(4, "2026/11/20", &[("行政处罚决定书文号", "")]),
        penalty(
            5,
            "2026/11/20",
            &[
                ("行政相对人名称", "平陆县示例没有登记的公司"),
                ("行政相对人代码_1(统一社会信用代码)", &stranger),
            ],
        ),
    ])
}

/// A licence without end: in public on whatever day the machine has.
fn licences() -> String {
    let authority = code("11", 900);
    format!(
        "行政相对人名称,行政相对人类别,行政相对人代码_1(统一社会信用代码),法定代表人,行政许可决定文书名称,行政许可决定文书号,许可类别,许可内容,许可决定日期,有效期自,有效期至,许可机关,许可机关统一社会信用代码,当前状态,数据来源单位,数据来源单位统一社会信用代码\n\
         {},法人及非法人组织,{},王示例,准予示例许可决定书,（平）示许〔2026〕1号,普通,准予示例经营,2026/11/20,2026/11/20,2099/12/31,平陆县市场监督管理局,{authority},1,平陆县市场监督管理局,{authority}\n",
        company(6),
        code("91", 6)
    )
}

/// Everything a county office does with its platform, and every answer it gets.
fn journey(platform: &Platform, backup: &Path) -> Vec<(String, Value)> {
    let mut answers: Vec<(String, Value)> = Vec::new();
    let mut say = |what: &str, value: Value| answers.push((what.to_owned(), without_chance(value)));
    say("init", platform.json(&["init", "--county", "140829"]));
    say("init again", platform.json(&["init", "--county", "140829"]));
    say("units", platform.json(&["unit", "list"]));

    let subjects = platform.file("registry.csv", &registry());
    let first = platform.json(&["import", "subjects", path(&subjects)]);
    assert_eq!((&first["recorded"], &first["refused"]), (&json!(55), &json!(0)), "{first}");
    say("subjects", first);
    let again = platform.json(&["import", "subjects", path(&subjects)]);
    assert_eq!((&again["recorded"], &again["unchanged"]), (&json!(0), &json!(55)), "{again}");
    say("subjects again", again);

    let file = platform.file("penalties.csv", &filing());
    let checked = platform.import(&file, PENALTY, UNIT, &["--check-only"]);
    assert_eq!(checked["recorded"], 0, "{checked}");
    say("checked", checked);
    let first = platform.import(&file, PENALTY, UNIT, &["--submit"]);
    assert_eq!((&first["received"], &first["refused"]), (&json!(5), &json!(1)), "{first}");
    let recorded = first["recorded"].clone();
    say("recorded", first);
    let again = platform.import(&file, PENALTY, UNIT, &["--submit"]);
    assert_eq!((&again["recorded"], &again["unchanged"]), (&json!(0), &recorded), "{again}");
    say("recorded again", again);
    let file = platform.file("licences.csv", &licences());
    let licence = platform.import(&file, LICENCE, UNIT, &["--submit"]);
    assert_eq!(licence["recorded"], 1, "{licence}");
    say("licences", licence);
    let page = platform.file("page.xls", "<html><table><tr><td>1</td></tr></table></html>");
    let refused = platform.try_import(&page, PENALTY, UNIT, &["--submit"]);
    say("refused", json!(refused.refusal(3)));
    say("no such unit", json!(platform.try_import(&file, LICENCE, "nobody", &[]).refusal(3)));

    say("ends today", platform.json(&["expire"]));
    say("an end to come", json!(platform.run(&["expire", "--on", "2099-01-01"]).refusal(3)));
    say(
        "explained",
        platform.json(&["publicity", "explain", "--kind", PENALTY, "--decided", "2026-11-20"]),
    );

    {
        let served = serve(platform, &["serve", "--listen", "127.0.0.1:0"]);
        let mut visitor = served.visitor();
        for address in ["/health/live", "/health/ready", "/", "/about", "/search"] {
            assert_eq!(visitor.get(address).status, 200, "{address}");
        }
        let list = visitor.get(&format!("/records/{LICENCE}"));
        assert!(list.text.contains("（平）示许〔2026〕1号"), "{}", list.text);
        let record = visitor.get(&list.link(&format!("/records/{LICENCE}/")));
        assert_eq!(record.status, 200);
        assert!(record.text.contains("准予示例经营"), "{}", record.text);
        let list = visitor.get(&format!("/records/{PENALTY}"));
        for hidden in ["〔2026〕2号", "〔2026〕3号", "示例某"] {
            assert!(!list.text.contains(hidden), "{hidden} in {}", list.text);
        }
        for (what, address) in [
            ("a subject's page", format!("/subjects/{}", code("91", 6))),
            ("the list of licences", format!("/records/{LICENCE}")),
        ] {
            let page = visitor.get(&address);
            assert_eq!(page.status, 200, "{address}");
            say(what, json!(words(&page.text)));
        }
        for address in [
            format!("/api/v1/subjects/{}", code("91", 6)),
            format!("/api/v1/subjects/{}", code("91", 7)),
            format!("/api/v1/subjects/{}", code("91", 700)),
            "/api/v1/subjects/1".to_owned(),
            // 示例第7号, 老字号, the initials of 建材, a code.
            "/api/v1/search?q=%E7%A4%BA%E4%BE%8B%E7%AC%AC7".to_owned(),
            "/api/v1/search?q=%E8%80%81%E5%AD%97%E5%8F%B7".to_owned(),
            "/api/v1/search?q=jcyx".to_owned(),
            format!("/api/v1/search?q={}", &code("91", 9)[..15]),
            "/api/v1/search?q=%25_".to_owned(),
        ] {
            let page = visitor.get(&address);
            let value = serde_json::from_str(&page.text).expect("json");
            say(&address, json!([page.status, without_chance(value)]));
        }
    }

    let report = platform.json(&["fsck"]);
    assert_eq!(report["good"], true, "{report}");
    say("fsck", report);
    say("backup", platform.json(&["backup", path(backup)]));
    assert_ne!(platform.run(&["restore", path(backup)]).code, 0, "not over what is there");
    answers
}

fn same(one: &[(String, Value)], other: &[(String, Value)], what: &str) {
    assert_eq!(one.len(), other.len());
    for ((step, left), (_, right)) in one.iter().zip(other) {
        assert_eq!(left, right, "{what} differ at: {step}");
    }
}

#[test]
fn the_whole_way_on_postgresql_with_the_same_answers_as_on_sqlite() {
    let server = PostgresServer::start().expect(
        "PostgreSQL is needed for this test and is not installed; scripts/test installs it",
    );
    let on_server = Platform::on_server(server.database("county"));
    let in_file = Platform::empty();
    let backups = tempfile::tempdir().expect("a folder");
    let (from_server, from_file) =
        (backups.path().join("server.backup"), backups.path().join("file.backup"));
    let answers = journey(&on_server, &from_server);
    same(&answers, &journey(&in_file, &from_file), "PostgreSQL and SQLite");

    // A backup moves to the other engine, each with the keys it was made with.
    let moved_to_file = Platform::empty();
    let moved_to_server = Platform::on_server(server.database("moved"));
    for (from, backup, to) in
        [(&on_server, &from_server, &moved_to_file), (&in_file, &from_file, &moved_to_server)]
    {
        std::fs::create_dir_all(to.folder().join("data")).expect("a folder");
        std::fs::copy(from.keys(), to.keys()).expect("the keys");
        to.json(&["restore", path(backup)]);
        let report = to.json(&["fsck"]);
        assert_eq!(report["good"], true, "{report}");
        let file = to.file("penalties.csv", &filing());
        let again = to.import(&file, PENALTY, UNIT, &["--submit"]);
        assert_eq!(again["recorded"], 0, "{again}");
        let served = serve(to, &["serve", "--listen", "127.0.0.1:0"]);
        let found = served.visitor().get("/api/v1/search?q=%E8%80%81%E5%AD%97%E5%8F%B7").text;
        assert!(found.contains(&company(7)), "search tokens are made anew: {found}");
    }

    // A database that has gone is the store's fault, said as such.
    server.sql("DROP DATABASE county WITH (FORCE)");
    assert_eq!(on_server.run(&["fsck"]).code, 4);
}
