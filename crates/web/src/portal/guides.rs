//! `GET /guides` and `GET /guides/{audience}`: what to do here, for enterprises, for the units that report, for everybody.
//! Numbers come from the law and are cited.

use askama::Template;
use axum::extract::Path;
use axum::response::Html;
use xinyong_domain::law::{Audience, Law};
use xinyong_domain::ruling::Ruling;

use super::about::{Guide, contacts, from_words, objection, repair};
use super::guide_objection;
use super::guide_repair::sections;
use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Fact, Link, Page};
use crate::ui::{draw, reasons};

/// For whom there is a guide: the word in its address, its title.
const AUDIENCES: [(&str, &str); 5] = [
    ("enterprises", "企业和个体工商户"),
    ("repair", "信用修复"),
    ("objection", "异议"),
    ("units", "报送单位"),
    ("public", "社会公众"),
];

#[derive(Template)]
#[template(path = "portal/guides.html")]
struct Guides {
    page: Page,
    title: String,
    others: Vec<Link>,
    guides: Vec<Guide>,
    contacts: Vec<Fact>,
}

fn links(but: &str) -> Vec<Link> {
    AUDIENCES
        .iter()
        .filter(|(audience, _)| *audience != but)
        .map(|(audience, title)| Link {
            href: format!("/guides/{audience}"),
            label: format!("{title}办事指南"),
        })
        .collect()
}

/// The list of guides.
///
/// # Errors
/// When the template fails.
pub async fn guides(frame: Frame) -> Result<Html<String>, PageError> {
    draw(&Guides {
        page: frame.portal("办事指南", "/guides"),
        title: "办事指南".to_owned(),
        others: links(""),
        guides: Vec::new(),
        contacts: contacts(frame.site.county()),
    })
}

/// The guide for somebody.
///
/// # Errors
/// Not found when there is none for them.
pub async fn guide(frame: Frame, Path(audience): Path<String>) -> Result<Html<String>, PageError> {
    let law = frame.site.desk().law();
    let county = frame.site.county();
    let (_, name) =
        AUDIENCES.iter().find(|(known, _)| *known == audience).ok_or_else(PageError::no_page)?;
    let guides = match audience.as_str() {
        "enterprises" => vec![own(), objection(county, &law), repair(county, &law)],
        "repair" => sections(county, &law, frame.site.desk().today()),
        "objection" => guide_objection::sections(county, &law, frame.site.desk().today()),
        "units" => vec![report(), clocks(&law), mend(), embed(frame.site.base_path())],
        _ => vec![read(), hidden(), reuse(), objection(county, &law)],
    };
    let title = format!("{name}办事指南");
    draw(&Guides {
        page: frame.portal(&title, "/guides"),
        title,
        others: links(&audience),
        guides,
        contacts: contacts(county),
    })
}

fn plain(id: &'static str, title: &'static str, lead: &str, steps: &[&str]) -> Guide {
    Guide {
        id,
        title,
        lead: lead.to_owned(),
        steps: steps.iter().map(|step| (*step).to_owned()).collect(),
        why: None,
    }
}

fn own() -> Guide {
    plain(
        "read",
        "查看：本单位被公示了什么",
        "不用登录，不收费。",
        &[
            "在“信用查询”输入单位名称或统一社会信用代码，打开本单位的页面。",
            "许可和处罚分开列出，新的在前；每条写明由哪个单位作出、什么时候公示、公示到哪一天。",
            "点日期旁的“依据”，可以看到这个日期是按哪条规定、用哪些事实算出来的。",
        ],
    )
}

fn report() -> Guide {
    plain(
        "report",
        "报送：从表格到公示",
        "一份表格由两个人办理：报送员报送，复核员复核。",
        &[
            "报送员登录工作台，选定信息类别，上传表格（xlsx、xls 或 csv）。",
            "系统逐行检查。有问题的，下载带检查结果的表格，照最后一列改正后重新上传。",
            "没有问题的行由报送员提交复核。",
            "复核员核对内容，确认公示依据，通过后入库；不通过的退回并写明原因。",
            "依法应当公开的，入库后即在本站公示；不应当公开的只入库，不公示。",
        ],
    )
}

fn clocks(law: &Law) -> Guide {
    let mut ruling = Ruling::new(());
    // The kinds that share a deadline share a line.
    let mut lines: Vec<(String, Vec<&str>)> = Vec::new();
    for kind in law.kinds().values().filter(|kind| kind.audience == Audience::Public) {
        let words = from_words(law, &kind.report_within, &mut ruling);
        match lines.iter_mut().find(|(known, _)| *known == words) {
            Some((_, names)) => names.push(&kind.name),
            None => lines.push((words, vec![&kind.name])),
        }
    }
    let steps = lines
        .into_iter()
        .map(|(words, names)| format!("{words}报送：{}。", names.join("、")))
        .collect();
    Guide {
        id: "clocks",
        title: "期限：最迟什么时候报送",
        lead: "工作日按国务院办公厅公布的节假日安排计算，工作台的首页列出快到期限的报送。"
            .to_owned(),
        steps,
        why: Some(reasons::why(law, "报送期限", "报送期限所用的规定。", &ruling)),
    }
}

fn mend() -> Guide {
    plain(
        "mend",
        "更正：报错了或者决定变了",
        "已入库的信息不删除，改动都留有记录。",
        &[
            "内容报错的，用同一文号重新报送正确的内容，复核后更新。",
            "处罚决定被变更、撤销或者确认违法、无效的，由复核员在工作台撤下公示并写明理由。",
            "收到当事人异议的，及时核实，确有错误的按上面的办法更正。",
        ],
    )
}

fn embed(base: &str) -> Guide {
    Guide {
        id: "embed",
        title: "嵌入：在政府网站上放查询框",
        lead: "可以在本单位网站的页面上放信用查询框，结果在新窗口打开。任选一种办法：".to_owned(),
        steps: vec![
            format!(
                "在要放的位置引用脚本：本站网址{base}/assets/search-box.js（用 script 标签的 src）。"
            ),
            format!("不用脚本的，放一个 iframe，地址是：本站网址{base}/embed/search。"),
            "查询框不设 Cookie，不收集来访者的信息，不访问其他网站。".to_owned(),
        ],
        why: None,
    }
}

fn read() -> Guide {
    plain(
        "read",
        "看懂：公示信息说明什么",
        "公示的是行政机关作出的决定，不是对单位的评价，本站不评分、不排名。",
        &[
            "“有效”“已到期”说的是许可的有效期；“公示中”说的是处罚还在公示期内。",
            "处罚公示不等于现在仍有问题：看详细页的内容和日期。",
            "名称相近的单位很多，请核对统一社会信用代码。",
            "没有查到，不代表没有：可能不属于公示范围、公示期已满，或者不由本县作出。",
        ],
    )
}

fn hidden() -> Guide {
    plain(
        "hidden",
        "范围：哪些不公示",
        "公示什么由规定确定，以下不在本站公示：",
        &[
            "自然人的许可和处罚。",
            "适用简易程序的、仅警告或通报批评等按规定不公示的处罚。",
            "公示期已满、已修复或已撤下的信息。",
            "国家秘密、商业秘密、个人隐私，以及证件号码。",
        ],
    )
}

fn reuse() -> Guide {
    plain(
        "reuse",
        "使用：下载公示信息",
        "“数据下载”提供公示信息的表格（CSV）和 JSON，附数据字典。",
        &[
            "下载的内容按下载当天的公示规则生成，公示一结束就不再包含。",
            "转用时请注明来源和下载日期；本站停止公示的，请同时停止使用。",
            "不得用公示信息对自然人评分、排名。",
        ],
    )
}
