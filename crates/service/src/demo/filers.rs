//! Which units file what, how often, and what their decisions are about. Laws are named, never quoted.

use super::names::Group;

/// The kind id of licences.
pub(super) const LICENCE: &str = "administrative-licence";
/// The kind id of penalties.
pub(super) const PENALTY: &str = "administrative-penalty";

/// A unit that files one kind.
#[derive(Debug)]
pub(super) struct Filer {
    /// Unit id of the county's file.
    pub unit: &'static str,
    /// [`LICENCE`] or [`PENALTY`].
    pub kind: &'static str,
    /// The word of its document numbers: `（平）市监罚〔2026〕17号`.
    pub word: &'static str,
    /// Days from one file to the next.
    pub every: u32,
    /// Fewest and most decisions in a file.
    pub rows: (u32, u32),
    /// What it grants.
    pub grants: &'static [Grant],
    /// What it punishes.
    pub offences: &'static [Offence],
}

/// A sort of licence.
#[derive(Debug)]
pub(super) struct Grant {
    pub title: &'static str,
    /// Label of the licence category.
    pub category: &'static str,
    pub certificate: &'static str,
    /// How its licence numbers begin.
    pub mark: &'static str,
    pub content: &'static str,
    pub validity: Validity,
    /// Whom it is given to; empty for anybody.
    pub groups: &'static [Group],
}

/// How long a licence holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Validity {
    /// Long term.
    Always,
    /// From the day of registration, long term: the first day lies long before the decision.
    Registration,
    /// Years.
    Years(i16),
    /// Days.
    Days(i32),
}

/// A sort of offence.
#[derive(Debug)]
pub(super) struct Offence {
    pub title: &'static str,
    pub fact: &'static str,
    pub basis: &'static str,
    /// Id of the safety domain, empty where the unit decides it.
    pub domain: &'static str,
    /// Least and highest fine in hundreds of yuan.
    pub fine: (u32, u32),
    /// Who commits it; empty for anybody.
    pub groups: &'static [Group],
}

const fn grant(
    title: &'static str,
    category: &'static str,
    certificate: &'static str,
    mark: &'static str,
    content: &'static str,
    validity: Validity,
    groups: &'static [Group],
) -> Grant {
    Grant { title, category, certificate, mark, content, validity, groups }
}

const fn offence(
    title: &'static str,
    fact: &'static str,
    basis: &'static str,
    domain: &'static str,
    fine: (u32, u32),
    groups: &'static [Group],
) -> Offence {
    Offence { title, fact, basis, domain, fine, groups }
}

const fn licences(
    unit: &'static str,
    word: &'static str,
    every: u32,
    rows: (u32, u32),
    grants: &'static [Grant],
) -> Filer {
    Filer { unit, kind: LICENCE, word, every, rows, grants, offences: &[] }
}

const fn penalties(
    unit: &'static str,
    word: &'static str,
    every: u32,
    rows: (u32, u32),
    offences: &'static [Offence],
) -> Filer {
    Filer { unit, kind: PENALTY, word, every, rows, grants: &[], offences }
}

const FOOD: &[Group] = &[Group::Food, Group::Lodging];
const BUILDING: &[Group] = &[Group::Building];
const TRANSPORT: &[Group] = &[Group::Transport];
const WORKS: &[Group] = &[Group::Industry, Group::Mining, Group::Building];
const OPEN: &[Group] = &[Group::Lodging, Group::Food, Group::Retail, Group::Service];
const ANY: &[Group] = &[];

/// The units of the plan with what they file.
pub(super) const FILERS: &[Filer] = &[
    penalties(
        "market-regulation",
        "市监罚",
        15,
        (8, 20),
        &[
            offence(
                "经营标签不符合规定的食品",
                "销售的预包装食品标签未标明生产日期",
                "《中华人民共和国食品安全法》",
                "food",
                (10, 300),
                FOOD,
            ),
            offence(
                "未按规定履行进货查验义务",
                "采购食品未查验供货者的许可证和合格证明",
                "《中华人民共和国食品安全法》",
                "food",
                (20, 500),
                FOOD,
            ),
            offence(
                "经营超过保质期的食品",
                "经营场所内有超过保质期的食品待售",
                "《中华人民共和国食品安全法》",
                "food",
                (50, 800),
                FOOD,
            ),
            offence(
                "未按处方销售处方药",
                "未凭处方销售处方药",
                "《中华人民共和国药品管理法》",
                "drug",
                (10, 400),
                &[Group::Medicine],
            ),
            offence(
                "使用未经检验的特种设备",
                "使用的叉车超过检验有效期",
                "《中华人民共和国特种设备安全法》",
                "special-equipment",
                (300, 1500),
                WORKS,
            ),
            offence(
                "发布虚假广告",
                "在经营场所发布与事实不符的广告",
                "《中华人民共和国广告法》",
                "",
                (50, 900),
                ANY,
            ),
            offence(
                "未明码标价",
                "销售商品未按规定标明价格",
                "《中华人民共和国价格法》",
                "",
                (2, 50),
                OPEN,
            ),
            offence(
                "销售不合格产品",
                "销售经抽样检验不合格的产品",
                "《中华人民共和国产品质量法》",
                "",
                (30, 1200),
                &[Group::Retail, Group::Industry],
            ),
            offence(
                "使用超期未检的计量器具",
                "使用的电子秤未经检定",
                "《中华人民共和国计量法》",
                "",
                (2, 10),
                &[Group::Retail, Group::Food],
            ),
        ],
    ),
    licences(
        "market-regulation",
        "市监许",
        15,
        (6, 18),
        &[
            grant(
                "食品经营许可决定书",
                "普通",
                "食品经营许可证",
                "JY",
                "准予从事食品经营。",
                Validity::Years(5),
                FOOD,
            ),
            grant(
                "食品生产许可决定书",
                "普通",
                "食品生产许可证",
                "SC",
                "准予从事食品生产。",
                Validity::Years(5),
                FOOD,
            ),
            grant(
                "药品经营许可决定书",
                "普通",
                "药品经营许可证",
                "YP",
                "准予从事药品零售。",
                Validity::Years(5),
                &[Group::Medicine],
            ),
            grant(
                "特种设备使用登记决定书",
                "登记",
                "特种设备使用登记证",
                "TS",
                "准予特种设备使用登记。",
                Validity::Always,
                WORKS,
            ),
            grant(
                "计量标准器具核准决定书",
                "核准",
                "计量标准考核证书",
                "JL",
                "准予计量标准器具核准。",
                Validity::Years(4),
                &[Group::Industry],
            ),
        ],
    ),
    licences(
        "administrative-approval",
        "审许",
        15,
        (10, 25),
        &[
            grant(
                "准予设立登记通知书",
                "登记",
                "营业执照",
                "YZ",
                "准予设立登记。",
                Validity::Registration,
                ANY,
            ),
            grant(
                "准予变更登记通知书",
                "登记",
                "营业执照",
                "YZ",
                "准予变更登记（住所、经营范围）。",
                Validity::Registration,
                ANY,
            ),
            grant(
                "公共场所卫生许可决定书",
                "普通",
                "公共场所卫生许可证",
                "WS",
                "准予公共场所卫生许可。",
                Validity::Years(4),
                &[Group::Lodging, Group::Service],
            ),
            grant(
                "人力资源服务许可决定书",
                "普通",
                "人力资源服务许可证",
                "RL",
                "准予从事职业中介活动。",
                Validity::Years(5),
                &[Group::Service],
            ),
            grant(
                "准予行政许可决定书",
                "其他-补办",
                "食品经营许可证",
                "JY",
                "准予补发许可证。",
                Validity::Years(3),
                FOOD,
            ),
            grant(
                "城市临时占用道路许可决定书",
                "普通",
                "临时占道许可证",
                "ZD",
                "准予临时占用道路用于施工围挡。",
                Validity::Days(60),
                BUILDING,
            ),
            grant(
                "户外广告设置许可决定书",
                "普通",
                "户外广告设置许可证",
                "GG",
                "准予设置户外广告设施。",
                Validity::Years(1),
                OPEN,
            ),
        ],
    ),
    licences(
        "transport",
        "交许",
        30,
        (6, 16),
        &[
            grant(
                "道路运输经营许可决定书",
                "普通",
                "道路运输经营许可证",
                "DL",
                "准予从事道路普通货物运输。",
                Validity::Years(4),
                TRANSPORT,
            ),
            grant(
                "超限运输车辆行驶公路许可决定书",
                "普通",
                "超限运输车辆通行证",
                "CX",
                "准予超限运输车辆按指定路线行驶。",
                Validity::Days(30),
                TRANSPORT,
            ),
            grant(
                "涉路施工许可决定书",
                "普通",
                "涉路施工许可证",
                "SL",
                "准予在公路用地范围内施工。",
                Validity::Days(120),
                BUILDING,
            ),
        ],
    ),
    penalties(
        "transport",
        "交罚",
        30,
        (6, 16),
        &[
            offence(
                "未取得道路运输经营许可从事经营",
                "未取得道路运输经营许可从事货物运输",
                "《中华人民共和国道路运输条例》",
                "",
                (100, 500),
                TRANSPORT,
            ),
            offence(
                "车辆超限运输",
                "车辆载物超过公路限定标准",
                "《公路安全保护条例》",
                "",
                (5, 300),
                TRANSPORT,
            ),
            offence(
                "未按规定维护和检测运输车辆",
                "运输车辆未按规定周期检测",
                "《中华人民共和国道路运输条例》",
                "",
                (10, 50),
                TRANSPORT,
            ),
        ],
    ),
    penalties(
        "emergency-management",
        "应急罚",
        30,
        (5, 14),
        &[
            offence(
                "未按规定对从业人员进行安全生产教育和培训",
                "未如实记录安全生产教育和培训情况",
                "《中华人民共和国安全生产法》",
                "",
                (50, 900),
                WORKS,
            ),
            offence(
                "未设置安全警示标志",
                "有较大危险因素的场所未设置明显的安全警示标志",
                "《中华人民共和国安全生产法》",
                "",
                (50, 500),
                WORKS,
            ),
            offence(
                "未建立事故隐患排查治理制度",
                "未将事故隐患排查治理情况如实记录",
                "《中华人民共和国安全生产法》",
                "",
                (100, 1000),
                WORKS,
            ),
            offence(
                "危险作业未安排专门人员现场管理",
                "进行动火作业未安排专门人员进行现场安全管理",
                "《中华人民共和国安全生产法》",
                "",
                (200, 2000),
                WORKS,
            ),
        ],
    ),
    penalties(
        "fire-rescue",
        "消罚",
        30,
        (5, 12),
        &[
            offence(
                "消防设施未保持完好有效",
                "室内消火栓系统不能正常使用",
                "《中华人民共和国消防法》",
                "",
                (50, 500),
                OPEN,
            ),
            offence(
                "占用疏散通道",
                "堆放物品占用疏散通道",
                "《中华人民共和国消防法》",
                "",
                (50, 300),
                OPEN,
            ),
            offence(
                "公众聚集场所未经消防安全检查投入使用",
                "未经消防安全检查擅自投入使用",
                "《中华人民共和国消防法》",
                "",
                (300, 3000),
                &[Group::Lodging],
            ),
        ],
    ),
    penalties(
        "urban-management",
        "城管罚",
        30,
        (6, 18),
        &[
            offence(
                "擅自占用城市道路",
                "未经批准在人行道上堆放物料",
                "《城市市容和环境卫生管理条例》",
                "",
                (2, 50),
                ANY,
            ),
            offence(
                "未采取防尘措施",
                "施工工地未采取有效防尘降尘措施",
                "《中华人民共和国大气污染防治法》",
                "",
                (100, 1000),
                BUILDING,
            ),
            offence(
                "未按规定处置建筑垃圾",
                "运输建筑垃圾沿途遗撒",
                "《城市建筑垃圾管理规定》",
                "",
                (20, 300),
                &[Group::Building, Group::Transport],
            ),
            offence(
                "擅自设置户外广告",
                "未经批准设置户外广告",
                "《城市市容和环境卫生管理条例》",
                "",
                (5, 50),
                OPEN,
            ),
        ],
    ),
    licences(
        "health",
        "卫许",
        30,
        (5, 14),
        &[
            grant(
                "公共场所卫生许可决定书",
                "普通",
                "公共场所卫生许可证",
                "GW",
                "准予公共场所卫生许可。",
                Validity::Years(4),
                OPEN,
            ),
            grant(
                "生活饮用水卫生许可决定书",
                "普通",
                "饮用水卫生许可证",
                "YS",
                "准予供应生活饮用水。",
                Validity::Years(4),
                ANY,
            ),
            grant(
                "医疗机构执业登记决定书",
                "登记",
                "医疗机构执业许可证",
                "YL",
                "准予医疗机构执业登记。",
                Validity::Years(5),
                &[Group::Medicine],
            ),
        ],
    ),
    penalties(
        "health",
        "卫罚",
        30,
        (5, 12),
        &[
            offence(
                "未对顾客用品用具清洗消毒",
                "未按规定对顾客用品用具进行清洗、消毒",
                "《公共场所卫生管理条例实施细则》",
                "",
                (5, 20),
                &[Group::Lodging, Group::Service],
            ),
            offence(
                "安排未取得健康证明的人员上岗",
                "安排未取得健康合格证明的人员直接为顾客服务",
                "《公共场所卫生管理条例实施细则》",
                "",
                (5, 50),
                OPEN,
            ),
            offence(
                "医疗废物登记不全",
                "未按规定登记医疗废物",
                "《医疗废物管理条例》",
                "",
                (20, 100),
                &[Group::Medicine],
            ),
        ],
    ),
    penalties(
        "ecology-environment",
        "环罚",
        30,
        (5, 10),
        &[
            offence(
                "未密闭贮存易产生扬尘的物料",
                "露天堆放石料未采取覆盖措施",
                "《中华人民共和国大气污染防治法》",
                "",
                (100, 1000),
                WORKS,
            ),
            offence(
                "未按规定运行污染防治设施",
                "生产时污染防治设施未正常运行",
                "《中华人民共和国大气污染防治法》",
                "",
                (1000, 5000),
                &[Group::Industry, Group::Mining],
            ),
            offence(
                "危险废物管理不规范",
                "危险废物贮存场所未设置识别标志",
                "《中华人民共和国固体废物污染环境防治法》",
                "",
                (1000, 3000),
                &[Group::Industry, Group::Transport],
            ),
        ],
    ),
    penalties(
        "tax",
        "税罚",
        60,
        (8, 20),
        &[
            offence(
                "未按期办理纳税申报",
                "未按规定期限办理纳税申报和报送纳税资料",
                "《中华人民共和国税收征收管理法》",
                "",
                (1, 20),
                ANY,
            ),
            offence(
                "未按规定保管发票",
                "丢失已开具的发票",
                "《中华人民共和国发票管理办法》",
                "",
                (1, 100),
                ANY,
            ),
        ],
    ),
    penalties(
        "natural-resources",
        "自然资罚",
        90,
        (5, 10),
        &[
            offence(
                "非法占用土地",
                "未经批准占用土地堆放石料",
                "《中华人民共和国土地管理法》",
                "",
                (50, 3000),
                WORKS,
            ),
            offence(
                "越界开采",
                "超越批准的矿区范围采矿",
                "《中华人民共和国矿产资源法》",
                "",
                (500, 5000),
                &[Group::Mining],
            ),
        ],
    ),
    licences(
        "housing-construction",
        "建许",
        60,
        (5, 12),
        &[
            grant(
                "建筑工程施工许可决定书",
                "普通",
                "建筑工程施工许可证",
                "SG",
                "准予建筑工程施工。",
                Validity::Years(2),
                BUILDING,
            ),
            grant(
                "建筑业企业资质许可决定书",
                "认可",
                "建筑业企业资质证书",
                "ZZ",
                "准予建筑业企业资质（专业承包）。",
                Validity::Years(5),
                BUILDING,
            ),
            grant(
                "城镇污水排入排水管网许可决定书",
                "普通",
                "排水许可证",
                "PS",
                "准予向城镇排水设施排放污水。",
                Validity::Years(5),
                OPEN,
            ),
        ],
    ),
    penalties(
        "agriculture",
        "农罚",
        90,
        (5, 10),
        &[
            offence(
                "经营标签不符合规定的种子",
                "经营的种子标签内容不全",
                "《中华人民共和国种子法》",
                "",
                (20, 200),
                &[Group::Farming],
            ),
            offence(
                "未建立农药采购、销售台账",
                "未执行农药采购、销售台账制度",
                "《农药管理条例》",
                "",
                (5, 50),
                &[Group::Farming],
            ),
        ],
    ),
    penalties(
        "human-resources",
        "人社罚",
        90,
        (5, 10),
        &[
            offence(
                "未按规定支付劳动者工资",
                "逾期未支付劳动者工资",
                "《劳动保障监察条例》",
                "",
                (20, 200),
                WORKS,
            ),
            offence(
                "未按规定存储工资保证金",
                "施工总承包单位未按规定存储工资保证金",
                "《保障农民工工资支付条例》",
                "",
                (500, 1000),
                BUILDING,
            ),
        ],
    ),
];
