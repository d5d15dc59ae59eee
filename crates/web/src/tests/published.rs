//! A site with something public on it: the sample licences and penalties, handed in, released and recorded.

use axum::Router;
use jiff::civil::Date;
use xinyong_domain::law::Profile;
use xinyong_service::intake::{
    Judgement, Receive, Release, check, receive, record_released, release, submit,
};
use xinyong_service::{Actor, import_subjects};

use super::browser::{Browser, TestSite, UNIT};
use crate::{Site, router};

/// The company with a penalty of its own, public until 2027-06-10.
pub const FINED: &str = "91140829XY00030103";
/// The number of that penalty.
pub const FINE: &str = "平示监罚〔2026〕301号";
/// Its last public day.
pub const FINE_ENDS: Date = Date::constant(2027, 6, 10);
/// A company that only has a licence, a former name and a registration number.
pub const LICENSED: &str = "91140829XY0001023Y";
/// Its registration number.
pub const REGISTRATION: &str = "140829000001024";
/// The natural person of the samples.
pub const PERSON: &str = "示例张三";

const PENALTIES: &str = include_str!("../../../../law/samples/administrative-penalty/ok.csv");
pub const LICENCES: &str = include_str!("../../../../law/samples/administrative-licence/ok.csv");

/// The site, on 2026-11-25.
pub async fn published() -> TestSite {
    let site = TestSite::new().await;
    register(&site).await;
    hand_in(&site, "administrative-licence", LICENCES, &[]).await;
    hand_in(&site, "administrative-penalty", PENALTIES, &[2]).await;
    site
}

/// The same site as a browser finds it on another day.
pub async fn on(site: &TestSite, day: Date) -> Browser {
    let later = Site::open(site.desk.at(day), "", false).await.expect("site");
    let whole: Router = router(later);
    Browser::of(whole)
}

async fn register(site: &TestSite) {
    let mut file = String::from("企业名称,统一社会信用代码,工商注册号,曾用名,所属乡镇,登记状态\n");
    for table in [LICENCES, PENALTIES] {
        for line in table.lines().skip(1) {
            let mut cells = line.split(',');
            let (name, code) = (cells.next().unwrap_or_default(), cells.nth(1).unwrap_or_default());
            if code.is_empty() {
                continue;
            }
            let (number, former) = if code == LICENSED {
                (REGISTRATION, "平陆县示例旧名经营部")
            } else {
                ("", "")
            };
            file.push_str(&format!("{name},{code},{number},{former},张店镇,存续\n"));
        }
    }
    let path = site.desk.scratch().join("registry.csv");
    std::fs::write(&path, file).expect("registry file");
    import_subjects(&site.desk, &Actor::system("test"), &path, "registry.csv", 10)
        .await
        .expect("registry");
    std::fs::remove_file(path).expect("registry file");
}

/// Hands in a table; the rows named are judged to be 一般. Returns the batch.
pub async fn hand_in(site: &TestSite, kind: &str, table: &str, general: &[i64]) -> i64 {
    let (clerk, second) = (Actor::system("clerk"), Actor::system("second"));
    let path = site.desk.scratch().join("filing.csv");
    std::fs::write(&path, table).expect("a file");
    let command = Receive {
        path: path.clone(),
        file_name: "示例.csv".to_owned(),
        kind: kind.to_owned(),
        unit: UNIT.to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(&site.desk, &clerk, command).await.expect("received").batch;
    std::fs::remove_file(path).expect("the file");
    check(&site.desk, batch).await.expect("checked");
    submit(&site.desk, &clerk, batch).await.expect("submitted");
    let judgements = general
        .iter()
        .map(|row| Judgement {
            row: *row,
            key: "severity".to_owned(),
            value: "general".to_owned(),
            reason: "示例理由".to_owned(),
            source: "决定书第1页".to_owned(),
        })
        .collect();
    let command = Release { batch, basis: "unit-publication-list".to_owned(), judgements };
    release(&site.desk, &second, command).await.expect("released");
    record_released(&site.desk, batch).await.expect("recorded");
    batch
}
