//! Whose words stand beside a record, and where it names somebody.

use jiff::civil::date;

use super::*;

#[test]
fn the_words_of_a_person_say_whose_they_are_and_not_who_that_is() {
    let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
    let on = date(2026, 9, 14);
    let names = ["示例李四", "示例代办"];
    let numbers = ["E00000000", "0359-0000000", "1"];
    let said = |text: &str| statement_of_person(text, (&names[..], &numbers[..]), on, &law);
    assert_eq!(said("处罚与本人无关。").as_deref(), Ok("（信息中写到的个人）处罚与本人无关。"));
    assert_eq!(said("  ").as_deref(), Ok(""));
    assert!(said("第1项与本人无关").is_ok(), "too short to be a number of somebody");
    for text in [
        "我是示例李四",
        "示 例 李四没有签字",
        "护照e00000000",
        "请打０３５９-0000000",
        "请打03590000000",
        "请打0359—000 0000",
        "护照E-0000-0000",
        "由示例代办交来",
    ] {
        assert_eq!(said(text), Err(StatementFault::Named), "{text}");
    }
    assert_eq!(said("见 www.x").map_err(StatementFault::code), Err("objection.statement-link"));
}

#[test]
fn a_name_is_found_where_a_field_holds_it() {
    let fields =
        [("法定代表人", "示例 李四"), ("裁决内容", "由示例李四负责"), ("名称", "示例公司")];
    assert_eq!(fields_with("示例李四", fields.into_iter()), ["法定代表人", "裁决内容"]);
    assert!(fields_with("示例王五", fields.into_iter()).is_empty());
    assert!(fields_with("李", fields.into_iter()).is_empty(), "too short to be looked for");
}

#[test]
fn a_name_inside_another_is_not_that_name() {
    for text in ["王明", "王 明", "直接责任人员：王明、李示例", "由 王明 负责", "(王明)"]
    {
        assert!(has_whole(text, "王明"), "{text}");
    }
    for text in ["王明辉", "山西王明酒业有限公司", "由王明负责", "王", ""] {
        assert!(!has_whole(text, "王明"), "{text}");
    }
    assert!(has_whole("买买提·示例、王明", "买买提•示例"));
    assert!(has_whole("JOHN SAMPLE，王明", "John Sample"));
    assert!(!has_whole("买买提·示例", "买买提"), "a part of a name");
    assert!(!has_whole("王", "王"), "too short to be looked for");
}
