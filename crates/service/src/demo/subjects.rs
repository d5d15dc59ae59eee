//! The invented organisations and the registry files that bring them in.

use std::collections::HashSet;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use xinyong_domain::law::{Region, RegistryLayout};

use super::codes::{SERIALS, credit_code};
use super::names::{self, Group, MARK, TRADES};
use super::random::SplitMix;

/// Serial numbers below this one belong to the units.
const FIRST_SUBJECT: u32 = 200;
/// Serial numbers from this one on belong to parties that the registry never learns of.
const FIRST_UNKNOWN: u32 = SERIALS - 700;
/// How many subjects there can be.
pub(super) const MOST_SUBJECTS: u32 = FIRST_UNKNOWN - FIRST_SUBJECT;

/// An invented organisation or individual business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    pub code: String,
    pub name: String,
    /// An earlier name, for a few.
    pub former: Option<String>,
    pub representative: String,
    pub registered: Date,
    /// The day of the registry import that brings it in.
    pub known: Date,
    pub form: &'static str,
    pub capital: String,
    pub scope: String,
    pub address: String,
    pub town: String,
    pub industry: &'static str,
    pub status: &'static str,
    pub group: Group,
}

impl Subject {
    /// Whether it is an individual business.
    pub(super) fn is_individual(&self) -> bool {
        self.code.starts_with("92")
    }

    /// The category as the layouts write it.
    pub(super) fn category(&self) -> &'static str {
        if self.is_individual() { "个体工商户" } else { "法人及非法人组织" }
    }

    /// Whether it still does business: what is struck off gets no new records.
    pub(super) fn is_active(&self) -> bool {
        self.status == "存续"
    }
}

/// The code of a unit of the plan, by its place in the county's file.
pub(super) fn unit_code(place: usize) -> String {
    let serial = u32::try_from(place).unwrap_or_default() % (FIRST_SUBJECT - 1) + 1;
    credit_code("11", "140829", serial)
}

/// A company that files name and the registry never learns of: name and code.
pub(super) fn unknown_party(random: &mut SplitMix, number: u32) -> (String, String) {
    let brand = names::brand(random);
    let trade = random.pick(TRADES);
    let name = format!("平陆县{MARK}{brand}未登记{}有限公司", trade.company);
    (name, credit_code("91", "140829", FIRST_UNKNOWN + number % (SERIALS - FIRST_UNKNOWN)))
}

/// Where a subject sits: full address and name of the town.
fn place(random: &mut SplitMix, towns: &[Region]) -> (String, String) {
    let villages: Vec<&Region> = towns.iter().filter(|town| town.level == "village").collect();
    if villages.is_empty() {
        return ("山西省运城市平陆县示例路1号".to_owned(), String::new());
    }
    let village = *random.pick(&villages);
    let town = towns
        .iter()
        .find(|town| town.code == village.parent)
        .map_or_else(String::new, |town| town.name.clone());
    // The county's communities hang under a node that is no town.
    let town = if town.ends_with('镇') || town.ends_with('乡') { town } else { String::new() };
    let short = village
        .name
        .strip_suffix("村委会")
        .map(|name| format!("{name}村"))
        .or_else(|| village.name.strip_suffix("居委会").map(str::to_owned))
        .unwrap_or_else(|| village.name.clone());
    let short = short.replace("村村", "村");
    let number = random.between(1, 180);
    (format!("山西省运城市平陆县{town}{short}{MARK}路{number}号"), town)
}

/// A day between two, both included.
fn day_between(random: &mut SplitMix, first: Date, last: Date) -> Date {
    let days = first.until(last).map_or(0, |span| span.get_days());
    let after = random.below(u32::try_from(days).unwrap_or_default() + 1);
    first.checked_add(i64::from(after).days()).unwrap_or(first).min(last.max(first))
}

fn region(random: &mut SplitMix) -> &'static str {
    match random.below(100) {
        0 => "140000",
        1..=3 => "140800",
        _ => "140829",
    }
}

/// What the forms other than companies look like: category of the code, name, form.
fn other_form(
    random: &mut SplitMix,
    town: &str,
    brand: &str,
) -> (&'static str, String, &'static str, Group) {
    let district = format!("平陆县{town}{MARK}{brand}");
    match random.below(5) {
        0 => ("12", format!("{district}便民服务中心"), "事业单位", Group::Service),
        1 => ("51", format!("{district}果业协会"), "社会团体", Group::Farming),
        2 => ("52", format!("{district}培训学校"), "民办非企业单位", Group::Service),
        3 => ("N2", format!("{district}村股份经济合作社"), "农村集体经济组织", Group::Farming),
        _ => ("52", format!("{district}养老服务中心"), "民办非企业单位", Group::Service),
    }
}

/// Invents the subjects. `imports` are the days on which the registry is imported, the first with everything that existed by then;
/// what is registered later comes with the next import.
pub(super) fn invent(
    mut random: SplitMix,
    count: u32,
    towns: &[Region],
    imports: &[Date],
) -> Vec<Subject> {
    let mut met = HashSet::new();
    let mut subjects = Vec::with_capacity(count as usize);
    for number in 0..count.min(MOST_SUBJECTS) {
        let mut subject = invent_one(&mut random, FIRST_SUBJECT + number, towns, imports);
        while !met.insert(subject.name.clone()) {
            subject = invent_one(&mut random, FIRST_SUBJECT + number, towns, imports);
        }
        subjects.push(subject);
    }
    subjects
}

fn invent_one(random: &mut SplitMix, serial: u32, towns: &[Region], imports: &[Date]) -> Subject {
    let trade = random.pick(TRADES);
    let brand = names::brand(random);
    let (address, town) = place(random, towns);
    let region = region(random);
    let representative = names::person(random);
    let sort = random.below(100);
    let (category, name, form, group) = match sort {
        0..80 => {
            let district = match region {
                "140000" => "山西",
                "140800" => "运城市",
                _ => "平陆县",
            };
            let ending = names::company_form(random);
            let name = names::company(random, district, &brand, trade, ending);
            let form = match ending {
                "股份有限公司" => "其他股份有限公司（非上市）",
                "有限公司平陆分公司" => "有限责任公司分公司",
                "厂" => "个人独资企业",
                _ => "有限责任公司（自然人投资或控股）",
            };
            ("91", name, form, trade.group)
        }
        80..85 => {
            ("93", format!("平陆县{MARK}{brand}种植专业合作社"), "农民专业合作社", Group::Farming)
        }
        85..97 if !trade.shop.is_empty() => {
            let name = format!("平陆县{town}{MARK}{brand}{}", trade.shop);
            ("92", name, "个体工商户", trade.group)
        }
        85..97 => {
            let name = format!("平陆县{town}{MARK}{brand}小吃店");
            ("92", name, "个体工商户", Group::Food)
        }
        _ => other_form(random, &town, &brand),
    };
    let region = if category == "91" { region } else { "140829" };
    let first = imports.first().copied().unwrap_or(date(2020, 1, 1));
    let later = imports.len().saturating_sub(1);
    let (registered, known) = if later > 0 && random.chance(12, 100) {
        let place = random.place(later);
        let from = imports.get(place).copied().unwrap_or(first);
        let known = imports.get(place + 1).copied().unwrap_or(first);
        (day_between(random, from, known.yesterday().unwrap_or(known)), known)
    } else {
        let oldest = if random.chance(3, 4) { date(2014, 1, 1) } else { date(1996, 1, 1) };
        (day_between(random, oldest, first.yesterday().unwrap_or(first)), first)
    };
    let former = (category == "91" && random.chance(3, 100)).then(|| {
        let earlier = names::brand(random);
        format!("平陆县{MARK}{earlier}旧{}有限公司", trade.company)
    });
    let capital = match category {
        "92" => format!("{}万元人民币", random.between(1, 30)),
        "91" | "93" => format!(
            "{}万元人民币",
            *random.pick(&[10, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000])
        ),
        _ => String::new(),
    };
    let status = match random.below(100) {
        0..3 => "注销",
        3 => "吊销",
        _ => "存续",
    };
    Subject {
        code: credit_code(category, region, serial),
        name,
        former,
        representative,
        registered,
        known,
        form,
        capital,
        scope: trade.scope.to_owned(),
        address,
        town,
        industry: trade.industry,
        status,
        group,
    }
}

/// A day as the files write it.
pub(super) fn slashed(day: Date) -> String {
    format!("{:04}/{:02}/{:02}", day.year(), day.month(), day.day())
}

/// The registry file of one import, with the headings of the layout.
///
/// # Errors
/// Only what writing into memory can fail with.
pub(super) fn registry_csv(
    layout: &RegistryLayout,
    subjects: &[Subject],
    import: Date,
) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(layout.fields.iter().map(|field| field.label.as_str()))?;
    for subject in subjects.iter().filter(|subject| subject.known == import) {
        let registered = slashed(subject.registered);
        let cell = |code: &str| match code {
            "name" => subject.name.as_str(),
            "uscc" => &subject.code,
            "registered_on" => &registered,
            "type" => subject.form,
            "capital" => &subject.capital,
            "scope" => &subject.scope,
            "province" => "山西省",
            "city" => "运城市",
            "address" => &subject.address,
            "representative" => &subject.representative,
            "status" => subject.status,
            "industry" => subject.industry,
            "town" => &subject.town,
            "former_names" => subject.former.as_deref().unwrap_or_default(),
            _ => "",
        };
        writer.write_record(layout.fields.iter().map(|field| cell(&field.code)))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

#[cfg(test)]
mod tests {
    use xinyong_domain::identifier::Uscc;
    use xinyong_domain::law::Law;

    use super::*;
    use crate::demo::codes::is_demonstration_code;

    fn imports() -> [Date; 3] {
        [date(2024, 11, 25), date(2025, 6, 3), date(2025, 12, 1)]
    }

    fn county(seed: u64, count: u32) -> Vec<Subject> {
        let law = Law::embedded().expect("the embedded law");
        invent(SplitMix::new(seed), count, law.towns(), &imports())
    }

    #[test]
    fn every_subject_is_recognisably_invented() {
        let subjects = county(1, 3_000);
        assert_eq!(subjects.len(), 3_000);
        let mut codes = HashSet::new();
        let mut names = HashSet::new();
        for subject in &subjects {
            let code = Uscc::parse(&subject.code).expect("a valid code");
            assert!(code.organisation_code_holds(), "{}", subject.code);
            assert!(code.category_is_known(), "{}", subject.code);
            assert!(is_demonstration_code(&subject.code), "{}", subject.code);
            assert!(subject.name.contains(MARK), "{}", subject.name);
            assert!(subject.former.as_ref().is_none_or(|name| name.contains(MARK)));
            assert!(subject.representative.contains(MARK));
            assert!(subject.address.contains(MARK), "{}", subject.address);
            assert!(subject.registered < subject.known);
            assert!(codes.insert(&subject.code) && names.insert(&subject.name));
        }
    }

    #[test]
    fn the_county_has_its_mixture() {
        let subjects = county(1, 3_000);
        let with = |prefix: &str| {
            subjects.iter().filter(|subject| subject.code.starts_with(prefix)).count()
        };
        let companies = with("91") + with("93");
        assert!((2_400..2_700).contains(&companies), "{companies}");
        for prefix in ["92", "12", "51", "52", "N2"] {
            assert!(with(prefix) > 0, "{prefix}");
        }
        assert!(subjects.iter().any(|subject| subject.former.is_some()));
        assert!(subjects.iter().any(|subject| !subject.is_active()));
        assert!(subjects.iter().any(|subject| &subject.code[2..8] == "140800"));
        for import in imports() {
            assert!(subjects.iter().any(|subject| subject.known == import));
        }
    }

    #[test]
    fn the_same_seed_is_the_same_county() {
        assert_eq!(county(5, 300), county(5, 300));
        assert_ne!(county(5, 300), county(6, 300));
    }

    #[test]
    fn units_and_unknown_parties_have_codes_of_their_own() {
        let subjects = county(1, 3_000);
        let held: HashSet<&str> = subjects.iter().map(|subject| subject.code.as_str()).collect();
        let mut random = SplitMix::new(1);
        for number in 0..60 {
            let unit = unit_code(number);
            assert!(Uscc::parse(&unit).is_ok() && is_demonstration_code(&unit));
            let (name, code) = unknown_party(&mut random, u32::try_from(number).expect("small"));
            assert!(name.contains(MARK) && Uscc::parse(&code).is_ok());
            assert!(!held.contains(code.as_str()));
        }
    }

    #[test]
    fn a_registry_file_has_the_official_headings() {
        let law = Law::embedded().expect("the embedded law");
        let subjects = county(1, 50);
        let file = registry_csv(law.registry(), &subjects, imports()[0]).expect("written");
        let text = String::from_utf8(file).expect("UTF-8");
        assert!(text.starts_with("企业名称,统一社会信用代码,注册日期"));
        let there = subjects.iter().filter(|subject| subject.known == imports()[0]).count();
        assert_eq!(text.lines().count(), there + 1);
    }
}
