//! Units come, change their names and end; what they reported stays theirs.

use axum::http::StatusCode;
use xinyong_service::{Actor, Role, setup, units};

use super::browser::{Browser, TestSite, UNIT};
use super::console::recorded;
use super::people::post;

const NEW: &str = "/console/units/new";

fn grounds<'f>(on: &'f str, more: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let mut fields = vec![("on", on), ("reason", "机构改革"), ("document", "示例办发〔2026〕1号")];
    fields.extend_from_slice(more);
    fields
}

async fn add(admin: &mut Browser, id: &str, name: &str) {
    let fields = grounds(
        "2026-11-01",
        &[("id", id), ("name", name), ("short", "示例局"), ("duty", "penalty")],
    );
    let answer = post(admin, NEW, NEW, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
}

async fn end(admin: &mut Browser, unit: &str, fields: &[(&str, &str)]) -> super::browser::Answer {
    let page = format!("/console/units/{unit}");
    let mut all = vec![("end-reason", "机构改革"), ("end-document", "示例办发〔2026〕2号")];
    all.extend_from_slice(fields);
    post(admin, &page, &format!("{page}/reform"), &all).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_added_and_renamed_with_reason_and_document() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in(Role::Administrator).await;
    for (id, name, document, said) in [
        ("New Unit", "示例甲局", "文号", "小写字母"),
        ("tax", "示例甲局", "文号", "已被使用"),
        ("example-a", "", "文号", "单位全称"),
        ("example-a", "示例甲局", " ", "名称和文号"),
    ] {
        let fields = [
            ("id", id),
            ("name", name),
            ("short", "甲局"),
            ("on", "2026-11-01"),
            ("reason", "新设"),
            ("document", document),
        ];
        let answer = post(&mut admin, NEW, NEW, &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{said}");
        assert!(answer.text().contains(said), "{said}: {}", answer.text());
        assert!(answer.text().contains("新设"), "what was typed is kept");
    }
    let form = admin.get(NEW).await.text();
    for kind in site.desk.law().kinds().values() {
        assert!(form.contains(&format!("> {}</label>", kind.name)), "{}: {form}", kind.name);
    }
    let more = [
        ("id", "example-h"),
        ("name", "平陆县示例荣誉局"),
        ("short", "荣誉局"),
        ("duty", "honour"),
        ("duty", "nonsense"),
    ];
    let answer = post(&mut admin, NEW, NEW, &grounds("2026-11-01", &more)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(site.desk.unit("example-h").await.expect("a unit").duties, ["honour"]);
    assert!(site.browser().get("/departments/example-h").await.text().contains("荣誉信息"));
    add(&mut admin, "example-a", "平陆县示例甲局").await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    assert!(office.get("/console/upload").await.text().contains("平陆县示例甲局"));

    let page = "/console/units/example-a";
    let names = [("name", "平陆县示例乙局"), ("short", "乙局"), ("code", "")];
    let answer = post(&mut admin, page, page, &grounds("2026-11-26", &names)).await;
    assert!(answer.text().contains("在今天之后"), "{}", answer.text());
    let answer = post(&mut admin, page, page, &grounds("2026-11-20", &names)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let text = admin.get(page).await.text();
    for word in ["平陆县示例乙局", "平陆县示例甲局", "2. 更名", "1. 增加", "示例办发〔2026〕1号"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
    let answer = post(&mut admin, page, page, &grounds("2026-11-20", &names)).await;
    assert!(answer.text().contains("都没有改动"), "{}", answer.text());
    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    assert!(log.contains("unit.changed") && log.contains("unit:example-a"), "{log}");

    // Loading the county again changes nothing that was changed here.
    let page = "/console/units/tax";
    let names = [("name", "平陆县示例税务局"), ("short", "税务"), ("code", "")];
    post(&mut admin, page, page, &grounds("2026-11-20", &names)).await;
    setup::init(&site.desk, &Actor::system("test"), "140829").await.expect("again");
    assert!(admin.get(page).await.text().contains("平陆县示例税务局"));
    let listed = setup::units(&site.desk).await.expect("units");
    assert!(listed.iter().any(|unit| unit.id == "example-a"));
    assert_eq!(admin.get("/console/units/nobody").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_unit_keeps_its_records_and_its_successor_reports() {
    let (site, mut clerk, _, batch) = recorded().await;
    let mut office = site.signed_in(Role::CreditOffice).await;
    let name = site.desk.unit(UNIT).await.expect("unit").name;
    let mut admin = site.signed_in(Role::Administrator).await;
    add(&mut admin, "example-b", "平陆县示例综合局").await;
    let answer = end(&mut admin, UNIT, &[("kind", "merge"), ("end-on", "2026-11-25")]).await;
    assert!(answer.text().contains("请选择一个承接的单位"), "{}", answer.text());
    for (successor, said) in [(UNIT, "不能承接"), ("nobody", "不能承接")] {
        let fields = [("kind", "merge"), ("end-on", "2026-11-25"), ("successors", successor)];
        let answer = end(&mut admin, UNIT, &fields).await;
        assert!(answer.text().contains(said), "{successor}: {}", answer.text());
    }
    let fields = [("kind", "merge"), ("end-on", "2026-11-25"), ("successors", "example-b")];
    let answer = end(&mut admin, UNIT, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let again = end(&mut admin, UNIT, &fields).await;
    assert!(again.text().contains("不能再次办理"), "{}", again.text());
    let text = admin.get(&format!("/console/units/{UNIT}")).await.text();
    for word in ["不再报送", "平陆县示例综合局", "并入另一个单位", "变更前的状态", "clerk"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }

    // The past stays: batch, records, public page, under the name of then.
    assert!(clerk.get(&batch).await.text().contains(&name));
    let list = site.browser().get("/records/administrative-penalty").await.text();
    assert!(list.contains("/records/administrative-penalty/"), "{list}");
    let form = office.get("/console/upload").await;
    assert!(!form.text().contains(&format!("value=\"{UNIT}\"")), "{}", form.text());
    assert!(form.text().contains("value=\"example-b\""));
    // Who sends for the unit all the same is told who reports now.
    let token = clerk.get("/console/upload").await.token();
    let fields = [("csrf", token.as_str()), ("kind", "administrative-penalty")];
    let answer = clerk.upload("/console/upload", &fields, "新.csv", super::intake::GOOD).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("请由平陆县示例综合局报送"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_split_needs_two_successors_and_may_be_for_a_day_to_come() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in(Role::Administrator).await;
    add(&mut admin, "example-c", "平陆县示例丙局").await;
    let one = [("kind", "split"), ("end-on", "2027-01-01"), ("successors", "example-c")];
    let answer = end(&mut admin, "tax", &one).await;
    assert!(answer.text().contains("两个以上"), "{}", answer.text());
    let mut two = one.to_vec();
    two.push(("successors", UNIT));
    let answer = end(&mut admin, "tax", &two).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert!(units::reporting_unit(&site.desk, "tax").await.is_ok(), "it ended before its day");
    let later = site.desk.at("2027-01-01".parse().expect("a day"));
    let refused = units::reporting_unit(&later, "tax").await.expect_err("ended");
    assert_eq!(refused.code(), "unit.ended");
    let active = units::active_units(&later).await.expect("units");
    assert!(!active.iter().any(|(id, _)| id == "tax"));
    // A unit that is to end takes over from no other.
    let fields = [("kind", "successor"), ("end-on", "2027-02-01"), ("successors", "tax")];
    let answer = end(&mut admin, "example-c", &fields).await;
    assert!(answer.text().contains("不能承接"), "{}", answer.text());
}
