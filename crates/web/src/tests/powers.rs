//! A unit's catalogue of powers through its pages: proposed, released, public, and what stands outside.

use axum::http::StatusCode;
use xinyong_service::Role;

use super::browser::TestSite;
use super::console::record;
use super::intake::{GOOD, know_parties};
use super::people::post;

const HERE: &str = "/console/powers/market-regulation";
const PUBLIC: &str = "/departments/market-regulation/powers";
const SHEET: &[u8] =
    "事项编码,事项名称,事项类型,法定依据\n示-01,对示例违法行为的处罚,行政处罚,《示例条例》第六条\n\
    示-02,示例器材经营许可,行政许可,<b>《示例条例》</b>第五条\n"
        .as_bytes();

fn token_of(page: &str) -> String {
    page.split("name=\"csrf\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a token")
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edition_goes_from_a_clerk_to_a_reviewer_to_everybody() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let answer = clerk.get("/console/powers").await;
    assert_eq!(answer.header("location"), HERE);
    let page = clerk.get(HERE).await.text();
    assert!(page.contains("还没有目录") && page.contains("检查并提出"), "{page}");
    assert!(!reviewer.get(HERE).await.text().contains("检查并提出"));
    assert_eq!(clerk.get(PUBLIC).await.status, StatusCode::NOT_FOUND);
    assert!(!clerk.get("/departments").await.text().contains(PUBLIC));

    let token = token_of(&page);
    let csrf = ("csrf", token.as_str());
    let bad = "事项编码,事项名称,事项类型,法定依据\nA,,行政征收,\n".as_bytes();
    let (from, note) = (("from", "2026-01-01"), ("note", "示例公告〔2026〕1号"));
    let answer = clerk.upload(HERE, &[csrf, from, note], "清单.csv", bad).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let text = answer.text();
    for word in
        ["第 2 行", "「事项名称」没有填写", "只能填：行政许可、行政处罚", "示例公告〔2026〕1号"]
    {
        assert!(text.contains(word), "{word}: {text}");
    }
    for (fields, message) in [
        (vec![csrf, ("from", "x"), note], "开始施行的日期"),
        (vec![csrf, from, ("note", " ")], "请写明目录所依据的文件"),
    ] {
        let answer = clerk.upload(HERE, &fields, "清单.csv", SHEET).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text().contains(message), "{message}: {}", answer.text());
    }
    let answer = clerk.upload(HERE, &[csrf, from, note], "图.csv", b"\x89PNG\r\n\x1a\n\0\0").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let other = "/console/powers/tax";
    assert_eq!(clerk.get(other).await.status, StatusCode::FORBIDDEN);
    let answer = clerk.upload(other, &[csrf, from, note], "清单.csv", SHEET).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);

    let answer = clerk.upload(HERE, &[csrf, from, note], "清单.csv", SHEET).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let edition = answer.header("location").to_owned();
    let page = clerk.get(&edition).await.text();
    assert!(page.contains("待复核") && page.contains("对示例违法行为的处罚"), "{page}");
    assert!(!page.contains("与文件一致，公布"), "the clerk releases nothing");
    assert!(page.contains("&lt;b&gt;") || page.contains("&#60;b&#62;"), "{page}");
    assert!(clerk.get(HERE).await.text().contains("等待复核"));
    assert_eq!(clerk.get(PUBLIC).await.status, StatusCode::NOT_FOUND);

    let answer = post(&mut reviewer, &edition, &edition, &[("decision", "decline")]).await;
    assert!(answer.text().contains("请写明退回的理由"), "{}", answer.text());
    let answer = post(&mut reviewer, &edition, &edition, &[("decision", "release")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let mut visitor = site.browser();
    let page = visitor.get(PUBLIC).await.text();
    assert!(page.contains("示例器材经营许可") && page.contains("2026-01-01 起"), "{page}");
    assert!(!page.contains("示例报送员") && !page.contains("示例复核员"), "no person is named");
    assert!(visitor.get("/departments").await.text().contains(PUBLIC));
    assert!(visitor.get("/departments/market-regulation").await.text().contains(PUBLIC));
    for wrong in ["?edition=1", "?edition=x"] {
        let answer = visitor.get(&format!("{PUBLIC}{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }

    // One more by the form.
    let matter = format!("{HERE}/matter");
    let typed = [
        ("power_code", "示-03"),
        ("power_name", "示例检验许可"),
        ("power_kind", "administrative-licence"),
        ("power_basis", "《示例条例》第九条"),
        ("typed_note", "示例公告〔2026〕2号"),
    ];
    let with_day = |day: &'static str| [&typed[..], &[("typed_from", day)]].concat();
    let answer = post(&mut clerk, HERE, &matter, &with_day("")).await;
    assert!(answer.text().contains("开始施行的日期"), "{}", answer.text());
    let missing = [&with_day("2026-12-01")[..], &[]].concat();
    let missing: Vec<_> = missing.into_iter().filter(|(key, _)| *key != "power_basis").collect();
    let answer = post(&mut clerk, HERE, &matter, &missing).await;
    assert!(answer.text().contains("「法定依据」没有填写"), "{}", answer.text());
    let answer = post(&mut clerk, HERE, &matter, &with_day("2026-12-01")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let second = answer.header("location").to_owned();
    let answer = post(&mut reviewer, &second, &second, &[("decision", "release")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = visitor.get(PUBLIC).await.text();
    assert!(!page.contains("示例检验许可") && page.contains("2026-12-01 起"), "{page}");
    assert!(page.contains("2026-01-01 至 2026-11-30（本页）"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_outside_are_listed_and_answered() {
    let site = TestSite::new().await;
    know_parties(&site).await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let token = token_of(&clerk.get(HERE).await.text());
    let fields = [("csrf", token.as_str()), ("from", "2026-01-01"), ("note", "示例公告")];
    let answer = clerk.upload(HERE, &fields, "清单.csv", SHEET).await;
    let edition = answer.header("location").to_owned();
    post(&mut reviewer, &edition, &edition, &[("decision", "release")]).await;
    record(&mut clerk, &mut reviewer, GOOD).await;

    let month = format!("{HERE}?month=2026-06");
    let page = reviewer.get(&month).await.text();
    assert!(page.contains("不等于超越职权"), "{page}");
    let choice = page
        .split("<option value=\"administrative-penalty ")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a name");
    let choice = format!("administrative-penalty {choice}");
    assert!(!clerk.get(&month).await.text().contains("署名说明"), "the clerk signs nothing");
    let report = "/console/reporting/units/market-regulation/administrative-penalty?month=2026-06";
    assert!(reviewer.get(report).await.text().contains("权力事项目录比对了"));
    let names = format!("{HERE}/names");
    let of = |code: &'static str, note: &'static str| {
        [("month", "2026-06"), ("code", code), ("said_note", note)]
    };
    let with = |name: &str, rest: [(&'static str, &'static str); 3]| -> Vec<(String, String)> {
        let mut all = vec![("name".to_owned(), name.to_owned())];
        all.extend(rest.map(|(key, value)| (key.to_owned(), value.to_owned())));
        all
    };
    let tries = [
        (with("x", of("", "说明")), "请从列出的名称中选择"),
        (with(&choice, of("", "")), "请写明为什么不在目录中"),
        (with(&choice, of("无此编码", "")), "没有编码为"),
    ];
    for (fields, message) in tries {
        let fields: Vec<_> =
            fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let answer = post(&mut reviewer, &month, &names, &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text().contains(message), "{message}: {}", answer.text());
    }
    let said = with(&choice, of("示-01", ""));
    let said: Vec<_> = said.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let answer = post(&mut reviewer, &month, &names, &said).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let page = reviewer.get(&month).await.text();
    assert!(page.contains("即事项 示-01"), "{page}");
    let end = page
        .split("action=\"")
        .filter_map(|part| part.split('"').next())
        .find(|to| to.starts_with("/console/power-names/"))
        .expect("a way back")
        .to_owned();
    let answer = post(&mut reviewer, &month, &end, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let answer = post(&mut reviewer, &month, &end, &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let wrong = reviewer.get(&format!("{HERE}?month=x")).await.text();
    assert!(wrong.contains("月份请写成"), "{wrong}");
}
