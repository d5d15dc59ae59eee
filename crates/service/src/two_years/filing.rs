//! A unit's file: its rows as the official tables have them, from the first byte to the recorded records.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use xinyong_domain::law::Profile;

use super::model::{Entry, Sort};
use crate::intake::{
    Judgement, Receive, Release, check, receive, record_released, release, submit,
};
use crate::testing::{code, company};
use crate::{Actor, Desk};

/// The cells of a row by their labels.
fn cells(entry: &Entry) -> BTreeMap<&'static str, String> {
    let text = |text: &str| text.to_owned();
    let body = text("平陆县示例局");
    let mut cells = BTreeMap::from([
        ("行政相对人类别", text("法人及非法人组织")),
        ("行政相对人代码_1(统一社会信用代码)", code(entry.party)),
        ("数据来源单位", body.clone()),
        ("数据来源单位统一社会信用代码", code(90)),
    ]);
    let day = entry.decided.to_string();
    let off = entry.off.map_or_else(String::new, |day| day.to_string());
    // Sent again, it says something else.
    let sent = entry.sent;
    match entry.sort {
        Sort::Listed(list) => cells.extend([
            ("失信主体名称", company(entry.party)),
            ("名单种类", text(label(list))),
            ("列入决定文号", entry.number.clone()),
            ("列入事由", format!("示例事由{sent}")),
            ("法律依据", text("《示例管理办法》第三条")),
            ("告知日期", day.clone()),
            ("陈述申辩情况", text("未提出")),
            ("列入日期", day.clone()),
            ("送达日期", day),
            ("移出条件", text("履行义务后移出")),
            ("移出日期", off),
            ("认定单位", body),
            ("认定单位统一社会信用代码", code(90)),
        ]),
        Sort::Abnormal => cells.extend([
            ("企业名称", company(entry.party)),
            ("列入决定书文号", entry.number.clone()),
            ("列入原因", text("未按规定期限公示年度报告")),
            ("列入日期", day),
            ("列入决定机关", body),
            ("列入决定机关统一社会信用代码", code(90)),
        ]),
        sort => {
            let (kind, fine, taken) = match sort {
                Sort::Warning => ("警告", String::new(), ""),
                Sort::Confiscation => ("没收违法所得、没收非法财物", String::new(), "0.1"),
                Sort::Suspension => ("责令停产停业", String::new(), ""),
                _ => ("罚款", format!("0.{}", 9 - sent.min(8)), ""),
            };
            let procedure = if sort == Sort::Simple { "简易程序" } else { "" };
            cells.extend([
                ("行政相对人名称", company(entry.party)),
                ("法定代表人", text("王示例")),
                ("行政处罚决定书文号", entry.number.clone()),
                ("违法行为类型", text("产品质量")),
                ("违法事实", format!("示例事实{sent}")),
                ("处罚依据", text("《示例管理办法》第二十条")),
                ("处罚类别", text(kind)),
                ("处罚内容", text("依法作出示例处罚")),
                ("罚款金额（万元）", fine),
                ("没收违法所得、没收非法财物的金额（万元）", text(taken)),
                ("处罚决定日期", day),
                ("处罚有效期", text("2099/12/31")),
                ("处罚机关", body),
                ("处罚机关统一社会信用代码", code(90)),
                ("处罚程序", text(procedure)),
            ]);
        }
    }
    cells
}

fn label(list: &str) -> &'static str {
    match list {
        "dishonest-debtor" => "失信被执行人名单",
        "wage-arrears" => "拖欠农民工工资失信联合惩戒对象名单",
        "market-regulation" => "市场监督管理严重违法失信名单",
        _ => "安全生产严重失信主体名单",
    }
}

/// Hands in a unit's file, has it released by a second person, and records it. Gives where each row's record stands.
pub(super) async fn file(desk: &Desk, rows: &[Entry]) -> Vec<(i64, i64)> {
    static FILES: AtomicUsize = AtomicUsize::new(0);
    let law = desk.law();
    let kind = law.kind(rows[0].kind()).expect("a kind");
    let fields: Vec<&str> = kind.fields.iter().map(|field| field.label.as_str()).collect();
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(&fields).expect("memory");
    for row in rows {
        let mut cells = cells(row);
        let line: Vec<String> =
            fields.iter().map(|label| cells.remove(label).unwrap_or_default()).collect();
        assert!(cells.is_empty(), "no such columns: {cells:?}");
        table.write_record(&line).expect("memory");
    }
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let path = desk.scratch().join(format!("file-{number}.csv"));
    std::fs::write(&path, table.into_inner().expect("memory")).expect("a file");
    let (first, second) = (Actor::system("clerk"), Actor::system("second"));
    let command = Receive {
        path: path.clone(),
        file_name: format!("示例{number}.csv"),
        kind: kind.id.clone(),
        unit: rows[0].unit.to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(desk, &first, command).await.expect("received").batch;
    check(desk, batch).await.expect("checked");
    submit(desk, &first, batch).await.expect("submitted");
    let judged = |(row, entry): (i64, &Entry)| match entry.sort {
        Sort::Fine(Some(severity)) => Some(Judgement {
            row,
            key: "severity".to_owned(),
            value: severity.to_owned(),
            reason: "示例理由".to_owned(),
            source: "第1页".to_owned(),
        }),
        _ => None,
    };
    let judgements = (2..).zip(rows).filter_map(judged).collect();
    let basis = "unit-publication-list".to_owned();
    release(desk, &second, Release { batch, basis, judgements }).await.expect("released");
    let report = record_released(desk, batch).await.expect("recorded");
    drop(std::fs::remove_file(&path));
    let mut places = Vec::new();
    for row in rows {
        let found = desk.store().subject_by_code(&code(row.party)).await.expect("asked");
        let subject = found.expect("known").id;
        let held = desk.store().records_of_subject(subject, 1_000).await.expect("records");
        let one = held.iter().find(|one| one.content.contains(&row.number));
        places
            .push((subject, one.unwrap_or_else(|| panic!("{row:?} is not there: {report:?}")).id));
    }
    places
}
