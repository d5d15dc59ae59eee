//! The words of a commitment: what was shown, and the whole text that is signed.

use jiff::civil::Date;
use xinyong_store::sm3_hex;

use super::OpenMatter;

/// Before the digest of the published edition in the text that is signed.
pub(super) const EDITION: &str = "公布文本的摘要（SM3）：";

/// Who commits to what.
pub(super) struct Signed<'s> {
    pub matter: &'s OpenMatter,
    pub firm: &'s str,
    pub code: &'s str,
    pub reason: &'s str,
    pub made_on: Date,
    pub valid_until: Option<Date>,
}

fn told(matter: &OpenMatter) -> String {
    format!(
        "【告知】\n{}\n{}\n依据：{}\n核查：事项办结后 {} 个工作日内\n公开类型：{}\n【承诺】\n{}\n【违诺责任】\n{}\n",
        matter.notice,
        matter.choice,
        matter.basis,
        matter.days,
        matter.scope,
        matter.content,
        matter.liability
    )
}

/// SM3 of everything that a page shows before somebody signs.
pub(super) fn shown_digest(matter: &OpenMatter) -> String {
    sm3_hex(format!("{} {} {}\n{}", matter.id, matter.code, matter.name, told(matter)).as_bytes())
}

impl Signed<'_> {
    /// The whole text, with its SM3.
    pub(super) fn text(&self) -> (String, String) {
        let matter = self.matter;
        let until =
            self.valid_until.map(|day| format!("承诺有效期至：{day}\n")).unwrap_or_default();
        let text = format!(
            "承诺人：{}（{}）\n受理单位：{}\n事项：{}（{}）\n{EDITION}{}\n承诺类型：{}\n承诺事由：{}\n承诺作出日期：{}\n{until}{}",
            self.firm,
            self.code,
            matter.unit_name,
            matter.name,
            matter.code,
            matter.edition,
            matter.kind,
            self.reason,
            self.made_on,
            told(matter)
        );
        let digest = sm3_hex(text.as_bytes());
        (text, digest)
    }
}
