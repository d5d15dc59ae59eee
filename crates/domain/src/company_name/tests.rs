//! Names read into parts, and what follows from two of them.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::law::Law;

static LAW: LazyLock<Law> =
    LazyLock::new(|| Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}")));

fn read(name: &str) -> String {
    let parsed = LAW.names().read(name);
    let parts: Vec<&str> = parsed.parts().iter().map(|part| part.text.as_str()).collect();
    parts.join("|")
}

#[test]
fn a_name_is_read_into_its_parts() {
    for (name, parts) in [
        ("平陆县示例建材有限公司", "平陆县|示例|建材|有限公司"),
        (
            "山西省运城市平陆县示例鑫源商贸有限责任公司",
            "山西省|运城市|平陆县|示例鑫源|商贸|有限责任公司",
        ),
        ("平陆示例果业", "平陆|示例|果业"),
        ("平陆县示例有限公司第一分公司", "平陆县|示例|有限公司|第一分公司"),
        ("平陆县示例有限公司（南桥）", "平陆县|示例|有限公司|(南桥)"),
        ("示例（山西）科技有限公司", "示例|(山西)|科技|有限公司"),
        ("平陆县示例供销合作社第二门市部", "平陆县|示例|供销合作社|第二门市部"),
        ("平陆县示例加油站", "平陆县|示例|加油站"),
        ("山西省食品公司", "山西省|食品|公司"),
        ("长安商贸有限公司", "长安|商贸|有限公司"),
        ("平陸縣示例機械廠", "平陆县|示例|机械|厂"),
        ("", ""),
        ("公司", "公司"),
    ] {
        assert_eq!(read(name), parts, "{name}");
    }
}

#[test]
fn two_names_say_what_differs() {
    use NamePart as P;
    use Verdict::{Different, LikelySame, Same, Unsure};
    let own = "平陆县宏达示例建材有限公司";
    for (other, verdict, part) in [
        ("平陆县宏达示例建材有限公司", Same, None),
        (" 平陆县宏达示例 建材有限公司", Same, None),
        ("平陆宏达示例建材有限公司", LikelySame, Some(P::Region)),
        ("山西省平陆县宏达示例建材有限公司", LikelySame, Some(P::Region)),
        ("宏达示例建材有限公司", LikelySame, Some(P::Region)),
        ("平陆县宏达示例建材有限责任公司", LikelySame, Some(P::Form)),
        ("平陆县宏达示例建材", LikelySame, Some(P::Form)),
        ("平陸縣宏達示例建材有限公司", LikelySame, Some(P::Writing)),
        ("平陆县宏达示例建材股份有限公司", Unsure, Some(P::Form)),
        ("平陆县宏达示例有限公司", Unsure, Some(P::Industry)),
        ("平陆县宏达示例建财有限公司", Unsure, Some(P::Industry)),
        ("平陆县宏达示例建材有限公司(南桥)", Unsure, Some(P::Bracket)),
        ("运城市宏达示例建材有限公司", Unsure, Some(P::Region)),
        ("芮城县宏达示例建材有限公司", Different, Some(P::Region)),
        ("平陆县宏大示例建材有限公司", Different, Some(P::Trade)),
        ("平陆县宏达示例食品有限公司", Different, Some(P::Industry)),
        ("平陆县宏达示例建材有限公司第一分公司", Different, Some(P::Branch)),
    ] {
        let likeness = LAW.names().compare(own, other);
        assert_eq!(likeness.verdict, verdict, "{other}: {}", likeness.reason());
        assert_eq!(likeness.differences.first().map(|one| one.part), part, "{other}");
    }
}

#[test]
fn numbers_tell_apart_and_their_writing_does_not() {
    use Verdict::{Different, LikelySame, Unsure};
    for (one, other, verdict) in [
        ("平陆县示例供销社第一门市部", "平陆县示例供销社第二门市部", Different),
        ("平陆县示例供销社第一门市部", "平陆县示例供销社第1门市部", LikelySame),
        ("平陆县示例供销社第十二门市部", "平陆县示例供销社第12门市部", LikelySame),
        ("平陆县示例供销社第一门市部", "平陆县示例供销社门市部", Unsure),
        ("平陆县示例第一建筑公司", "平陆县示例第二建筑公司", Different),
        ("示例银行股份有限公司平陆支行", "示例银行股份有限公司平陆县支行", LikelySame),
        ("示例银行股份有限公司平陆支行", "示例银行股份有限公司芮城支行", Different),
        ("平陆县示例有限公司(南桥)", "平陆县示例有限公司(北桥)", Different),
        ("平陆县示例加油站", "平陆县示例门市部", Different),
    ] {
        let likeness = LAW.names().compare(one, other);
        assert_eq!(likeness.verdict, verdict, "{one} {other}: {}", likeness.reason());
    }
    let said = LAW.names().compare("平陆县宏达有限公司", "平陆县宏大有限公司").reason();
    assert_eq!(said, "字号“宏达”与“宏大”不同，是另一家");
    let said = LAW.names().compare("平陆宏达有限公司", "平陆县宏达有限公司").reason();
    assert_eq!(said, "前者的行政区划少写“县”");
}

/// Texts of what names are made of, in any order.
fn any_name() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "平陆县",
        "平陆",
        "山西省",
        "运城市",
        "长安",
        "示例",
        "宏达",
        "一",
        "第",
        "12",
        "(",
        ")",
        "（南桥）",
        "商贸",
        "建材",
        "集团",
        "有限公司",
        "公司",
        "供销社",
        "分公司",
        "门市部",
        "店",
        "縣",
        "a",
        " ",
    ]);
    prop_oneof![prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()), "\\PC{0,16}",]
}

proptest! {
    #[test]
    fn the_parts_are_the_name_again(name in any_name()) {
        let parsed = LAW.names().read(&name);
        let joined: String = parsed.parts().iter().map(|part| part.text.as_str()).collect();
        prop_assert_eq!(&joined, parsed.folded());
        let count = crate::text::normalise_name(&name).chars().count();
        prop_assert_eq!(joined.chars().count(), count);
    }

    #[test]
    fn a_verdict_is_the_same_from_both_sides(one in any_name(), other in any_name()) {
        let (here, there) = (LAW.names().compare(&one, &other), LAW.names().compare(&other, &one));
        prop_assert_eq!(here.verdict, there.verdict);
        let equal = crate::text::normalise_name(&one) == crate::text::normalise_name(&other);
        prop_assert_eq!(here.verdict == Verdict::Same, equal);
    }
}
