//! A table of names against the register, in the console.

use axum::http::StatusCode;

use super::browser::Browser;
use super::console::recorded;

const FORM: &str = "/console/names";
const OWN: &str = "平陆县示例301号加工有限公司";

async fn sent(
    browser: &mut Browser,
    names: &str,
    file_name: &str,
    file: &[u8],
) -> (StatusCode, String) {
    let token = browser.get(FORM).await.token();
    let fields = [("csrf", token.as_str()), ("names", names)];
    let answer = browser.upload(FORM, &fields, file_name, file).await;
    if answer.status == StatusCode::OK {
        assert!(answer.header("content-type").starts_with("text/csv"));
        assert!(answer.header("content-disposition").starts_with("attachment"));
    }
    (answer.status, answer.text())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_names_comes_back_with_candidates_and_reasons() {
    let (_site, mut clerk, ..) = recorded().await;
    let names = format!(
        "{OWN}\n\n平陆示例301号加工有限责任公司\n平陆县示例309号加工有限公司\n龙龙龙龙\n=1+1公式"
    );
    let (status, table) = sent(&mut clerk, &names, "", b"").await;
    assert_eq!(status, StatusCode::OK, "{table}");
    let table = table.strip_prefix('\u{FEFF}').expect("a mark");
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("行号,所给名称,候选次序"), "{table}");
    assert!(
        lines[1].starts_with(&format!("1,{OWN},1,91140829XY00030103,{OWN},,名称相同,")),
        "{table}"
    );
    let second =
        lines.iter().find(|line| line.starts_with("3,") && line.contains(",1,")).expect("a line");
    assert!(second.contains("可能是同一家") && second.contains("行政区划、组织形式"), "{table}");
    assert!(
        lines.iter().filter(|line| line.starts_with("4,")).all(|line| line.contains("另一家")),
        "{table}"
    );
    assert!(lines.contains(&"5,龙龙龙龙,,,,,没有相近的主体,,"), "{table}");
    assert!(table.contains("\"'=1+1公式\""), "{table}");

    // A file goes before what was typed, and its heading is no name.
    let file = format!("企业名称,备注\n{OWN},甲\n");
    let (status, table) = sent(&mut clerk, "龙龙龙龙", "名单.csv", file.as_bytes()).await;
    assert_eq!(status, StatusCode::OK, "{table}");
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.contains(&format!("2,{OWN},1,")), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_comes_back_in_pieces_and_whole() {
    let (_site, mut clerk, ..) = recorded().await;
    let names: String =
        (0..250).map(|number| format!("龙龙龙龙{number}号\n")).chain([OWN.to_owned()]).collect();
    let (status, table) = sent(&mut clerk, &names, "", b"").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(table.matches("行号,所给名称").count(), 1, "one heading");
    assert!(table.contains("\n250,龙龙龙龙249号,"), "{table}");
    assert!(table.contains(&format!("\n251,{OWN},1,")), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_matched_is_said_on_the_form() {
    let (_site, mut clerk, ..) = recorded().await;
    let (status, page) = sent(&mut clerk, "", "", b"").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("没有名称"), "{page}");
    let many = "示例\n".repeat(10_001);
    let (status, page) = sent(&mut clerk, &many, "", b"").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("名称超过 10000 个"), "{}", page.len());
}
