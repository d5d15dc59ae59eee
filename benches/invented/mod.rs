//! Invented subjects and penalties for the benchmarks, and a desk to put them through.
//!
//! Names vary as those of a county's register do: three characters out of 120, a trade, a form. All of them hold 示例 and all
//! codes carry the mark of the demonstration, so that nothing here can be taken for anybody.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::civil::date;
use xinyong_domain::identifier::{organisation_code_check_character, uscc_check_character};
use xinyong_domain::law::Profile;
use xinyong_service::intake::{self, Receive, Release};
use xinyong_service::{Actor, Clock, Desk, DeskOptions, Limits, import_subjects, setup};

const LETTERS: &str = "云岭鑫源恒泰华美瑞丰安达宏盛永兴金晟博远德利和顺正通嘉禾福临天成广汇百信长青春晖东升南桥西关北辰\
    中科大河黄土古渡圣人涧曹川洪池杜马坡底部官三门张店常乐晴岚星月雅致朗润锦程凯旋飞翔腾达亿隆昌茂祥裕佳欣悦诚志同道\
    合众创思源清泉绿野红旗海纳江润玉石龙泉凤鸣麟趾鹤鸣松柏梅兰竹菊荷塘";
const TRADES: [&str; 24] = [
    "建材",
    "商贸",
    "农业开发",
    "餐饮服务",
    "物流",
    "机械制造",
    "电子科技",
    "装饰工程",
    "果业",
    "养殖",
    "运输",
    "矿业",
    "劳务",
    "文化传媒",
    "医药",
    "食品",
    "能源",
    "园林绿化",
    "汽车维修",
    "信息技术",
    "旅游",
    "教育咨询",
    "环保科技",
    "房地产开发",
];
const FORMS: [&str; 6] =
    ["有限公司", "有限公司", "有限责任公司", "专业合作社", "股份有限公司", "（有限合伙）"];

fn letters() -> Vec<char> {
    let mut seen = Vec::new();
    for letter in LETTERS.chars().filter(|letter| !letter.is_whitespace()) {
        if !seen.contains(&letter) {
            seen.push(letter);
        }
    }
    assert!(seen.len() >= 120, "{} letters", seen.len());
    seen.truncate(120);
    seen
}

/// Makes names and codes; holds its table of characters.
pub struct Invented {
    letters: Vec<char>,
    /// How many subjects the register holds.
    pub subjects: u32,
}

impl Invented {
    /// A register of a million, or of as many as `XINYONG_BENCH_SUBJECTS` says.
    pub fn new() -> Self {
        let subjects = std::env::var("XINYONG_BENCH_SUBJECTS")
            .map_or(1_000_000, |text| text.parse().expect("XINYONG_BENCH_SUBJECTS is a number"));
        Self { letters: letters(), subjects }
    }

    /// Every tenth is an individual business.
    fn is_individual(number: u32) -> bool {
        number % 10 == 3
    }

    /// The code of a subject.
    pub fn code(&self, number: u32) -> String {
        const DIGITS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
        let mut serial = [b'0'; 5];
        let mut rest = number as usize;
        for slot in serial.iter_mut().rev() {
            *slot = DIGITS[rest % DIGITS.len()];
            rest /= DIGITS.len();
        }
        let body = format!("XYD{}", String::from_utf8_lossy(&serial));
        let body = format!("{body}{}", organisation_code_check_character(&body).unwrap_or('0'));
        let class = if Self::is_individual(number) { '2' } else { '1' };
        let first = format!("9{class}140829{body}");
        format!("{first}{}", uscc_check_character(&first).unwrap_or('0'))
    }

    /// The name of a subject: different for every number below 1,728,000.
    pub fn name(&self, number: u32) -> String {
        // 120³ names in an order that looks like none: the factor has no divisor in common with it.
        let mixed = (u64::from(number) * 1_234_577 % 1_728_000) as usize;
        let word: String = [mixed / 14_400, mixed / 120 % 120, mixed % 120]
            .iter()
            .map(|place| self.letters[*place])
            .collect();
        let trade = TRADES[number as usize % TRADES.len()];
        let form =
            if Self::is_individual(number) { "经营部" } else { FORMS[mixed % FORMS.len()] };
        format!("平陆县示例{word}{trade}{form}")
    }

    /// The name that every twentieth subject had before.
    pub fn former_name(&self, number: u32) -> Option<String> {
        number.is_multiple_of(20).then(|| {
            let letter = |shift: u32| self.letters[(number.rotate_left(shift) % 120) as usize];
            format!("平陆示例{}{}{number}综合厂", letter(3), letter(11))
        })
    }

    /// Writes a registry file of `rows` subjects.
    pub fn registry_file(&self, path: &Path, rows: u32) {
        let mut file = BufWriter::new(File::create(path).expect("the folder can be written"));
        writeln!(file, "企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,注册地址,登记状态,行业,所属乡镇,曾用名")
            .expect("disk");
        for number in 0..rows {
            writeln!(
                file,
                "{},{},{}/{:02}/{:02},有限责任公司,{}万元,示例经营项目：建筑材料销售、日用百货零售、农副产品收购；\
                 依法须经批准的项目经批准后开展,平陆县示例镇示例路{}号,存续,批发和零售业,示例镇,{}",
                self.name(number),
                self.code(number),
                2000 + number % 26,
                1 + number % 12,
                1 + number % 28,
                10 + number % 490,
                1 + number % 999,
                self.former_name(number).unwrap_or_default(),
            )
            .expect("disk");
        }
        file.into_inner()
            .map_err(|error| error.to_string())
            .expect("disk")
            .sync_all()
            .expect("disk");
    }

    /// Writes a file of `rows` penalties against all subjects in turn, numbered from `first`.
    pub fn penalty_file(&self, path: &Path, first: u32, rows: u32) {
        let mut file = BufWriter::new(File::create(path).expect("the folder can be written"));
        writeln!(
            file,
            "CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_CFJG,CF_SJLY"
        )
        .expect("disk");
        for row in first..first + rows {
            let subject = (u64::from(row) * 7_919 % u64::from(self.subjects)) as u32;
            let category = if Self::is_individual(subject) {
                "个体工商户"
            } else {
                "法人及非法人组织"
            };
            writeln!(
                file,
                "{},{category},{},（平）市监罚〔2026〕{row}号,销售标签不符合规定的商品,\
                 当事人于2026年{}月在其经营场所销售标签标注内容不全的商品，货值金额三百元，违法事实清楚，证据确凿,\
                 《示例管理办法》第二十条第一款,罚款;没收违法所得、没收非法财物,罚款人民币贰仟元，没收违法所得壹佰元,\
                 0.2,2026/{:02}/{:02},平陆县市场监督管理局,平陆县市场监督管理局",
                self.name(subject),
                self.code(subject),
                1 + row % 5,
                1 + row % 5,
                1 + row % 28,
            )
            .expect("disk");
        }
        file.into_inner()
            .map_err(|error| error.to_string())
            .expect("disk")
            .sync_all()
            .expect("disk");
    }
}

/// The database file of a folder.
pub fn database(folder: &Path) -> PathBuf {
    folder.join("data.sqlite")
}

/// A desk on SQLite in a folder, for the county of the demonstration.
pub async fn desk(folder: &Path) -> Desk {
    let scratch = folder.join("scratch");
    std::fs::create_dir_all(&scratch).expect("the folder can be written");
    let options = DeskOptions {
        database: format!("sqlite:{}", database(folder).display()),
        key_file: folder.join("keys.toml"),
        law: None,
        clock: Clock::Fixed(date(2026, 6, 5)),
        limits: Limits::default(),
        scratch,
    };
    let desk = Desk::open(options, getrandom::fill).await.expect("a desk");
    desk.mark_demonstration().await.expect("an empty or invented database");
    setup::init(&desk, &actor(), "140829").await.expect("the county");
    desk
}

fn actor() -> Actor {
    Actor::system("bench")
}

/// Imports a registry file of `rows` new subjects; how many seconds it took.
pub async fn import_registry(desk: &Desk, file: &Path, rows: u32) -> f64 {
    let started = Instant::now();
    let answer = import_subjects(desk, &actor(), file, "registry.csv", 5).await.expect("an import");
    assert_eq!(answer.recorded, u64::from(rows), "{answer:?}");
    started.elapsed().as_secs_f64()
}

/// Takes a file of `rows` new penalties from receipt to record; the seconds of receiving, checking and recording.
pub async fn import_penalties(desk: &Desk, file: &Path, rows: u32) -> [f64; 3] {
    let command = Receive {
        path: file.to_path_buf(),
        file_name: "penalties.csv".to_owned(),
        kind: "administrative-penalty".to_owned(),
        unit: "market-regulation".to_owned(),
        profile: Profile::Returned,
    };
    let started = Instant::now();
    let batch = intake::receive(desk, &actor(), command).await.expect("received").batch;
    let received = started.elapsed().as_secs_f64();
    let started = Instant::now();
    intake::check(desk, batch).await.expect("checked");
    let checked = started.elapsed().as_secs_f64();
    intake::submit(desk, &actor(), batch).await.expect("submitted");
    let basis = "unit-publication-list".to_owned();
    let release = Release { batch, basis, judgements: Vec::new() };
    intake::release(desk, &actor(), release).await.expect("released");
    let started = Instant::now();
    intake::record_released(desk, batch).await.expect("recorded");
    let recorded = started.elapsed().as_secs_f64();
    let answer = intake::answer(desk, batch, 5).await.expect("an answer");
    assert_eq!(answer.recorded, u64::from(rows), "{answer:?}");
    [received, checked, recorded]
}
