//! Invented subjects and rows. Every name contains 示例, every code the reserved demonstration body.

use xinyong_domain::identifier::{organisation_code_check_character, uscc_check_character};

/// A valid code of an invented subject.
pub fn code(prefix: &str, number: usize) -> String {
    let body = format!("XYDEM{number:03}");
    let check = organisation_code_check_character(&body).expect("a body");
    let first = format!("{prefix}140829{body}{check}");
    format!("{first}{}", uscc_check_character(&first).expect("a code"))
}

/// The name of an invented company.
pub fn company(number: usize) -> String {
    format!("平陆县示例第{number}建材有限公司")
}

/// A registry of 50 companies and 5 individual businesses.
pub fn registry() -> String {
    let mut text =
        "企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,注册地址,曾用名\n"
            .to_owned();
    for number in 1..=50 {
        let former = if number == 7 { "平陆县示例老字号砖瓦厂" } else { "" };
        text.push_str(&format!(
            "{},{},2015-03-0{},有限责任公司,100万元,建材销售,平陆县示例镇示例村{number}号,{former}\n",
            company(number),
            code("91", number),
            number % 9 + 1
        ));
    }
    for number in 101..=105 {
        text.push_str(&format!(
            "平陆县示例{number}号便利店,{},2018-05-01,个体工商户,N/A,日用百货零售,平陆县示例镇,\n",
            code("92", number)
        ));
    }
    text
}

/// The official headings of a penalty, in order.
pub const PENALTY: [&str; 30] = [
    "行政相对人名称",
    "行政相对人类别",
    "行政相对人代码_1(统一社会信用代码)",
    "行政相对人代码_2(工商注册号)",
    "行政相对人代码_3(组织机构代码)",
    "行政相对人代码_4(税务登记号)",
    "行政相对人代码_5(事业单位证书号)",
    "行政相对人代码_6(社会组织登记证号)",
    "法定代表人",
    "法定代表人证件类型",
    "法定代表人证件号码",
    "证件类型",
    "证件号码",
    "行政处罚决定书文号",
    "违法行为类型",
    "违法事实",
    "处罚依据",
    "处罚类别",
    "处罚内容",
    "罚款金额（万元）",
    "没收违法所得、没收非法财物的金额（万元）",
    "暂扣或吊销证照名称及编号",
    "处罚决定日期",
    "处罚有效期",
    "公示截止期",
    "处罚机关",
    "处罚机关统一社会信用代码",
    "数据来源单位",
    "数据来源单位统一社会信用代码",
    "备注",
];

/// A good penalty row on an invented company; `change` sets columns by heading.
pub fn penalty(number: usize, decided: &str, change: &[(&str, &str)]) -> Vec<String> {
    let authority = code("11", 900);
    let mut row: Vec<String> = vec![
        company(number),
        "法人及非法人组织".into(),
        code("91", number),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        "王示例".into(),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
        format!("（平）市监罚〔2026〕{number}号"),
        "产品质量".into(),
        "销售标签不符合规定的示例商品".into(),
        "《示例管理办法》第二十条".into(),
        "罚款".into(),
        "罚款人民币二千元".into(),
        "0.2".into(),
        String::new(),
        String::new(),
        decided.into(),
        "2099/12/31".into(),
        String::new(),
        "平陆县市场监督管理局".into(),
        authority.clone(),
        "平陆县市场监督管理局".into(),
        authority,
        String::new(),
    ];
    for (heading, value) in change {
        let column = PENALTY
            .iter()
            .position(|known| known == heading)
            .unwrap_or_else(|| panic!("no column {heading}"));
        row[column] = (*value).to_owned();
    }
    row
}

/// A CSV file of penalties.
pub fn penalties(rows: &[Vec<String>]) -> String {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(PENALTY).expect("memory");
    for row in rows {
        file.write_record(row).expect("memory");
    }
    String::from_utf8(file.into_inner().expect("memory")).expect("utf-8")
}
