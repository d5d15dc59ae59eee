//! Invented names: district, 示例, brand, trade, form, as the rules on company names have it; every one contains 示例.

use super::random::SplitMix;

/// The word that marks a name as invented.
pub const MARK: &str = "示例";

/// What a subject lives from; offences and licences are given to those they fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Group {
    Food,
    Retail,
    Medicine,
    Building,
    Transport,
    Industry,
    Mining,
    Farming,
    Service,
    Lodging,
}

/// A line of business.
#[derive(Debug)]
pub(super) struct Trade {
    pub group: Group,
    /// How it stands in a company's name.
    pub company: &'static str,
    /// How it stands in the name of an individual business, form included; empty when none runs it.
    pub shop: &'static str,
    pub industry: &'static str,
    pub scope: &'static str,
}

const fn trade(
    group: Group,
    company: &'static str,
    shop: &'static str,
    industry: &'static str,
    scope: &'static str,
) -> Trade {
    Trade { group, company, shop, industry, scope }
}

/// The lines of business of the county.
pub(super) const TRADES: &[Trade] = &[
    trade(Group::Food, "餐饮管理", "小吃店", "住宿和餐饮业", "餐饮服务；外卖递送服务。"),
    trade(Group::Food, "食品", "食品店", "批发和零售业", "预包装食品销售；散装食品销售。"),
    trade(Group::Food, "面粉加工", "面粉坊", "制造业", "小麦粉加工、销售；粮食收购。"),
    trade(Group::Food, "果蔬饮品", "冷饮店", "制造业", "果蔬汁饮料生产、销售。"),
    trade(Group::Food, "酒业", "烟酒店", "批发和零售业", "酒类经营；食品销售。"),
    trade(Group::Retail, "商贸", "百货店", "批发和零售业", "日用百货、家用电器、办公用品销售。"),
    trade(
        Group::Retail,
        "建材",
        "建材门市部",
        "批发和零售业",
        "建筑材料、装饰材料、五金产品销售。",
    ),
    trade(Group::Retail, "石油销售", "", "批发和零售业", "成品油零售；润滑油销售。"),
    trade(Group::Retail, "电器", "家电维修店", "批发和零售业", "家用电器销售、安装、维修。"),
    trade(
        Group::Medicine,
        "医药",
        "大药房",
        "批发和零售业",
        "药品零售；第一类、第二类医疗器械销售。",
    ),
    trade(Group::Medicine, "医疗器械", "", "批发和零售业", "医疗器械销售、租赁、维修。"),
    trade(Group::Building, "建筑工程", "", "建筑业", "房屋建筑和市政工程施工；建筑劳务分包。"),
    trade(Group::Building, "装饰装修", "装饰部", "建筑业", "室内外装饰装修工程设计、施工。"),
    trade(Group::Building, "市政园林", "", "建筑业", "园林绿化工程施工；市政设施管理。"),
    trade(
        Group::Transport,
        "运输",
        "货运部",
        "交通运输、仓储和邮政业",
        "普通货物道路运输；装卸搬运。",
    ),
    trade(
        Group::Transport,
        "物流",
        "快递服务部",
        "交通运输、仓储和邮政业",
        "货物运输代理；仓储服务。",
    ),
    trade(
        Group::Transport,
        "汽车服务",
        "汽修店",
        "居民服务、修理和其他服务业",
        "机动车维修；汽车零配件销售。",
    ),
    trade(Group::Industry, "机械制造", "", "制造业", "矿山机械、农业机械制造、销售。"),
    trade(Group::Industry, "化工", "", "制造业", "化工产品生产、销售（不含危险化学品）。"),
    trade(Group::Industry, "新材料", "", "制造业", "新型建筑材料制造；技术开发。"),
    trade(Group::Mining, "矿业", "", "采矿业", "石灰岩开采；石料加工、销售。"),
    trade(Group::Mining, "石料", "", "采矿业", "建筑用石加工、销售。"),
    trade(
        Group::Farming,
        "农业开发",
        "",
        "农、林、牧、渔业",
        "苹果、中药材种植、销售；农业技术推广。",
    ),
    trade(Group::Farming, "畜牧养殖", "养殖场", "农、林、牧、渔业", "牲畜、家禽饲养、销售。"),
    trade(
        Group::Farming,
        "农资",
        "农资店",
        "批发和零售业",
        "化肥、农药（不含危险化学品）、种子销售。",
    ),
    trade(
        Group::Service,
        "网络科技",
        "",
        "信息传输、软件和信息技术服务业",
        "网络技术服务；信息系统集成服务。",
    ),
    trade(
        Group::Service,
        "家政服务",
        "理发店",
        "居民服务、修理和其他服务业",
        "家政服务；保洁服务。",
    ),
    trade(
        Group::Service,
        "文化传媒",
        "打印部",
        "文化、体育和娱乐业",
        "广告设计、制作、发布；会议服务。",
    ),
    trade(Group::Service, "人力资源", "", "租赁和商务服务业", "劳务派遣；职业中介活动。"),
    trade(Group::Lodging, "酒店管理", "旅馆", "住宿和餐饮业", "住宿服务；会议服务；餐饮管理。"),
    trade(
        Group::Lodging,
        "文化旅游",
        "农家乐",
        "文化、体育和娱乐业",
        "旅游项目开发；游览景区管理。",
    ),
];

const BRAND_FIRST: &[char] = &[
    '瑞', '鑫', '恒', '盛', '泰', '隆', '宏', '祥', '嘉', '润', '晟', '腾', '茂', '兴', '永', '聚',
    '华', '丰', '康', '诚', '德', '明', '金', '源', '远', '安', '凯', '博', '益', '和', '昌', '荣',
    '景', '澜', '禾', '沃', '启', '云', '晋', '睿',
];
const BRAND_SECOND: &[char] = &[
    '达', '通', '源', '丰', '泰', '和', '安', '旺', '业', '信', '林', '峰', '辉', '禾', '利', '润',
    '成', '合', '悦', '阳', '川', '岭', '田', '河', '庆', '洋', '锦', '彩', '佳', '航', '程', '洲',
    '朗', '卓', '逸', '雅', '宁', '顺',
];
const SURNAMES: &[char] = &[
    '张', '王', '李', '赵', '刘', '陈', '杨', '郭', '马', '薛', '卫', '高', '吴', '孙', '周', '任',
    '贾', '董', '梁', '范',
];
const GIVEN: &[&str] =
    &["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "子", "丑", "寅", "卯", "辰", "巳", "午"];

/// A brand of two characters.
pub(super) fn brand(random: &mut SplitMix) -> String {
    [*random.pick(BRAND_FIRST), *random.pick(BRAND_SECOND)].iter().collect()
}

/// A person's name that nobody bears: 示例, a surname, a sign of the old calendar.
pub(super) fn person(random: &mut SplitMix) -> String {
    format!("{MARK}{}{}", random.pick(SURNAMES), random.pick(GIVEN))
}

/// The form a company's name ends in.
pub(super) fn company_form(random: &mut SplitMix) -> &'static str {
    match random.below(20) {
        0 => "有限责任公司",
        1 => "股份有限公司",
        2 => "有限公司平陆分公司",
        3 => "厂",
        _ => "有限公司",
    }
}

/// A company's name: district, 示例, brand, trade, form; now and then the district in brackets behind the brand.
pub(super) fn company(
    random: &mut SplitMix,
    district: &str,
    brand: &str,
    trade: &Trade,
    form: &str,
) -> String {
    if random.chance(1, 25) && form == "有限公司" {
        return format!("{MARK}{brand}（平陆）{}{form}", trade.company);
    }
    format!("{district}{MARK}{brand}{}{form}", trade.company)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_built_of_their_parts() {
        let mut random = SplitMix::new(3);
        for trade in TRADES {
            let brand = brand(&mut random);
            assert_eq!(brand.chars().count(), 2);
            let name = company(&mut random, "平陆县", &brand, trade, "有限责任公司");
            assert!(name.starts_with("平陆县示例"), "{name}");
            assert!(name.contains(&brand) && name.contains(trade.company), "{name}");
        }
        assert!(person(&mut random).starts_with(MARK));
    }

    #[test]
    fn every_group_has_companies() {
        for trade in TRADES {
            assert!(!trade.company.is_empty() && !trade.scope.is_empty());
        }
    }
}
