//! Files as they come, built on the fly.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as Style, Formula, Workbook};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use super::*;

/// A row as the tests compare it: number, cells, marks.
type Plain = (u32, Vec<String>, Vec<(usize, Mark)>);

struct Desk {
    directory: TempDir,
}

impl Desk {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("directory") }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, bytes).expect("writes");
        path
    }

    fn open(&self, name: &str, bytes: &[u8]) -> Result<Opened, FileRefusal> {
        open(&self.put(name, bytes), name, &Limits::default())
    }
}

fn rows_of(opened: &mut Opened, sheet: usize) -> Result<Vec<Plain>, FileRefusal> {
    let mut rows = opened.rows(sheet)?;
    let mut row = Row::new();
    let mut all = Vec::new();
    while rows.read(&mut row)? {
        all.push((row.number, row.cells().map(str::to_owned).collect(), row.marks().to_vec()));
    }
    Ok(all)
}

fn cells_of(opened: &mut Opened) -> Vec<(u32, Vec<String>)> {
    rows_of(opened, 0).expect("reads").into_iter().map(|(n, cells, _)| (n, cells)).collect()
}

fn refused(name: &str, bytes: &[u8]) -> &'static str {
    match Desk::new().open(name, bytes) {
        Ok(opened) => panic!("{name} was taken for {:?}", opened.format),
        Err(refusal) => {
            assert!(refusal.message.chars().any(|c| c > '\u{4E00}'), "{}", refusal.message);
            refusal.code
        }
    }
}

fn has_note(opened: &Opened, code: &str) -> bool {
    opened.notes.iter().any(|(note, _)| *note == code)
}

const LIST: &str = "名称,代码,备注\n示例甲有限公司,A1,\"甲,乙\"\n示例乙有限公司,B2,䶮\n";

fn list_rows() -> Vec<(u32, Vec<String>)> {
    let row = |n, cells: [&str; 3]| (n, cells.map(str::to_owned).to_vec());
    vec![
        row(1, ["名称", "代码", "备注"]),
        row(2, ["示例甲有限公司", "A1", "甲,乙"]),
        row(3, ["示例乙有限公司", "B2", "䶮"]),
    ]
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(|unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
        .collect()
}

#[test]
fn csv_is_read_in_every_encoding() {
    let desk = Desk::new();
    let (gb, _, lossy) = encoding_rs::GB18030.encode(LIST);
    assert!(!lossy);
    let bom = [b"\xEF\xBB\xBF", LIST.as_bytes()].concat();
    let cases: [(&[u8], &str, bool); 5] = [
        (LIST.as_bytes(), "UTF-8", false),
        (&bom, "UTF-8", true),
        (&gb, "gb18030", false),
        (&utf16(LIST, true), "UTF-16LE", true),
        (&utf16(LIST, false), "UTF-16BE", true),
    ];
    for (bytes, encoding, bom) in cases {
        let mut opened = desk.open("a.csv", bytes).expect("opens");
        assert_eq!(opened.format, Format::Csv { encoding, bom, delimiter: b',' });
        assert_eq!(opened.sheets, [""]);
        assert_eq!(has_note(&opened, "file.encoding"), encoding != "UTF-8");
        assert_eq!(cells_of(&mut opened), list_rows(), "{encoding}");
        // Once to look for the heading, once to read.
        assert_eq!(cells_of(&mut opened), list_rows(), "{encoding} again");
    }
}

#[test]
fn tabs_and_semicolons_delimit_too() {
    let desk = Desk::new();
    for (mark, delimiter) in [("\t", b'\t'), (";", b';')] {
        let text = LIST.replace("\"甲,乙\"", "甲").replace(',', mark);
        let opened = desk.open("a.csv", text.as_bytes()).expect("opens");
        assert!(
            matches!(opened.format, Format::Csv { delimiter: found, .. } if found == delimiter)
        );
    }
}

#[test]
fn the_first_chinese_character_may_come_last() {
    let mut bytes = "a,b\n".repeat(600_000).into_bytes();
    bytes.extend_from_slice(&encoding_rs::GB18030.encode("示例,1\n").0);
    let desk = Desk::new();
    let mut opened = desk.open("a.csv", &bytes).expect("opens");
    let all = cells_of(&mut opened);
    assert_eq!(all.last(), Some(&(600_001, vec!["示例".to_owned(), "1".to_owned()])));
}

#[test]
fn a_few_broken_bytes_do_not_change_the_encoding() {
    let mut bytes = LIST.repeat(20).into_bytes();
    bytes.splice(3..5, [0xFF]);
    let desk = Desk::new();
    let mut opened = desk.open("a.csv", &bytes).expect("opens");
    assert!(matches!(opened.format, Format::Csv { encoding: "UTF-8", .. }));
    assert!(opened.notes[0].1.contains('\u{FFFD}'));
    let all = cells_of(&mut opened);
    assert!(all[0].1[0].contains('\u{FFFD}'));
    assert_eq!(all[1].1[0], "示例甲有限公司");
}

#[test]
fn row_numbers_count_blank_lines_and_not_line_breaks_in_cells() {
    let text = "\n\n名称,备注\r\n示例甲,\"两\n行\n\"\n\n,,\n\n示例乙,1";
    let desk = Desk::new();
    let mut opened = desk.open("a.csv", text.as_bytes()).expect("opens");
    let numbers: Vec<u32> = cells_of(&mut opened).into_iter().map(|(n, _)| n).collect();
    assert_eq!(numbers, [3, 4, 6, 8]);
}

#[test]
fn row_numbers_hold_for_every_line_end() {
    let desk = Desk::new();
    for end in ["\n", "\r\n"] {
        for bom in ["", "\u{FEFF}"] {
            let text =
                format!("{bom}名称,备注\n示例甲,\"两\n行\"\n\n\n示例乙,1\n示例丙,2\n\n示例丁,3")
                    .replace('\n', end);
            let mut opened = desk.open("a.csv", text.as_bytes()).expect("opens");
            let all = cells_of(&mut opened);
            let numbers: Vec<u32> = all.iter().map(|(n, _)| *n).collect();
            assert_eq!(numbers, [1, 2, 5, 6, 8], "{end:?} {bom:?}");
            assert_eq!(all[0].1[0], "名称");
        }
    }
    let mut opened =
        desk.open("a.csv", "名称,备注\r示例甲,1\r示例乙,2\r".as_bytes()).expect("opens");
    assert_eq!(cells_of(&mut opened).iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2, 3]);
    // A long file: the row ends fall where they will in the pieces read.
    for end in ["\n", "\r\n"] {
        let text = format!("示例,\"a{end}b\"{end}").repeat(50_000);
        let mut opened = desk.open("a.csv", text.as_bytes()).expect("opens");
        for (expected, (number, _)) in (1..).zip(cells_of(&mut opened)) {
            assert_eq!(number, expected);
        }
    }
}

#[test]
fn quotes_are_taken_as_they_come() {
    let text = "名称,代码,备注\n示例\"甲\"公司,\"A\"1,\"他说\"\"好\"\"\"\n短,1\n长,1,2,3\n";
    let desk = Desk::new();
    let mut opened = desk.open("a.csv", text.as_bytes()).expect("opens");
    let all = cells_of(&mut opened);
    assert_eq!(all[1].1, ["示例\"甲\"公司", "A1", "他说\"好\""]);
    assert_eq!(all[2].1.len(), 2);
    assert_eq!(all[3].1.len(), 4);
}

#[test]
fn a_quote_that_is_never_closed_is_refused_in_bounded_memory() {
    let mut text = String::from("名称,代码\n\"示例甲,1\n");
    text.push_str(&"示例乙,2\n".repeat(20_000));
    let desk = Desk::new();
    let mut opened = desk.open("a.csv", text.as_bytes()).expect("opens");
    let refusal = rows_of(&mut opened, 0).expect_err("refused");
    assert_eq!(refusal.code, "file.cell-too-long");
    assert!(refusal.message.contains("第 2 行"), "{}", refusal.message);

    text.push_str(&"示例乙,2\n".repeat(2_000_000));
    let desk = Desk::new();
    let mut opened = desk.open("a.csv", text.as_bytes()).expect("opens");
    let refusal = rows_of(&mut opened, 0).expect_err("refused");
    assert_eq!(refusal.code, "file.cell-too-long");
}

#[test]
fn limits_hold_for_csv() {
    let desk = Desk::new();
    let with = |text: &str, limits: &Limits| -> Result<Vec<Plain>, FileRefusal> {
        let path = desk.put("a.csv", text.as_bytes());
        rows_of(&mut open(&path, "a.csv", limits)?, 0)
    };
    let limits = Limits { csv: 100, rows: 3, columns: 4, cell_chars: 5, ..Limits::default() };
    let code = |text: &str| with(text, &limits).map(|rows| rows.len()).map_err(|r| r.code);
    assert_eq!(code("一二三四五,b\n"), Ok(1));
    assert_eq!(code("一二三四五六,b\n"), Err("file.cell-too-long"));
    assert_eq!(code("a,b,c,d,,,,,\n"), Ok(1));
    assert_eq!(code("a,b,c,d,e\n"), Err("file.too-many-columns"));
    assert_eq!(code("a\nb\nc\n"), Ok(3));
    assert_eq!(code("a\n\nb\nc\n"), Err("file.too-many-rows"));
    assert_eq!(code(&"a,b\n".repeat(30)), Err("file.too-large"));
}

#[test]
fn what_is_no_table_is_refused_with_the_reason() {
    assert_eq!(refused("a.csv", b""), "file.empty");
    assert_eq!(refused("a.csv", b"\xEF\xBB\xBF"), "file.empty");
    assert_eq!(refused("a.csv", b" \r\n\r\n"), "file.empty");
    assert_eq!(refused("a.csv", &utf16(" ", true)), "file.empty");
    assert_eq!(refused("a.xlsx", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n"), "file.not-a-table");
    assert_eq!(refused("a.csv", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01"), "file.not-a-table");
    assert_eq!(
        refused("a.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        "file.not-a-table"
    );
    assert_eq!(
        refused("a.xls", "\r\n<TABLE><tr><td>示例</td></tr></TABLE>".as_bytes()),
        "file.not-a-table"
    );
    assert_eq!(refused("a.xls", &utf16("<html></html>", true)), "file.not-a-table");
    assert_eq!(refused("a.xls", b"<?xml version=\"1.0\"?><Workbook/>"), "file.not-a-table");
    assert_eq!(refused("a.csv", b"{\"name\": \"x\"}"), "file.not-a-table");
    assert_eq!(refused("a.csv", &[0, 1, 2, 3, 4, 5, 6, 7]), "file.not-a-table");
    assert_eq!(refused("a.zip", &zipped(&[("readme.txt", b"x")])), "file.not-a-table");
    assert_eq!(refused("a.docx", &zipped(&[("word/document.xml", b"<x/>")])), "file.not-a-table");
    assert_eq!(refused("a.xlsb", &zipped(&[("xl/workbook.bin", b"x")])), "file.not-a-table");
    let ole = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 40]].concat();
    assert_eq!(refused("a.xls", &ole), "file.damaged");
    let missing = open(Path::new("/nowhere/示例.csv"), "示例.csv", &Limits::default());
    assert_eq!(missing.err().map(|refusal| refusal.code), Some("file.unreadable"));
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).expect("starts");
        writer.write_all(bytes).expect("writes");
    }
    writer.finish().expect("finishes").into_inner()
}

/// An invented workbook with everything that misleads.
fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let day = Style::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let moment = Style::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let plain = Style::new();
    let sheet = book.add_worksheet();
    sheet.set_name("公示表").expect("name");
    sheet.merge_range(0, 0, 0, 5, "示例县公示表", &plain).expect("merge");
    for (column, text) in ["名称", "代码", "日期", "金额", "公式", "备注"].iter().enumerate()
    {
        sheet.write_string(2, column as u16, *text).expect("heading");
    }
    let date = ExcelDateTime::from_ymd(2024, 5, 1).expect("date");
    sheet.write_string(3, 0, "示例甲有限公司").expect("text");
    sheet.write_number(3, 1, 140_700_000_000_000_000.0).expect("number");
    sheet.write_datetime_with_format(3, 2, &date, &day).expect("date");
    sheet.write_number(3, 3, 0.1 + 0.2).expect("number");
    sheet.write_formula(3, 4, Formula::new("=1+1").set_result("2")).expect("formula");
    sheet.write_boolean(3, 5, true).expect("boolean");
    let noon = ExcelDateTime::from_ymd(2024, 5, 1).expect("date").and_hms(12, 30, 0).expect("time");
    sheet.write_datetime_with_format(6, 2, &noon, &moment).expect("date");
    sheet.write_formula(6, 3, Formula::new("=NA()").set_result("#N/A")).expect("formula");
    sheet.write_formula(6, 4, Formula::new("=A4&\"x\"").set_result("示例x")).expect("formula");
    sheet.write_string(6, 5, "=不是公式").expect("text");
    let second = book.add_worksheet();
    second.set_name("说明").expect("name");
    second.write_string(0, 0, "示例").expect("text");
    let third = book.add_worksheet();
    third.set_name("隐藏表").expect("name").set_hidden(true);
    book.save_to_buffer().expect("saves")
}

#[test]
fn a_workbook_is_read_as_a_person_sees_it() {
    let desk = Desk::new();
    let mut opened = desk.open("a.xlsx", &workbook()).expect("opens");
    assert_eq!(opened.format, Format::Xlsx);
    assert_eq!(opened.sheets, ["公示表", "说明", "隐藏表"]);
    assert_eq!(opened.hidden, [false, false, true]);
    assert!(has_note(&opened, "file.hidden-sheet"));
    assert!(has_note(&opened, "file.merged-cells"));
    assert!(opened.notes.iter().any(|(_, text)| text.contains("A1:F1")), "{:?}", opened.notes);
    assert_eq!(opened.merged_ranges(0).expect("reads"), ["A1:F1"]);
    assert!(opened.merged_ranges(1).expect("reads").is_empty());
    for _ in 0..2 {
        let all = rows_of(&mut opened, 0).expect("reads");
        let numbers: Vec<u32> = all.iter().map(|row| row.0).collect();
        assert_eq!(numbers, [1, 3, 4, 7]);
        assert_eq!(
            all[2].1,
            ["示例甲有限公司", "140700000000000000", "2024-05-01", "0.3", "2", "TRUE"]
        );
        assert_eq!(
            all[2].2,
            [
                (1, Mark::Number),
                (2, Mark::Date),
                (3, Mark::Number),
                (4, Mark::Formula),
                (4, Mark::Number)
            ]
        );
        assert_eq!(all[3].1, ["", "", "2024-05-01 12:30:00", "", "示例x", "=不是公式"]);
        assert_eq!(
            all[3].2,
            [(2, Mark::Date), (3, Mark::Formula), (3, Mark::ErrorValue), (4, Mark::Formula)]
        );
    }
    assert_eq!(rows_of(&mut opened, 1).expect("reads").len(), 1);
    assert!(rows_of(&mut opened, 2).expect("reads").is_empty());
    assert_eq!(rows_of(&mut opened, 3).map_err(|r| r.code), Err("file.unreadable"));
}

#[test]
fn the_content_decides_and_not_the_name() {
    let desk = Desk::new();
    let opened = desk.open("a.csv", &workbook()).expect("opens");
    assert_eq!(opened.format, Format::Xlsx);
    assert!(has_note(&opened, "file.extension"));
    let opened = desk.open("a.xlsx", LIST.as_bytes()).expect("opens");
    assert!(matches!(opened.format, Format::Csv { .. }));
    assert!(has_note(&opened, "file.extension"));
    let opened = desk.open("没有扩展名", LIST.as_bytes()).expect("opens");
    assert!(!has_note(&opened, "file.extension"));
}

#[test]
fn limits_hold_for_workbooks() {
    let desk = Desk::new();
    let path = desk.put("a.xlsx", &workbook());
    let code = |limits: Limits| match open(&path, "a.xlsx", &limits) {
        Ok(mut opened) => rows_of(&mut opened, 0).map(|rows| rows.len()).map_err(|r| r.code),
        Err(refusal) => Err(refusal.code),
    };
    let usual = Limits::default();
    assert_eq!(code(usual.clone()), Ok(4));
    assert_eq!(code(Limits { packed: 100, ..usual.clone() }), Err("file.too-large"));
    assert_eq!(code(Limits { unpacked: 1000, ..usual.clone() }), Err("file.unpacked-too-large"));
    assert_eq!(code(Limits { rows: 6, ..usual.clone() }), Err("file.too-many-rows"));
    assert_eq!(code(Limits { columns: 5, ..usual.clone() }), Err("file.too-many-columns"));
    assert_eq!(code(Limits { cell_chars: 8, ..usual }), Err("file.cell-too-long"));
}

/// The parts of a workbook, some of them replaced or added.
fn rebuilt(book: &[u8], change: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).expect("archive");
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("part");
        let name = part.name().expect("name").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("reads");
        if !change.iter().any(|(changed, _)| *changed == name) {
            parts.push((name, bytes));
        }
    }
    let mut all: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    all.extend_from_slice(change);
    zipped(&all)
}

#[test]
fn macros_are_noted_and_never_run() {
    let book = rebuilt(&workbook(), &[("xl/vbaProject.bin", b"\x01\x02")]);
    let desk = Desk::new();
    let mut opened = desk.open("a.xlsm", &book).expect("opens");
    assert!(has_note(&opened, "file.macros-ignored"));
    assert_eq!(cells_of(&mut opened).len(), 4);
}

/// A package whose sheet unpacks to two gigabytes of zeros and says that it has `declared` bytes. Written
/// by hand: packing so much would take longer than the test.
fn bomb(declared: u32) -> Vec<u8> {
    // One block of fixed codes: a zero, then matches of length 258 at distance 1, eight to thirteen bytes.
    let mut bits: Vec<bool> = vec![true, true, false];
    let mut code = |value: u32, length: u32| {
        bits.extend((0..length).rev().map(|place| value >> place & 1 == 1));
    };
    code(0b0011_0000, 8);
    for _ in 0..8 {
        code(0b1100_0101, 8);
        code(0, 5);
    }
    let byte = |bits: &[bool]| bits.iter().rev().fold(0_u8, |sum, &bit| sum << 1 | u8::from(bit));
    // After eleven bits the pattern begins inside the second byte and comes again every thirteen.
    let packed: Vec<u8> = bits.chunks(8).map(byte).collect();
    let pattern: Vec<u8> = bits[16..]
        .iter()
        .chain(&bits[11..16])
        .copied()
        .collect::<Vec<_>>()
        .chunks(8)
        .map(byte)
        .collect();
    let mut data = packed[..2].to_vec();
    data.extend(pattern.repeat(2 * 1024 * 1024 * 1024 / (8 * 258)));
    data.extend_from_slice(&[0, 0]);

    let mut archive = Vec::new();
    let mut directory = Vec::new();
    let parts: [(&str, &[u8], u16, u32); 2] =
        [("xl/workbook.xml", b"", 0, 0), ("xl/worksheets/sheet1.xml", &data, 8, declared)];
    for (name, bytes, method, size) in parts {
        let at = u32::try_from(archive.len()).expect("small");
        let mut fields = vec![20, 0, 0, 0];
        fields.extend_from_slice(&method.to_le_bytes());
        fields.extend_from_slice(&[0; 8]);
        fields.extend_from_slice(&u32::try_from(bytes.len()).expect("small").to_le_bytes());
        fields.extend_from_slice(&size.to_le_bytes());
        fields.extend_from_slice(&u16::try_from(name.len()).expect("short").to_le_bytes());
        fields.extend_from_slice(&[0, 0]);
        archive.extend_from_slice(b"PK\x03\x04");
        archive.extend_from_slice(&fields);
        archive.extend_from_slice(name.as_bytes());
        archive.extend_from_slice(bytes);
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&fields);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&at.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let at = u32::try_from(archive.len()).expect("small");
    archive.extend_from_slice(&directory);
    archive.extend_from_slice(b"PK\x05\x06\0\0\0\0\x02\0\x02\0");
    archive.extend_from_slice(&u32::try_from(directory.len()).expect("small").to_le_bytes());
    archive.extend_from_slice(&at.to_le_bytes());
    archive.extend_from_slice(&[0, 0]);
    archive
}

#[test]
fn a_zip_bomb_is_refused_at_once() {
    let desk = Desk::new();
    let refused = |name: &str, declared: u32, limits: &Limits| {
        let path = desk.put(name, &bomb(declared));
        let begin = Instant::now();
        let refusal = open(&path, name, limits).err().expect("refused");
        assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
        refusal.code
    };
    let usual = Limits::default();
    assert_eq!(refused("a.xlsx", 2_147_483_647, &usual), "file.unpacked-too-large");
    // A header that lies: the archive reader stops where the declared bytes end.
    assert_eq!(refused("b.xlsx", 1000, &usual), "file.damaged");
    // Were the size allowed, the text without markup would still be refused before it is held.
    let wide = Limits { unpacked: u64::MAX, ..usual };
    assert_eq!(refused("c.xlsx", 2_147_483_647, &wide), "file.cell-too-long");
}

#[test]
fn what_a_workbook_declares_is_held_against_what_it_holds() {
    let strings = br#"<?xml version="1.0"?><sst uniqueCount="99999999999"><si><t>x</t></si></sst>"#;
    let book = rebuilt(&workbook(), &[("xl/sharedStrings.xml", strings)]);
    assert_eq!(refused("a.xlsx", &book), "file.damaged");

    let mut long =
        b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>".to_vec();
    long.extend(std::iter::repeat_n(b'x', 3 * 1024 * 1024));
    long.extend_from_slice(b"</t></is></c></row></sheetData></worksheet>");
    let book = rebuilt(&workbook(), &[("xl/worksheets/sheet1.xml", &long)]);
    assert_eq!(refused("a.xlsx", &book), "file.cell-too-long");
}

#[test]
fn rows_out_of_order_are_refused() {
    let cell = |name: &str| format!("<c r=\"{name}\"><v>1</v></c>");
    let sheet = |rows: &[(u32, &[&str])]| {
        let rows: String = rows
            .iter()
            .map(|(n, cells)| {
                format!(
                    "<row r=\"{n}\">{}</row>",
                    cells.iter().map(|c| cell(c)).collect::<String>()
                )
            })
            .collect();
        format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").into_bytes()
    };
    let read = |bytes: Vec<u8>| {
        let book = rebuilt(&workbook(), &[("xl/worksheets/sheet1.xml", &bytes)]);
        let desk = Desk::new();
        let mut opened = desk.open("a.xlsx", &book).expect("opens");
        rows_of(&mut opened, 0).map(|rows| rows.len()).map_err(|refusal| refusal.code)
    };
    assert_eq!(read(sheet(&[(1, &["A1", "C1"]), (5, &["A5"])])), Ok(2));
    assert_eq!(read(sheet(&[(2, &["A2"]), (1, &["A1"])])), Err("file.damaged"));
    assert_eq!(read(sheet(&[(1, &["C1", "A1"])])), Err("file.damaged"));
    assert_eq!(read(sheet(&[(2_000_000_000, &["A2000000000"])])), Err("file.damaged"));
    assert_eq!(read(sheet(&[(1, &["XFD1"])])), Err("file.too-many-columns"));
    assert_eq!(
        read(b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1".to_vec()),
        Err("file.damaged")
    );
}

#[test]
fn a_truncated_workbook_is_damaged() {
    let book = workbook();
    for part in 1..8 {
        let cut = &book[..book.len() * part / 8];
        assert_eq!(refused("a.xlsx", cut), "file.damaged");
    }
}

fn sample_xls() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sample.xls");
    fs::read(path).expect("the sample is there")
}

#[test]
fn an_old_workbook_reads_the_same() {
    let desk = Desk::new();
    let mut opened = desk.open("a.xls", &sample_xls()).expect("opens");
    assert_eq!(opened.format, Format::Xls);
    assert_eq!(opened.sheets, ["公示表", "隐藏表"]);
    assert_eq!(opened.hidden, [false, true]);
    assert_eq!(opened.merged_ranges(0).expect("reads"), ["A1:E1"]);
    assert!(has_note(&opened, "file.merged-cells"));
    let all = rows_of(&mut opened, 0).expect("reads");
    assert_eq!(all.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 3, 4, 6]);
    assert_eq!(all[2].1, ["示例甲有限公司", "140700000000000000", "2024-05-01", "1234.5", ""]);
    assert_eq!(
        all[2].2,
        [(1, Mark::Number), (2, Mark::Date), (3, Mark::Number), (4, Mark::Formula)]
    );
    assert_eq!(all[3].1, ["示例乙有限公司", "", "", "TRUE", "=不是公式"]);
    assert_eq!(all[3].2, []);
    let limits = Limits { xls: 1000, packed: 1000, ..Limits::default() };
    let path = desk.put("b.xls", &sample_xls());
    assert_eq!(open(&path, "b.xls", &limits).err().map(|r| r.code), Some("file.too-large"));
}

#[test]
fn an_old_workbook_that_declares_the_impossible_is_refused() {
    let sample = sample_xls();
    // The record of the used range: type 0x0200, 14 bytes.
    let at = sample.windows(4).position(|w| w == [0x00, 0x02, 0x0E, 0x00]).expect("dimensions");
    let mut huge = sample.clone();
    huge[at + 8..at + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(refused("a.xls", &huge), "file.damaged");
    let mut turned = sample.clone();
    turned[at + 4..at + 8].copy_from_slice(&60_000_u32.to_le_bytes());
    assert_eq!(refused("a.xls", &turned), "file.damaged");
    // A directory whose chain runs in a circle: every entry of the sector table points to its own sector.
    let table = u32::from_le_bytes(sample[76..80].try_into().expect("four bytes")) as usize;
    let mut circle = sample.clone();
    for id in 0..128_u32 {
        let place = (table + 1) * 512 + id as usize * 4;
        circle[place..place + 4].copy_from_slice(&id.to_le_bytes());
    }
    assert_eq!(refused("a.xls", &circle), "file.damaged");
    // Word documents come in the same container.
    let name: Vec<u8> = "Workbook".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let place = sample.windows(name.len()).rposition(|w| w == name).expect("entry");
    let mut other = sample.clone();
    other[place..place + 2].copy_from_slice(&u16::from(b'X').to_le_bytes());
    assert_eq!(refused("a.xls", &other), "file.not-a-table");
    let secret: Vec<u8> = "EncryptedPackage\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut encrypted = sample;
    encrypted[place..place + secret.len()].copy_from_slice(&secret);
    assert_eq!(refused("a.xlsx", &encrypted), "file.encrypted");
}

/// A worker thread may take an open file over.
#[test]
fn an_open_file_may_change_threads() {
    fn sendable<T: Send>() {}
    sendable::<Opened>();
    sendable::<Annotator>();
}

#[test]
fn progress_reaches_the_end() {
    let desk = Desk::new();
    let text = LIST.repeat(1000);
    let mut opened = desk.open("a.csv", text.as_bytes()).expect("opens");
    let size = opened.size;
    let mut rows = opened.rows(0).expect("rows");
    let mut row = Row::new();
    while rows.read(&mut row).expect("reads") {}
    assert_eq!(rows.bytes_read(), size);
}

/// The real files, where they are at hand, are read to the end.
#[test]
fn real_files_are_read_to_the_end() {
    let shared = std::env::var("XINYONG_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let from_root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(&shared);
    let Ok(files) = fs::read_dir(from_root.join("data/real")) else { return };
    for file in files.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".csv") {
            continue;
        }
        let mut opened = open(&file.path(), &name, &Limits::default()).expect("opens");
        let gb = name.contains("gb18030");
        let encoding = if gb { "gb18030" } else { "UTF-8" };
        assert!(
            matches!(opened.format, Format::Csv { encoding: found, delimiter: b',', .. } if found == encoding),
            "{name}: {:?}",
            opened.format
        );
        let width = opened.rows(0).map(|mut rows| {
            let mut row = Row::new();
            rows.read(&mut row).expect("heading");
            row.len()
        });
        let all = rows_of(&mut opened, 0).expect("reads");
        assert!(all.len() > 1 && width.expect("opens") > 1, "{name}");
        if gb {
            assert!(all.len() > 4900, "{}", all.len());
        }
    }
}

/// Whatever comes, it is read or refused.
fn survive(bytes: &[u8]) {
    let limits = Limits { unpacked: 64 * 1024 * 1024, ..Limits::default() };
    let desk = Desk::new();
    let path = desk.put("x", bytes);
    if let Ok(mut opened) = open(&path, "x.xlsx", &limits) {
        for sheet in 0..opened.sheets.len() {
            let _ = rows_of(&mut opened, sheet);
            let _ = opened.merged_ranges(sheet);
        }
    }
}

fn mutated(mut bytes: Vec<u8>, changes: &[(usize, u8)]) -> Vec<u8> {
    for (at, byte) in changes {
        let length = bytes.len();
        bytes[at % length] = *byte;
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_cause_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..3000), kind in 0_usize..5) {
        let begin: [&[u8]; 5] =
            [b"", b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xFF\xFE", "名称,\"".as_bytes()];
        survive(&[begin[kind], &bytes].concat());
    }

    #[test]
    fn no_text_causes_a_panic(text in "[a名,;\"\t\r\n =<]{0,200}") {
        survive(text.as_bytes());
        survive(&encoding_rs::GB18030.encode(&text).0);
    }

    #[test]
    fn no_mutated_workbook_causes_a_panic(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..12)) {
        survive(&mutated(workbook(), &changes));
    }

    #[test]
    fn no_mutated_sheet_causes_a_panic(
        part in 0_usize..4,
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..12),
    ) {
        let names = ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"];
        let book = workbook();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&book)).expect("archive");
        let mut bytes = Vec::new();
        archive.by_name(names[part]).expect("part").read_to_end(&mut bytes).expect("reads");
        let bytes = mutated(bytes, &changes);
        survive(&rebuilt(&book, &[(names[part], &bytes)]));
    }

    #[test]
    fn no_mutated_old_workbook_causes_a_panic(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..12)) {
        survive(&mutated(sample_xls(), &changes));
    }
}
