//! `GET /guides/repair`: how to apply for repair on the three sites, to be printed and laid out at the window. Every condition, material and
//! number of days is the one that is in force today.

use xinyong_domain::law::{County, Law, Lookup};
use xinyong_domain::ruling::Ruling;
use xinyong_service::repairs::{CONDITIONS, MATERIALS};

use super::about::{Guide, number};
use crate::ui::reasons;

/// What a list of codes calls some of its codes, cited; also of an entry that nobody has verified, which its citation says.
fn named(law: &Law, list: &str, parameter: &str, ruling: &mut Ruling<()>) -> Vec<String> {
    let cited = match law.at(ruling_day(ruling)).list(parameter) {
        Lookup::Applies(cited) | Lookup::Unconfirmed(cited) => cited,
        Lookup::Absent => return Vec::new(),
    };
    ruling.cite(cited.citation);
    cited.value.iter().map(|id| law.label_of(list, id).to_owned()).collect()
}

/// The day that the guide is for, which stands among the inputs.
fn ruling_day(ruling: &Ruling<()>) -> jiff::civil::Date {
    ruling.inputs.get("on").and_then(|day| day.parse().ok()).unwrap_or(jiff::civil::Date::MAX)
}

fn begun(day: jiff::civil::Date) -> Ruling<()> {
    let mut ruling = Ruling::new(());
    ruling.input("on", day);
    ruling
}

/// Working days in words.
fn within(law: &Law, parameter: &str, ruling: &mut Ruling<()>) -> Option<String> {
    let cited = law.at(ruling_day(ruling)).number(parameter).applies()?;
    ruling.cite(cited.citation);
    Some(format!("{}个工作日", cited.value))
}

fn listed(label: &str, parts: &[String]) -> Option<String> {
    (!parts.is_empty()).then(|| format!("{label}：{}。", parts.join("；")))
}

/// The sections of the guide as of a day.
pub(super) fn sections(county: Option<&County>, law: &Law, day: jiff::civil::Date) -> Vec<Guide> {
    vec![
        general(county, law, day),
        site(
            law,
            day,
            (
                "credit-china",
                "“信用中国”网站：市场监管以外的处罚",
                "repair.procedure",
                "repair.decide.days",
            ),
            &[
                "登录“信用中国”网站，用统一社会信用代码找到要修复的处罚信息，选择在线申请修复。",
                "按网站的样式签署信用修复承诺书，上传纠正、履行的证明。",
            ],
        ),
        site(
            law,
            day,
            (
                "market-regulation",
                "国家企业信用信息公示系统：市场监管部门的处罚和名单",
                "repair.procedure.samr",
                "repair.decide.samr.days",
            ),
            &[
                "登录国家企业信用信息公示系统，在企业信息填报中选择信用修复。",
                "向作出处罚或者列入决定的市场监管部门提交申请，该部门作出决定。",
                "该系统的公示期限与“信用中国”不完全相同，以各自的规定为准。",
            ],
        ),
        lists(law, day),
        window(law, day),
    ]
}

fn general(county: Option<&County>, law: &Law, day: jiff::civil::Date) -> Guide {
    let mut ruling = begun(day);
    for id in ["publicity.order36.general.minimum", "publicity.order36.serious.minimum"] {
        number(law, id, &mut ruling);
    }
    Guide {
        id: "when",
        title: "什么时候可以申请",
        lead: format!(
            "修复是依法享有的权利，任何单位不得收费。{}",
            county.map_or("", |county| county.text("repair"))
        ),
        steps: vec![
            "在本站查到的信息，详细页写明“最早可申请修复”的日期和依据。".to_owned(),
            "本单位的经办人登录“我的主体”，在“信用修复”逐条查看什么时候可以申请、还缺什么，也可以直接申请。".to_owned(),
            "早一天也不能受理；到最长公示期的，自动停止公示，不需要申请。".to_owned(),
            "决定被撤销、变更、确认违法或者无效的，不是修复：请向作出决定的单位提出，由其撤下。".to_owned(),
        ],
        why: Some(reasons::why(law, "最短公示期", "最短公示期所用的规定。", &ruling)),
    }
}

fn site(
    law: &Law,
    day: jiff::civil::Date,
    (id, title, procedure, clock): (&'static str, &'static str, &str, &str),
    steps: &[&str],
) -> Guide {
    let mut ruling = begun(day);
    let found = law.at(day).word(procedure).applies();
    let word = found.map_or_else(String::new, |cited| {
        ruling.cite(cited.citation);
        cited.value
    });
    let mut all: Vec<String> = steps.iter().map(|step| (*step).to_owned()).collect();
    let conditions = named(law, CONDITIONS, &format!("repair.conditions.{word}"), &mut ruling);
    all.extend(listed("条件", &conditions));
    let unverified = named(law, CONDITIONS, &format!("repair.unverified.{word}"), &mut ruling);
    all.extend(listed("待核实原文的条件", &unverified));
    let materials = named(law, MATERIALS, &format!("repair.materials.{word}"), &mut ruling);
    all.extend(listed("材料", &materials));
    if let Some(days) = within(law, "repair.accept.days", &mut ruling) {
        all.push(format!("{days}内告知是否受理，不受理的说明理由；需要补正的，一次告知全部内容。"));
    }
    if let Some(days) = within(law, clock, &mut ruling) {
        all.push(format!("一般在申请后{days}内办结；准予的，停止公示。"));
    }
    Guide {
        id,
        title,
        lead: "由认定单位核实办理。".to_owned(),
        steps: all,
        why: Some(reasons::why(law, title, "条件、材料和期限所用的规定。", &ruling)),
    }
}

fn lists(law: &Law, day: jiff::civil::Date) -> Guide {
    let mut ruling = begun(day);
    let mut steps = Vec::new();
    let codes = law.codes().get("severe-list").map(|list| list.codes.clone()).unwrap_or_default();
    for list in codes {
        if let Some(exit) = law.at(day).word(&format!("repair.exit.{}", list.id)).applies() {
            ruling.cite(exit.citation);
            steps.push(format!("{}：由人民法院依其规定删除，不在这里申请。", list.label));
            continue;
        }
        let conditions =
            named(law, CONDITIONS, &format!("repair.conditions.{}", list.id), &mut ruling);
        steps.extend(listed(&list.label, &conditions));
        let unverified =
            named(law, CONDITIONS, &format!("repair.unverified.{}", list.id), &mut ruling);
        steps.extend(listed(&format!("{}（待核实原文）", list.label), &unverified));
    }
    steps.push("没有列出的名单，退出的规则待核实，请向列入的单位了解。".to_owned());
    Guide {
        id: "lists",
        title: "严重失信主体名单：向认定单位申请移出",
        lead: "各名单按自己的办法移出；“信用中国”也接收申请，转认定单位办理。".to_owned(),
        steps,
        why: Some(reasons::why(law, "名单的移出", "移出条件所用的规定。", &ruling)),
    }
}

fn window(law: &Law, day: jiff::civil::Date) -> Guide {
    let mut ruling = begun(day);
    let mut steps = vec![
        "带营业执照、经办人身份证件、授权委托书或者法定代表人身份证明，到政务服务大厅的信用修复窗口。".to_owned(),
        "窗口当场查出哪些信息可以申请，扫描材料，录入后与网上申请同样办理，期限相同。".to_owned(),
        "单位自己有的缴款、整改记录，不要求申请人提交。".to_owned(),
    ];
    if let Some(days) = within(law, "repair.share.days", &mut ruling) {
        steps.push(format!("准予修复的，本站立即停止公示，{days}内各处停止共享和使用。"));
    }
    Guide {
        id: "window",
        title: "窗口：不便上网的",
        lead: "不收费，不要求参加培训，不要求第三方报告。".to_owned(),
        steps,
        why: Some(reasons::why(law, "窗口办理", "期限所用的规定。", &ruling)),
    }
}
