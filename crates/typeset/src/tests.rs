//! What holds for every document.

use std::error::Error;

use serde_json::json;
use typst::foundations::Datetime;
use typst::layout::{Frame, FrameItem, Point};
use typst_layout::PagedDocument;

use super::{Document, Moment, TEMPLATES, TypesetError, Typesetter, margins, world};

type Checked = Result<(), Box<dyn Error>>;

const MADE: Moment = Moment { year: 2026, month: 11, day: 3, hour: 1, minute: 2, second: 3 };

const PLAIN: &str = r#"#set document(title: "样张")
#set text(font: "Noto Serif CJK SC", lang: "zh", region: "cn")
#let data = json("/data.json")
#data.name"#;

fn document(name: &str) -> Document<'static> {
    Document {
        template: "",
        data: json!({ "name": name }),
        codes: Vec::new(),
        files: Vec::new(),
        identity: "样张",
        made: MADE,
    }
}

#[test]
fn the_same_document_has_the_same_bytes() -> Checked {
    let setter = Typesetter::new()?;
    let first = setter.set_source(world::main(PLAIN)?, document("平陆县鑫源建材有限公司"))?;
    let again =
        Typesetter::new()?.set_source(world::main(PLAIN)?, document("平陆县鑫源建材有限公司"))?;
    let other = setter.set_source(world::main(PLAIN)?, document("平陆县鑫源建材有限责任公司"))?;
    assert!(first.starts_with(b"%PDF-1.7"));
    assert_eq!(first, again);
    assert_ne!(first, other);
    Ok(())
}

#[test]
fn rare_characters_are_set_and_those_no_face_has_do_not_stop_a_document() -> Checked {
    let setter = Typesetter::new()?;
    for name in ["张䶮", "李㛃", "王𬱖", "赵𫍯", "𠮷野"] {
        assert_eq!(setter.faces.printable(name), name);
        setter.set_source(world::main(PLAIN)?, document(name))?;
    }
    assert_eq!(setter.faces.printable("张\u{2CE8F}\u{7}\n甲"), "张〓（U+2CE8F）\n甲");
    setter.set_source(world::main(PLAIN)?, document("张\u{2CE8F}\u{10FFFD}"))?;
    Ok(())
}

#[test]
fn a_template_sees_no_file_and_must_fit_its_data() -> Checked {
    let setter = Typesetter::new()?;
    for source in [
        "#read(\"/etc/passwd\")",
        "#import \"@preview/cetz:0.2.0\"",
        "#json(\"/data.json\").absent",
    ] {
        let set = setter.set_source(world::main(source)?, document(""));
        assert!(matches!(set, Err(TypesetError::Set(_))), "{source}: {set:?}");
    }
    let none = setter.set(document(""));
    assert_eq!(none, Err(TypesetError::NoTemplate(String::new())));
    Ok(())
}

fn bulletin(units: usize) -> serde_json::Value {
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
    let rows: Vec<_> = (1..=units)
        .map(|place| {
            json!({ "sum": false, "cells": [place.to_string(), format!("示例县第{place}局"), "1,204", "1,200", "1,199", "1", "0", "4", "0",
                "1,310", "1,200", "99.6%", "91.6%", "100%"] })
        })
        .collect();
    json!({
        "office": "示例县社会信用体系建设联席会议办公室",
        "number": "示信用办〔2026〕9号",
        "title": "关于2026年10月公共信用信息归集情况的通报",
        "addressees": "各有关单位：",
        "sections": [
            { "heading": "一、总体情况", "paragraphs": ["全县各单位应报行政许可、行政处罚等决定1,204条。".repeat(6)] },
            { "heading": "二、存在的问题", "paragraphs": ["迟报：示例县第1局（1条）。"] },
            { "heading": "三、有关要求", "paragraphs": ["逐条核对。", "提出异议。"] },
        ],
        "annex_title": "2026年10月各单位公共信用信息归集情况表",
        "day": "2026年11月3日",
        "heads": heads,
        "rows": rows,
        "bars_title": "参加排名单位的及时率",
        "bar_heads": ["单位", "", "及时率"],
        "bars": (1..=units).map(|place| json!({ "name": format!("示例县第{place}局"), "share": 99, "value": "99.6%" })).collect::<Vec<_>>(),
        "note": "应报为已报与漏报之和。",
    })
}

#[test]
fn every_template_can_be_kept_and_read_aloud() -> Checked {
    let setter = Typesetter::new()?;
    for units in [0, 3, 45] {
        let document = Document {
            template: "bulletin",
            data: bulletin(units),
            codes: Vec::new(),
            files: Vec::new(),
            identity: "通报 2026-10",
            made: MADE,
        };
        let bytes = setter.set(document)?;
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("pdfaid:part") && text.contains("pdfuaid:part"), "{units} units");
        if let Some(folder) = std::env::var_os("XINYONG_KEEP_DOCUMENTS") {
            std::fs::write(
                std::path::Path::new(&folder).join(format!("bulletin-{units}.pdf")),
                bytes,
            )?;
        }
    }
    Ok(())
}

/// What a file is sealed with stands in it as it was given, so that it can be found and filled in.
const SEAL: &str =
    "xinyong-report/1;number=202605041902570Y0Y79A8;at=0000000000000;signature=0000000000";

fn report(groups: &serde_json::Value) -> serde_json::Value {
    let cell = |label: &str, value: &str, whole: bool| json!({ "label": label, "value": value, "whole": whole });
    json!({
        "title": "公共信用信息报告", "standard": "公共信用信息报告标准（2022年版）", "version": "V2.0", "edition": "公开版",
        "issuer": "示例县社会信用体系建设联席会议办公室", "number": "202605041902570Y0Y79A8", "made": "2026-05-04 19:02:57",
        "as_of": "2026-05-04", "name": "平陆县示例䶮㛃建材有限公司", "code": "91140829XYDEM0019X", "labels": ["存续"],
        "counts": (0..8).map(|n| json!({ "label": format!("第{n}项"), "count": "0" })).collect::<Vec<_>>(),
        "sections": [
            { "title": "一、登记注册基础信息", "cells": [cell("主体名称", "平陆县示例䶮㛃建材有限公司", true)], "groups": [], "grid": null, "text": "" },
            { "title": "二、行政管理信息", "cells": [], "groups": groups, "grid": null, "text": "" },
            { "title": "三、诚实守信相关荣誉信息", "cells": [], "groups": [], "grid": null, "text": "查询期内没有依法应当列出的此类信息。" },
        ],
        "seal": SEAL, "statement": ["只汇集有关单位依法记录并报送的信息。"], "verify": "核验：输入报告编号。",
        "terms": [], "lead": "", "log": "",
    })
}

/// What a page says and where, in points.
fn placed(frame: &Frame, at: Point, into: &mut Vec<String>) {
    for (point, item) in frame.items() {
        let Point { x, y } = at + *point;
        match item {
            FrameItem::Group(group) => placed(&group.frame, Point { x, y }, into),
            FrameItem::Text(text) => {
                into.push(format!("{} {:.2} {:.2}", text.text, x.to_pt(), y.to_pt()));
            }
            _ => {}
        }
    }
}

fn laid_out(
    setter: &Typesetter,
    source: &str,
    data: serde_json::Value,
) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
    let main = world::main(source)?;
    let setting =
        world::Setting { faces: &setter.faces, library: &setter.library, main: main.clone() };
    let codes = vec![("/check.svg", "202605041902570Y0Y79A8".to_owned())];
    let files = vec![("/content.json", b"{}".to_vec())];
    let day = Datetime::from_ymd(2026, 11, 3).ok_or("no day")?;
    let sheet = world::Sheet::new(setting, data, codes, files, day)?;
    let set = typst::compile::<PagedDocument>(&sheet)
        .output
        .and_then(|set| margins::with_margins(&sheet, &main, set))
        .map_err(|all| format!("{all:?}"))?;
    Ok(set
        .pages()
        .iter()
        .map(|page| {
            let mut all = Vec::new();
            placed(&page.frame, Point::zero(), &mut all);
            all.sort();
            all
        })
        .collect())
}

#[test]
fn each_page_has_its_number_and_that_of_all() -> Checked {
    let setter = Typesetter::new()?;
    let source = r#"#set page(width: 50mm, height: 50mm)
        #let margins(page, pages, flipped) = text(str(page) + "/" + str(pages) + if flipped { "宽" })
        甲#pagebreak()乙#pagebreak()
        #set page(width: 80mm)
        丙"#;
    let pages = laid_out(&setter, source, json!({}))?;
    let first = |one: &String| one.split(' ').next().map(str::to_owned);
    let said: Vec<Vec<_>> =
        pages.iter().map(|page| page.iter().filter_map(first).collect()).collect();
    assert_eq!(said, [["1/3", "甲"], ["2/3", "乙"], ["3/3宽", "丙"]]);
    Ok(())
}

/// Texts around the lengths that fill a line, of characters that break anywhere and of others.
fn facts() -> serde_json::Value {
    let sorts = ["平陆县示例建材", "示例（甲）、《乙》。", "A1（示）Ю", "々〇——", "WWW@%"];
    let text =
        |sort: &str, length: usize| -> String { sort.chars().cycle().take(length).collect() };
    let mut cells = Vec::new();
    for sort in sorts {
        for length in [1, 7, 8, 9, 15, 16, 17, 39, 40, 41, 80] {
            cells.push(json!({ "label": text(sort, length.min(25)), "value": text(sort, length), "whole": true }));
        }
        for length in [14, 15, 16, 18] {
            for label in [7, 8] {
                cells.push(json!({ "label": text(sort, label), "value": text(sort, length), "whole": false }));
            }
        }
    }
    cells.push(json!({ "label": "两行", "value": "一\n二", "whole": true }));
    cells.push(json!({ "label": "长划", "value": "⸺".repeat(18), "whole": true }));
    cells.push(json!({ "label": "没有", "value": "", "whole": true }));
    json!([{ "name": "行政处罚", "entries": [{ "title": "甲", "cells": cells }] }])
}

#[test]
fn a_row_that_is_given_its_height_is_as_high_as_it_would_be() -> Checked {
    let setter = Typesetter::new()?;
    let source = TEMPLATES.iter().find(|(name, _)| *name == "report").ok_or("no report")?.1;
    // On one page: what is given its height is not torn between two.
    let source = source.replace("paper: \"a4\"", "width: 210mm, height: 4000mm");
    let plain = source.replace(", rows: rows,", ",");
    assert_ne!(source, plain);
    let data = report(&facts());
    assert_eq!(laid_out(&setter, &source, data.clone())?, laid_out(&setter, &plain, data)?);
    Ok(())
}

#[test]
fn a_report_of_many_records_keeps_its_form() -> Checked {
    let setter = Typesetter::new()?;
    let cell = |label: &str, value: &str, whole: bool| json!({ "label": label, "value": value, "whole": whole });
    let entry = |number: usize| {
        json!({ "title": format!("（示）市监罚〔2026〕{number}号"), "cells": [
            cell("行政处罚决定书文号", &format!("（示）市监罚〔2026〕{number}号"), true),
            cell("处罚类别", "罚款", false), cell("罚款金额（万元）", "0.2", false),
            cell("违法事实", &"销售标签不符合规定的示例商品，".repeat(9), true),
            cell("处罚机关", "示例县市场监督管理局", false), cell("处罚决定日期", "2026-09-01", false),
        ] })
    };
    for records in [0, 1, 30] {
        let entries: Vec<_> = (1..=records).map(entry).collect();
        let groups = if records == 0 {
            json!([])
        } else {
            json!([{ "name": "行政处罚", "entries": entries }])
        };
        let document = Document {
            template: "report",
            data: report(&groups),
            codes: vec![("/check.svg", "202605041902570Y0Y79A8".to_owned())],
            files: vec![("/content.json", b"{}".to_vec())],
            identity: "report",
            made: MADE,
        };
        let bytes = setter.set(document)?;
        let seals = bytes.windows(SEAL.len()).filter(|window| *window == SEAL.as_bytes()).count();
        assert!(seals > 0, "the seal is found in the file as it was given");
        if let Some(folder) = std::env::var_os("XINYONG_KEEP_DOCUMENTS") {
            std::fs::write(
                std::path::Path::new(&folder).join(format!("report-{records}.pdf")),
                bytes,
            )?;
        }
    }
    Ok(())
}
