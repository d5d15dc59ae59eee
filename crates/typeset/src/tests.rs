//! What holds for every document.

use std::error::Error;

use serde_json::json;

use super::{Document, Moment, TypesetError, Typesetter};

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
        pictures: Vec::new(),
        identity: "样张",
        made: MADE,
    }
}

#[test]
fn the_same_document_has_the_same_bytes() -> Checked {
    let setter = Typesetter::new()?;
    let first = setter.set_source(PLAIN, document("平陆县鑫源建材有限公司"))?;
    let again = Typesetter::new()?.set_source(PLAIN, document("平陆县鑫源建材有限公司"))?;
    let other = setter.set_source(PLAIN, document("平陆县鑫源建材有限责任公司"))?;
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
        setter.set_source(PLAIN, document(name))?;
    }
    assert_eq!(setter.faces.printable("张\u{2CE8F}\u{7}\n甲"), "张〓（U+2CE8F）\n甲");
    setter.set_source(PLAIN, document("张\u{2CE8F}\u{10FFFD}"))?;
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
        let set = setter.set_source(source, document(""));
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
            pictures: Vec::new(),
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
