//! `GET /guides/objection`: who may object to what, what happens then, and by when. Grounds and days are those in force today.

use jiff::civil::Date;
use xinyong_domain::law::{County, Law};
use xinyong_domain::rules::objection::is_own;
use xinyong_domain::ruling::Ruling;
use xinyong_service::objections::GROUNDS;

use super::about::{Guide, objection};
use crate::ui::reasons;

/// Working days in words, cited.
fn within(law: &Law, day: Date, parameter: &str, ruling: &mut Ruling<()>) -> String {
    law.at(day).number(parameter).applies().map_or_else(String::new, |cited| {
        ruling.cite(cited.citation);
        format!("{}个工作日", cited.value)
    })
}

/// The sections of the guide as of a day.
pub(super) fn sections(county: Option<&County>, law: &Law, day: Date) -> Vec<Guide> {
    let mut ruling = Ruling::new(());
    ruling.input("on", day);
    let own = within(law, day, "objection.own.days", &mut ruling);
    let source = within(law, day, "objection.source.days", &mut ruling);
    let carry = within(law, day, "objection.carry-out.days", &mut ruling);
    let most = law.at(day).number("objection.withdrawn.most").applies();
    let most = most.map_or_else(String::new, |cited| cited.value.to_string());
    let grounds = law.codes().get(GROUNDS).into_iter().flat_map(|list| &list.codes);
    let who =
        |id: &str| if is_own(id, day, law).value { "信用办" } else { "信息提供单位" };
    vec![
        Guide {
            id: "how",
            title: "怎样提出异议",
            lead: "不收费。由主体的经办人在“我的主体”中提出，也可以带书面材料到政务服务大厅的窗口。"
                .to_owned(),
            steps: vec![
                "信息中写到的个人（法定代表人、直接责任人员、裁决的当事人等）也可以自己提出：本人或者受托人带证件到信用办或者信息提供单位的窗口。登记的姓名、证件号码和电话加密保存，不公开，办结后按期清除；申请材料的扫描件不随之清除，与其他扫描件一样加密留存。声明经本人同意、由另一人核对以后才随信息公开，不写明是谁。（个人提出异议是平台设定，本省规定核对后改用。）"
                    .to_owned(),
                "选择对哪一条信息提出，写明理由和正确的内容，可以附证明材料。".to_owned(),
                "可以写一段异议声明：异议处理期间随信息公开显示，不能写自然人的姓名、号码和网址。"
                    .to_owned(),
                format!("同一条信息在办结以前只提出一次；没有答复以前可以撤回，在线撤回满{most}次的，以后到窗口提出。"),
                "以同样的理由答复过不成立、信息也没有变化的，有新的证据才能再提出。".to_owned(),
            ],
            why: None,
        },
        Guide {
            id: "grounds",
            title: "可以提出的理由和由谁答复",
            lead: "理由从下面选一项。".to_owned(),
            steps: grounds.map(|code| format!("{}：由{}答复。", code.label, who(&code.id))).collect(),
            why: None,
        },
        Guide {
            id: "clocks",
            title: "提出以后会怎样",
            lead: "期限从提出之日起计算，转送不重新起算。".to_owned(),
            steps: vec![
                "提出的当时，这条信息在页面、列表、接口、下载、信用报告和信用核查中都标注“异议处理中”，不作为任何惩戒措施的依据。".to_owned(),
                format!("由信用办核实的，{own}内答复；由信息提供单位核实的，{source}内答复。答复都写明理由。"),
                "逾期没有答复的，这条信息暂停公示、共享和使用，直到答复。".to_owned(),
                format!("成立的，{carry}内由两人更正或者撤下，逐处核对，并发布更正公告；逾期没有更正的，暂停公示直到更正。"),
                "不成立的，去掉标注。对答复不服的，可以依法申请行政复议或者提起行政诉讼。".to_owned(),
            ],
            why: Some(reasons::why(law, "异议的期限", "本平台设定的期限，本省规定核对后改用。", &ruling)),
        },
        objection(county, law),
    ]
}
