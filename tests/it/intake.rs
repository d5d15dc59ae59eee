//! From a unit's file to the register: good rows, every kind of bad input, the same file twice.

use std::io::Write as _;

use rust_xlsxwriter::{Format, Formula, Workbook};
use serde_json::Value;

use crate::county::{PENALTY, code, company, penalties, penalty};
use crate::support::{Platform, codes, has, path};

const KIND: &str = "administrative-penalty";
const UNIT: &str = "market-regulation";

fn import(platform: &Platform, rows: &[Vec<String>], more: &[&str]) -> Value {
    let file = platform.file("penalties.csv", &penalties(rows));
    platform.import(&file, KIND, UNIT, more)
}

fn counts(answer: &Value) -> [u64; 5] {
    ["received", "recorded", "unchanged", "held", "refused"]
        .map(|key| answer[key].as_u64().expect(key))
}

#[test]
fn good_rows_go_in_and_the_same_file_again_changes_nothing() {
    let platform = Platform::with_registry();
    let rows: Vec<_> = (1..=3).map(|number| penalty(number, "2026/11/23", &[])).collect();
    let answer = import(&platform, &rows, &["--submit"]);
    assert_eq!(counts(&answer), [3, 3, 0, 0, 0], "{answer}");
    let again = import(&platform, &rows, &["--submit"]);
    assert_eq!(counts(&again), [3, 0, 3, 0, 0], "{again}");
    assert_eq!(again["batch"], answer["batch"]);
    // The same rows in another file are the same records too.
    let mut more = rows.clone();
    more.push(penalty(4, "2026/11/23", &[]));
    assert_eq!(counts(&import(&platform, &more, &["--submit"])), [4, 1, 3, 0, 0]);
}

#[test]
fn check_only_records_nothing_and_good_rows_wait() {
    let platform = Platform::with_registry();
    let rows =
        [penalty(1, "2026/11/23", &[]), penalty(2, "2026/11/23", &[("处罚决定日期", "昨天")])];
    let answer = import(&platform, &rows, &["--check-only"]);
    assert_eq!(counts(&answer), [2, 0, 0, 1, 1]);
    assert!(has(&answer, 3, "date.invalid"));
}

#[test]
fn the_good_rows_go_on_while_the_bad_ones_wait() {
    let platform = Platform::with_registry();
    let rows = [
        penalty(1, "2026/11/23", &[]),
        penalty(2, "2026/11/23", &[("行政处罚决定书文号", "")]),
        penalty(3, "2026/11/23", &[]),
    ];
    assert_eq!(counts(&import(&platform, &rows, &["--submit"])), [3, 2, 0, 0, 1]);
}

#[test]
fn a_correction_is_a_new_version() {
    let platform = Platform::with_registry();
    import(&platform, &[penalty(1, "2026/11/23", &[])], &["--submit"]);
    let corrected = [penalty(1, "2026/11/23", &[("处罚内容", "罚款人民币二千元整")])];
    assert_eq!(counts(&import(&platform, &corrected, &["--submit"])), [1, 1, 0, 0, 0]);
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

/// What is changed in a good row, and the codes it must then give.
type Case<'c> = (Vec<(&'c str, &'c str)>, &'c [&'c str]);

#[test]
fn every_finding_of_every_row_is_said() {
    let platform = Platform::with_registry();
    let bad_code = format!("{}0", &code("91", 3)[..17]);
    let placeholder = "00000000000000000X";
    let unknown = code("91", 800);
    let cases: Vec<Case<'_>> = vec![
        (vec![("行政相对人代码_1(统一社会信用代码)", &bad_code)], &["uscc.check-digit"]),
        (vec![("行政相对人代码_1(统一社会信用代码)", "")], &["party.code-required"]),
        (vec![("行政相对人代码_1(统一社会信用代码)", placeholder)], &["party.placeholder-code"]),
        (vec![("行政相对人名称", "平陆县示例另一家有限公司")], &["party.name-mismatch"]),
        (vec![("行政相对人类别", "个体工商户")], &["party.category-mismatch"]),
        (vec![("行政相对人类别", "公司")], &["code.unknown"]),
        (vec![("法定代表人", "")], &["party.representative-required"]),
        (
            vec![("证件类型", "身份证"), ("证件号码", "14273219900101001X")],
            &["party.document-forbidden", "party.document-forbidden"],
        ),
        (vec![("处罚类别", "其他")], &["code.other-without-kind"]),
        (vec![("罚款金额（万元）", "")], &["condition.fine-required"]),
        (
            vec![("处罚类别", "罚款;没收违法所得、没收非法财物")],
            &["condition.confiscation-required"],
        ),
        (
            vec![("处罚类别", "罚款；暂扣或者吊销许可证、暂扣或者吊销执照")],
            &["condition.certificate-required"],
        ),
        (vec![("罚款金额（万元）", "二千")], &["amount.invalid"]),
        (vec![("罚款金额（万元）", "-1")], &["amount.negative"]),
        (vec![("罚款金额（万元）", "20000")], &["amount.suspicious"]),
        (vec![("处罚决定日期", "2027/01/05")], &["date.future"]),
        (vec![("违法事实", "当事人\u{fffd}\u{fffd}示例")], &["field.unprintable"]),
        (vec![("违法事实", "血型：A，销售不合格商品")], &["content.forbidden"]),
        (vec![("处罚机关统一社会信用代码", "11140829XYDEM9009")], &["uscc.invalid-length"]),
        (vec![("处罚机关统一社会信用代码", placeholder)], &["party.placeholder-code"]),
        (
            vec![
                ("行政相对人名称", "平陆县示例没有登记的公司"),
                ("行政相对人代码_1(统一社会信用代码)", &unknown),
            ],
            &["party.unknown"],
        ),
        (
            vec![
                ("行政相对人名称", "平陆县示例老字号砖瓦厂"),
                ("行政相对人代码_1(统一社会信用代码)", &code("91", 7)),
            ]
            .into_iter()
            .map(|(heading, value)| (heading, Box::leak(value.to_owned().into_boxed_str()) as &str))
            .collect(),
            &["party.former-name"],
        ),
    ];
    let rows: Vec<_> = cases
        .iter()
        .enumerate()
        .map(|(number, (change, _))| penalty(number + 10, "2026/11/23", change))
        .collect();
    let answer = import(&platform, &rows, &["--check-only"]);
    for (number, (change, expected)) in cases.iter().enumerate() {
        let row = number as i64 + 2;
        for code in *expected {
            assert!(
                has(&answer, row, code),
                "row {row} {change:?} should give {code}: {:?}",
                codes(&answer).iter().filter(|(at, _)| *at == row).collect::<Vec<_>>()
            );
        }
    }
    for finding in answer["findings"].as_array().expect("findings") {
        assert!(!finding["message"].as_str().expect("a message").is_empty());
        assert!(
            !finding["message"].as_str().expect("a message").contains("14273219900101001X"),
            "no identity number in a message"
        );
    }
}

#[test]
fn duplicates_within_a_file_and_shifted_rows_are_told() {
    let platform = Platform::with_registry();
    let mut shifted = penalty(5, "2026/11/23", &[]);
    shifted.insert(0, "1".to_owned());
    shifted.truncate(30);
    let rows = [
        penalty(1, "2026/11/23", &[]),
        penalty(2, "2026/11/23", &[]),
        penalty(1, "2026/11/23", &[]),
        shifted,
    ];
    let answer = import(&platform, &rows, &["--check-only"]);
    assert!(has(&answer, 4, "row.duplicate"), "{answer}");
    assert!(has(&answer, 5, "row.shifted"), "{answer}");
    assert_eq!(counts(&answer), [4, 0, 0, 2, 2]);
}

#[test]
fn natural_persons_are_recorded_and_their_numbers_sealed() {
    let platform = Platform::with_registry();
    let number = "14273219900101001X";
    let change = [
        ("行政相对人名称", "示例某"),
        ("行政相对人类别", "自然人"),
        ("行政相对人代码_1(统一社会信用代码)", ""),
        ("法定代表人", ""),
        ("证件类型", "身份证"),
        ("证件号码", number),
    ];
    let file = platform.file("persons.csv", &penalties(&[penalty(1, "2026/11/23", &change)]));
    let out = platform.folder().join("back.xlsx");
    let answer = platform.import(&file, KIND, UNIT, &["--submit", "--findings", path(&out)]);
    assert_eq!(counts(&answer), [1, 1, 0, 0, 0], "{answer}");
    std::fs::remove_file(&file).expect("a file");
    for entry in walk(platform.folder()) {
        let bytes = std::fs::read(&entry).expect("a file");
        let found = bytes.windows(number.len()).any(|window| window == number.as_bytes());
        assert!(!found, "{} holds an identity number in the clear", entry.display());
    }
    assert!(
        !sheet(&out).iter().flatten().any(|cell| cell.contains(number)),
        "the workbook masks it"
    );
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}

fn sheet(file: &std::path::Path) -> Vec<Vec<String>> {
    use calamine::{Data, Reader as _};
    let mut book = calamine::open_workbook_auto(file).expect("a workbook");
    let range = book.worksheet_range_at(0).expect("a sheet").expect("a range");
    let (first, _) = range.start().unwrap_or_default();
    let mut rows = vec![Vec::new(); first as usize];
    rows.extend(range.rows().map(|row| {
        row.iter()
            .map(|cell| if let Data::Empty = cell { String::new() } else { cell.to_string() })
            .collect()
    }));
    rows
}

#[test]
fn the_same_workbook_comes_back_with_one_column_more() {
    let platform = Platform::with_registry();
    let mut book = Workbook::new();
    let worksheet = book.add_worksheet();
    worksheet.write(0, 0, "平陆县市场监督管理局行政处罚信息表").expect("a cell");
    for (column, heading) in PENALTY.iter().enumerate() {
        worksheet.write(2, column as u16, *heading).expect("a cell");
    }
    let rows =
        [penalty(1, "2026/11/23", &[]), penalty(2, "2026/11/23", &[("罚款金额（万元）", "")])];
    for (number, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            worksheet.write(number as u32 + 3, column as u16, cell).expect("a cell");
        }
    }
    let file = platform.folder().join("处罚.xlsx");
    book.save(&file).expect("a workbook");
    let out = platform.folder().join("back.xlsx");
    let answer = platform.import(&file, KIND, UNIT, &["--check-only", "--findings", path(&out)]);
    assert_eq!(counts(&answer), [2, 0, 0, 1, 1]);
    assert!(
        has(&answer, 5, "condition.fine-required"),
        "the row number is the one a person sees: {answer}"
    );
    let back = sheet(&out);
    assert_eq!(back[0][0], "平陆县市场监督管理局行政处罚信息表");
    assert_eq!(&back[2][..30], &PENALTY.map(str::to_owned)[..]);
    assert_eq!(back[3][0], company(1));
    assert!(back[4][30].contains("condition.fine-required"), "{:?}", back[4]);
}

#[test]
fn columns_in_any_order_titles_and_every_encoding() {
    let platform = Platform::with_registry();
    let row = penalty(1, "2026年11月23日", &[]);
    let order: Vec<usize> = (0..30).rev().collect();
    let line = |cells: &dyn Fn(usize) -> String| {
        order.iter().map(|column| cells(*column)).collect::<Vec<_>>().join(",")
    };
    let text = format!(
        "双公示行政处罚\n\n{}\n{}\n",
        line(&|column| PENALTY[column].to_owned()),
        line(&|column| row[column].clone())
    );
    let (gb, _, _) = encoding_rs::GB18030.encode(&text);
    let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for (number, bytes) in [text.as_bytes().to_vec(), bom, gb.into_owned()].into_iter().enumerate()
    {
        let file = platform.bytes(&format!("{number}.csv"), &bytes);
        let answer = platform.import(&file, KIND, UNIT, &["--submit"]);
        let expected = if number == 0 { [1, 1, 0, 0, 0] } else { [1, 0, 1, 0, 0] };
        assert_eq!(counts(&answer), expected, "file {number}: {answer}");
    }
}

#[test]
fn official_codes_and_the_old_layout_are_read() {
    let platform = Platform::with_registry();
    let text = format!(
        "CF_WSH,CF_CFMC,CF_CFLB1,CF_CFLB2,CF_SY,CF_YJ,CF_XDR_MC,CF_XDR_SHXYM,CF_FR,CF_JG,CF_JDRQ,CF_XZJG,DFBM\n\
         （平）市监罚〔2026〕8号,示例案,罚款,没收违法所得,销售示例商品,《示例办法》,{},{},王示例,罚款二千元,2026-11-20,平陆县市场监督管理局,140829\n",
        company(8),
        code("91", 8)
    );
    let file = platform.file("old.csv", &text);
    let answer = platform.import(&file, KIND, UNIT, &["--profile", "returned", "--submit"]);
    assert_eq!(counts(&answer), [1, 1, 0, 0, 0], "{answer}");
    assert!(has(&answer, 2, "party.category-derived"), "{answer}");
}

#[test]
fn formulas_serial_dates_and_typed_dates() {
    let platform = Platform::with_registry();
    let mut book = Workbook::new();
    let worksheet = book.add_worksheet();
    for (column, heading) in PENALTY.iter().enumerate() {
        worksheet.write(0, column as u16, *heading).expect("a cell");
    }
    for number in 1..=2_u32 {
        for (column, cell) in penalty(number as usize, "", &[]).iter().enumerate() {
            worksheet.write(number, column as u16, cell).expect("a cell");
        }
    }
    let date = Format::new().set_num_format("yyyy/mm/dd");
    let day = rust_xlsxwriter::ExcelDateTime::parse_from_str("2026-11-23").expect("a day");
    worksheet.write_with_format(1, 22, &day, &date).expect("a cell");
    worksheet.write(2, 22, 46_349).expect("a cell");
    worksheet.write_formula(2, 19, Formula::new("=0.1+0.1").set_result("0.2")).expect("a cell");
    let file = platform.folder().join("typed.xlsx");
    book.save(&file).expect("a workbook");
    let answer = platform.import(&file, KIND, UNIT, &["--submit"]);
    assert_eq!(counts(&answer), [2, 2, 0, 0, 0], "{answer}");
    assert!(has(&answer, 3, "date.serial") && has(&answer, 3, "row.formula"), "{answer}");
}

#[test]
fn files_that_are_no_table_are_refused_with_the_reason() {
    let platform = Platform::with_registry();
    let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    bomb.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default())
        .expect("memory");
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..600 {
        bomb.write_all(&zeros).expect("memory");
    }
    let bomb = bomb.finish().expect("memory").into_inner();
    let permit_headings = "行政许可决定文书名称,行政许可决定文书号,许可类别,许可内容,许可决定日期,许可机关,行政相对人名称\n甲,乙,普通,丙,2026-01-01,丁,戊\n";
    for (name, bytes, expected) in [
        ("empty.csv", Vec::new(), "file.empty"),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0".to_vec(), "file.not-a-table"),
        (
            "page.xls",
            b"<html><table><tr><td>1</td></tr></table></html>".to_vec(),
            "file.not-a-table",
        ),
        ("bomb.xlsx", bomb, "file.unpacked-too-large"),
        ("other.csv", "甲,乙,丙\n1,2,3\n".as_bytes().to_vec(), "file.kind-unknown"),
        ("permits.csv", permit_headings.as_bytes().to_vec(), "file.kind-mismatch"),
        ("headings.csv", format!("{}\n", PENALTY.join(",")).into_bytes(), "file.no-rows"),
        (
            "faith.csv",
            format!("{},宗教信仰\n", PENALTY.join(",")).into_bytes(),
            "content.forbidden",
        ),
    ] {
        let file = platform.bytes(name, &bytes);
        let answer = platform.try_import(&file, KIND, UNIT, &["--submit"]);
        assert_eq!(answer.refusal(3), expected, "{name}");
        // The same file again is refused the same way, not forgotten.
        assert_eq!(
            platform.try_import(&file, KIND, UNIT, &["--submit"]).refusal(3),
            expected,
            "{name}"
        );
    }
}

#[test]
fn the_right_sheet_is_found_behind_the_wrong_ones() {
    let platform = Platform::with_registry();
    let mut book = Workbook::new();
    book.add_worksheet()
        .set_name("填表说明")
        .expect("a name")
        .write(0, 0, "请如实填写")
        .expect("a cell");
    let worksheet = book.add_worksheet().set_name("处罚").expect("a name");
    worksheet.merge_range(0, 0, 0, 29, "行政处罚信息", &Format::new()).expect("a range");
    for (column, heading) in PENALTY.iter().enumerate() {
        worksheet.write(1, column as u16, *heading).expect("a cell");
    }
    for (column, cell) in penalty(1, "2026/11/23", &[]).iter().enumerate() {
        worksheet.write(2, column as u16, cell).expect("a cell");
    }
    let file = platform.folder().join("sheets.xlsx");
    book.save(&file).expect("a workbook");
    let answer = platform.import(&file, KIND, UNIT, &["--submit"]);
    assert_eq!(counts(&answer), [1, 1, 0, 0, 0], "{answer}");
    let notes = answer["notes"].to_string();
    assert!(notes.contains("处罚") && notes.contains("合并"), "{notes}");
}

#[test]
fn the_registry_keeps_former_names_and_tells_duplicates() {
    let platform = Platform::with_registry();
    let renamed = format!(
        "企业名称,统一社会信用代码,注册日期\n平陆县示例改名后有限公司,{},2015-03-02\n平陆县示例甲公司,{},2016-01-01\n平陆县示例乙公司,{},2016-01-01\n",
        code("91", 1),
        code("91", 60),
        code("91", 60)
    );
    let file = platform.file("renamed.csv", &renamed);
    let answer = platform.json(&["import", "subjects", path(&file)]);
    assert_eq!(counts(&answer), [3, 2, 0, 0, 1], "{answer}");
    assert!(has(&answer, 4, "subject.duplicate-code"));
    let rows = [penalty(1, "2026/11/23", &[])];
    let answer = import(&platform, &rows, &["--check-only"]);
    assert!(has(&answer, 2, "party.former-name"), "{answer}");
}
