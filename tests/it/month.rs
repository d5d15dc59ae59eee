//! Three units report over a month in the real browser, with late, missing and refused rows; the bulletin is right to the last decision
//! counted by hand, on the page, in the workbook and on paper.

use std::path::Path;
use std::process::Command;

use calamine::{Reader as _, Xlsx};
use serde_json::{Value, json};

use crate::browser::{browser, invent};
use crate::county::{penalties, penalty};
use crate::served::serve;
use crate::support::{Platform, path};

const NUMBER: &str = "平信用办〔2026〕9号";

/// Decisions of Tuesday, 1 September 2026, due on Thursday the 10th, with these numbers; the last `bad` lack their fine.
fn file(platform: &Platform, series: &str, numbers: &[usize], bad: usize) -> String {
    let rows: Vec<_> = numbers
        .iter()
        .enumerate()
        .map(|(place, number)| {
            let written = format!("{series}〔2026〕{number}号");
            let fine = if place + bad < numbers.len() { "0.2" } else { "" };
            let change = [("行政处罚决定书文号", written.as_str()), ("罚款金额（万元）", fine)];
            penalty(number % 40 + 1, "2026/09/01", &change)
        })
        .collect();
    let name = format!("{series}{}.csv", numbers[0]);
    path(&platform.file(&name, &penalties(&rows))).to_owned()
}

fn on_paper(tool: &str, arguments: &[&str]) -> String {
    let output = Command::new(tool)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{tool}: {error}; scripts/test installs it"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{tool}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The document as foreign programs see it: whole, kept for long, read aloud, every page with something on it, every figure in it.
fn check_paper(pdf: &Path, rows: &[[&str; 14]]) {
    let name = path(pdf);
    on_paper("qpdf", &["--check", name]);
    let facts = on_paper("pdfinfo", &[name]);
    for (fact, value) in [("Tagged:", "yes"), ("Title:", "关于2026年9月"), ("Page size:", "A4")]
    {
        let there = facts.lines().any(|line| line.starts_with(fact) && line.contains(value));
        assert!(there, "{fact} {value}: {facts}");
    }
    let about = on_paper("pdfinfo", &["-meta", name]);
    for word in ["pdfaid:part", "pdfaid:conformance", "pdfuaid:part"] {
        assert!(about.contains(word), "{word}: {about}");
    }
    let fonts = on_paper("pdffonts", &[name]);
    let embedded = fonts.lines().skip(2).all(|line| line.contains("yes yes yes"));
    assert!(embedded && fonts.contains("NotoSerifCJK"), "{fonts}");
    let text = on_paper("pdftotext", &["-layout", name, "-"]);
    let pages: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
    assert!(pages.len() >= 3, "{text}");
    assert!(pages.iter().all(|page| page.trim().chars().count() > 20), "{text}");
    assert!(text.contains(NUMBER) && text.contains("2026年10月20日"), "{text}");
    for row in rows {
        let line = text.lines().find(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some(row[0]) && words.next() == Some(row[1])
        });
        let words: Vec<&str> = line.unwrap_or_default().split_whitespace().collect();
        assert_eq!(words, row, "{text}");
    }
}

fn check_workbook(file: &Path, rows: &[[&str; 14]]) {
    let mut workbook: Xlsx<_> = calamine::open_workbook(file).expect("a workbook");
    let sheet = workbook.worksheet_range_at(0).expect("a sheet").expect("cells");
    for (row, cells) in rows.iter().zip(sheet.rows().skip(2)) {
        let cells: Vec<String> = cells.iter().map(ToString::to_string).collect();
        assert_eq!(cells, row);
    }
}

#[test]
fn three_units_report_over_a_month_and_the_bulletin_counts_as_a_hand_does() {
    let mut platform = Platform::empty();
    "2026-08-31".clone_into(&mut platform.today);
    let mut accounts: Value = serde_json::from_str(&invent(&platform)).expect("accounts");
    let registry = platform.file("registry.csv", &crate::county::registry());
    platform.json(&["import", "subjects", path(&registry)]);
    let secret = platform.file("secret", "Example-password-3\n");
    for (login, role) in [("clerk3", "clerk"), ("reviewer3", "reviewer")] {
        let add = ["account", "add", login, "--name", "示例员丙", "--unit", "health"];
        let more = ["--role", role, "--password-file", path(&secret)];
        assert_eq!(platform.run(&[&add[..], &more].concat()).code, 0);
        accounts[login] = json!("Example-password-3");
    }
    let passwords = accounts.to_string();

    // Market regulation: 9 never comes, two rows are refused. Emergency management: two on the Monday after the last day.
    // Health: three on the day after the platform was down.
    let market = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 30, 31];
    let filings = [
        ("2026-09-08", "clerk", "reviewer", file(&platform, "（平）市监稽罚", &market, 2)),
        (
            "2026-09-09",
            "clerk3",
            "reviewer3",
            file(&platform, "平卫稽罚", &(1..=10).collect::<Vec<_>>(), 0),
        ),
        (
            "2026-09-10",
            "clerk2",
            "reviewer2",
            file(&platform, "（平）应急稽罚", &(1..=8).collect::<Vec<_>>(), 0),
        ),
        ("2026-09-11", "clerk3", "reviewer3", file(&platform, "平卫稽罚", &[11, 12, 13], 0)),
        ("2026-09-14", "clerk2", "reviewer2", file(&platform, "（平）应急稽罚", &[9, 10], 0)),
    ];
    let on = |platform: &Platform, day: &str, task: &[&str]| {
        let served = serve(platform, &["serve", "--listen", "127.0.0.1:0", "--today", day]);
        browser(&served.address, &passwords, task)
    };
    for (day, clerk, reviewer, file) in &filings {
        on(&platform, day, &["filing", clerk, reviewer, file]);
    }

    let answer =
        on(&platform, "2026-10-20", &["month", "2026-09", NUMBER, path(platform.folder())]);
    let counted = [
        [
            "1",
            "平陆县卫生健康和体育局",
            "13",
            "13",
            "10",
            "0",
            "3",
            "0",
            "0",
            "13",
            "13",
            "100.00%",
            "100.00%",
            "100.00%",
        ],
        [
            "2",
            "平陆县市场监督管理局",
            "12",
            "11",
            "11",
            "0",
            "0",
            "1",
            "0",
            "13",
            "11",
            "91.66%",
            "84.61%",
            "100.00%",
        ],
        [
            "3",
            "平陆县应急管理局",
            "10",
            "10",
            "8",
            "2",
            "0",
            "0",
            "0",
            "10",
            "10",
            "80.00%",
            "100.00%",
            "100.00%",
        ],
    ];
    let heads = [
        "名次",
        "单位",
        "应报",
        "已报",
        "及时",
        "迟报",
        "平台原因",
        "漏报",
        "其中瞒报",
        "报送行数",
        "一次合格行数",
        "及时率",
        "合规率",
        "完整率",
    ];
    for (row, shown) in counted.iter().zip(answer["rows"].as_array().expect("rows")) {
        for (head, cell) in heads.iter().zip(row) {
            assert_eq!(shown[head], *cell, "{head}: {answer:#}");
        }
    }
    check_paper(Path::new(answer["files"]["bulletin.pdf"].as_str().expect("a file")), &counted);
    check_workbook(Path::new(answer["files"]["table.xlsx"].as_str().expect("a file")), &counted);

    // The missing decision comes after the issue: the page says which numbers are no longer those that were sent out.
    let late = file(&platform, "（平）市监稽罚", &[9], 0);
    on(&platform, "2026-10-21", &["filing", "clerk", "reviewer", &late]);
    let answer = on(&platform, "2026-10-21", &["changed", "2026-09"]);
    let said: Vec<[&str; 3]> = answer["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| ["指标", "印发时", "现在"].map(|head| row[head].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(said, [["已报", "11", "12"], ["迟报", "0", "1"], ["漏报", "1", "0"]]);
    "2026-10-21".clone_into(&mut platform.today);
    assert_eq!(platform.json(&["fsck"])["good"], true);
}
