//! Six invented years, the last three of them day by day: what the public sees against dates that were written down by hand.
//!
//! The days in [`records`] were taken from the texts (527号文, Orders 58 and 36, decisions.md "Days"), on paper, not from the rule.
//! All parties are invented.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use xinyong_domain::identifier::{
    citizen_id_check_character, organisation_code_check_character, uscc_check_character,
};
use xinyong_domain::law::Profile;

use super::{Withdraw, expire, withdraw};
use crate::browse::{
    ListFilter, data_chunk, data_set, portal_home, public_list, public_record, public_subject,
    search, subject_facts,
};
use crate::intake::{
    Judgement, Receive, Release, answer, check, receive, record_released, release, submit,
};
use crate::testing::{code, company, desk};
use crate::{Actor, Desk, DeskError};

const PENALTY: &str = "administrative-penalty";
const LICENCE: &str = "administrative-licence";
const UNIT: &str = "market-regulation";
const BASIS: &str = "unit-publication-list";
const FIRST: Date = date(2023, 4, 24);
/// From here on no day is left out, for more than three years; before it only the days on which something changes, with the day
/// before and after.
const DAILY: Date = date(2026, 1, 5);
const LAST: Date = date(2029, 4, 10);
/// Days on which the job did not run, both inclusive: a month and more each time, with ends in them.
const SKIPPED: [(Date, Date); 2] =
    [(date(2026, 4, 15), date(2026, 5, 20)), (date(2027, 6, 15), date(2027, 7, 20))];
/// The lists and the first page are read every day. Each record by itself is read on the days that matter to it, the day before and
/// after, and else once in so many days; subjects in the same way.
const TURN: usize = 18;

/// One invented record with the days that the public may see it.
#[derive(Clone)]
struct Known {
    number: usize,
    kind: &'static str,
    decided: Date,
    filed: Date,
    set: Vec<(&'static str, &'static str)>,
    basis: &'static str,
    judged: Option<(&'static str, &'static str)>,
    /// First day in public; `None` for what never is.
    from: Option<Date>,
    /// Last day in public; `None` for what has no end.
    until: Option<Date>,
    withdrawn: Option<Date>,
    valid_until: Option<Date>,
    person: bool,
}

impl Known {
    fn sees(&self, day: Date) -> bool {
        self.from.is_some_and(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
            && self.withdrawn.is_none_or(|gone| day < gone)
    }

    fn document(&self) -> String {
        format!("（平）示字〔{}〕{}号", self.decided.year(), self.number)
    }

    fn party(&self) -> usize {
        // Three records on one subject, so that its page changes more than once.
        self.number % 17
    }

    fn edges(&self) -> impl Iterator<Item = Date> + '_ {
        [Some(self.filed), self.from, self.until, self.withdrawn, self.valid_until]
            .into_iter()
            .flatten()
            .flat_map(|day| [day.yesterday(), Ok(day), day.tomorrow()])
            .flatten()
    }
}

/// Serial 000 is given to nobody.
fn identity(number: usize) -> String {
    let start = format!("140829{}0101000", 1950 + number % 50);
    format!("{start}{}", citizen_id_check_character(&start).expect("digits"))
}

/// A record that is shown from its filing to a day.
fn shown(number: usize, decided: Date, filed: Date, until: Date) -> Known {
    Known { from: Some(filed), until: Some(until), ..never(number, decided, filed) }
}

/// A record that nobody outside ever sees: an ordinary fine unless it is said otherwise.
fn never(number: usize, decided: Date, filed: Date) -> Known {
    Known {
        number,
        kind: PENALTY,
        decided,
        filed,
        set: vec![("公示系统", "信用网站")],
        basis: BASIS,
        judged: None,
        from: None,
        until: None,
        withdrawn: None,
        valid_until: None,
        person: false,
    }
}

fn licence(number: usize, decided: Date, valid_until: Option<Date>) -> Known {
    Known {
        kind: LICENCE,
        from: Some(decided),
        set: Vec::new(),
        valid_until,
        ..never(number, decided, decided)
    }
}

impl Known {
    fn with(mut self, heading: &'static str, value: &'static str) -> Self {
        self.set.push((heading, value));
        self
    }

    fn judged(mut self, key: &'static str, value: &'static str) -> Self {
        self.judged = Some((key, value));
        self
    }
}

/// The records. Every day in here stands as it was read in the text.
fn records() -> Vec<Known> {
    let class = "处罚类别";
    vec![
        // 527号文, decided until 2023-04-30: general one year, serious three years, from the decision.
        shown(1001, date(2023, 4, 30), date(2023, 5, 4), date(2024, 4, 30)),
        shown(1002, date(2023, 4, 28), date(2023, 4, 28), date(2026, 4, 28))
            .with("失信程度", "严重"),
        shown(1003, date(2022, 8, 31), FIRST, date(2023, 8, 31)).with("失信程度", "一般"),
        never(1004, date(2023, 4, 20), FIRST).with(class, "警告"),
        never(1005, date(2023, 4, 20), FIRST).with("处罚程序", "简易程序"),
        // Over before it came in.
        Known { until: Some(date(2023, 3, 1)), ..never(1006, date(2022, 3, 1), FIRST) },
        // Order 58, decided from 2023-05-01 to 2026-03-31: three years, whatever the minimum.
        shown(1101, date(2023, 5, 1), date(2023, 5, 4), date(2026, 5, 1)),
        shown(1102, date(2024, 2, 29), date(2024, 3, 4), date(2027, 2, 28))
            .with("处罚领域", "食品"),
        never(1103, date(2024, 2, 29), date(2024, 3, 4)).with(class, "警告"),
        never(1104, date(2024, 2, 29), date(2024, 3, 4)).with("处罚程序", "简易程序"),
        never(1105, date(2024, 2, 29), date(2024, 3, 4)).with(class, "警告;通报批评"),
        shown(1106, date(2024, 6, 30), date(2024, 7, 1), date(2027, 6, 30))
            .with(class, "警告;罚款"),
        Known { person: true, ..never(1107, date(2024, 7, 1), date(2024, 7, 1)) },
        // The other site's own period (Order 107: one year) does not count here.
        shown(1108, date(2025, 12, 26), date(2025, 12, 29), date(2028, 12, 26))
            .with("公示系统", "国家企业信用信息公示系统"),
        shown(1109, date(2025, 11, 30), date(2025, 12, 1), date(2028, 11, 30))
            .with("处罚领域", "消防"),
        shown(1110, date(2026, 3, 31), date(2026, 3, 31), date(2029, 3, 31)),
        // Order 36, decided from 2026-04-01: minor not at all, general one year, serious three years.
        never(1201, date(2026, 4, 1), date(2026, 4, 1)),
        shown(1202, date(2026, 4, 1), date(2026, 4, 1), date(2027, 4, 1)).with("失信程度", "一般"),
        shown(1203, date(2026, 5, 31), date(2026, 6, 1), date(2027, 5, 31))
            .with(class, "没收违法所得"),
        shown(1204, date(2026, 4, 2), date(2026, 4, 3), date(2029, 4, 2)).with(class, "责令关闭"),
        shown(1205, date(2026, 4, 3), date(2026, 4, 3), date(2029, 4, 3))
            .judged("severity", "serious"),
        never(1206, date(2026, 5, 6), date(2026, 5, 6)).with(class, "警告"),
        never(1207, date(2026, 5, 6), date(2026, 5, 6)).with(class, "通报批评"),
        never(1208, date(2026, 5, 6), date(2026, 5, 6))
            .with(class, "没收违法所得")
            .with("处罚程序", "简易程序"),
        Known { person: true, ..never(1209, date(2026, 5, 6), date(2026, 5, 6)) }
            .with("失信程度", "严重"),
        never(1210, date(2026, 5, 7), date(2026, 5, 7))
            .with("失信程度", "严重")
            .judged("exemption", "示例：涉及商业秘密"),
        Known { basis: "", ..never(1211, date(2026, 5, 7), date(2026, 5, 8)) }
            .with("失信程度", "一般"),
        never(1212, date(2026, 5, 9), date(2026, 5, 9))
            .with(class, "没收违法所得")
            .judged("severity", "minor"),
        Known {
            withdrawn: Some(date(2026, 9, 9)),
            ..shown(1213, date(2026, 6, 1), date(2026, 6, 3), date(2027, 6, 1))
        }
        .with("失信程度", "一般"),
        // Released on its very last day: one day in public.
        shown(1214, date(2026, 6, 30), date(2027, 6, 30), date(2027, 6, 30))
            .with("失信程度", "一般"),
        shown(1215, date(2026, 7, 1), date(2026, 7, 2), date(2027, 7, 1))
            .with("失信程度", "一般")
            .with("公示系统", "国家企业信用信息公示系统"),
        shown(1216, date(2028, 2, 29), date(2028, 3, 1), date(2029, 2, 28))
            .with("失信程度", "一般"),
        // Licences: no maximum; the day validity ends takes nothing away.
        licence(1301, date(2023, 5, 8), None),
        licence(1302, date(2023, 5, 9), Some(date(2025, 5, 8))),
        Known { withdrawn: Some(date(2027, 1, 15)), ..licence(1303, date(2025, 3, 3), None) },
        Known { person: true, from: None, ..licence(1304, date(2025, 3, 4), None) },
    ]
}

/// The cells of a record by heading.
fn cells(known: &Known) -> BTreeMap<&'static str, String> {
    let day = |day: Date| day.strftime("%Y/%m/%d").to_string();
    let body = "平陆县市场监督管理局".to_owned();
    let authority = {
        let first = format!(
            "11140829XYDEM900{}",
            organisation_code_check_character("XYDEM900").expect("a body")
        );
        format!("{first}{}", uscc_check_character(&first).expect("a start"))
    };
    let long = date(2099, 12, 31);
    let mut cells = BTreeMap::from([
        ("行政相对人类别", "法人及非法人组织".to_owned()),
        ("行政相对人名称", company(known.party())),
        ("行政相对人代码_1(统一社会信用代码)", code(known.party())),
        ("法定代表人", "王示例".to_owned()),
        ("数据来源单位", body.clone()),
        ("数据来源单位统一社会信用代码", authority.clone()),
    ]);
    if known.person {
        cells.insert("行政相对人类别", "自然人".to_owned());
        cells.insert("行政相对人名称", person(known));
        cells.insert("行政相对人代码_1(统一社会信用代码)", String::new());
        cells.insert("法定代表人", String::new());
        cells.insert("证件类型", "身份证".to_owned());
        cells.insert("证件号码", identity(known.number));
    }
    if known.kind == LICENCE {
        cells.extend([
            ("行政许可决定文书名称", "准予示例许可决定书".to_owned()),
            ("行政许可决定文书号", known.document()),
            ("许可类别", "普通".to_owned()),
            ("许可内容", "准予从事示例经营".to_owned()),
            ("许可决定日期", day(known.decided)),
            ("有效期自", day(known.decided)),
            ("有效期至", day(known.valid_until.unwrap_or(long))),
            ("许可机关", body),
            ("许可机关统一社会信用代码", authority),
            ("当前状态", "1".to_owned()),
        ]);
    } else {
        cells.extend([
            ("行政处罚决定书文号", known.document()),
            ("违法行为类型", "产品质量".to_owned()),
            ("违法事实", "销售标签不符合规定的示例商品".to_owned()),
            ("处罚依据", "《示例管理办法》第二十条".to_owned()),
            ("处罚类别", "罚款".to_owned()),
            ("处罚内容", "依法作出示例处罚".to_owned()),
            ("罚款金额（万元）", "0.2".to_owned()),
            ("没收违法所得、没收非法财物的金额（万元）", "0.1".to_owned()),
            ("处罚决定日期", day(known.decided)),
            ("处罚有效期", day(long)),
            ("处罚机关", body),
            ("处罚机关统一社会信用代码", authority),
        ]);
    }
    for (heading, value) in &known.set {
        cells.insert(heading, (*value).to_owned());
    }
    cells
}

fn person(known: &Known) -> String {
    format!("示例自然人{}", known.number)
}

/// Files the records of one kind and basis that come in on a day, and says where they are: subject and id by number.
async fn file(desk: &Desk, records: &[&Known]) -> BTreeMap<usize, (i64, i64)> {
    let kind = records[0].kind;
    let law = desk.law();
    let fields: Vec<&str> =
        law.kind(kind).expect("a kind").fields.iter().map(|field| field.label.as_str()).collect();
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(&fields).expect("memory");
    for known in records {
        let mut cells = cells(known);
        let row: Vec<String> =
            fields.iter().map(|label| cells.remove(label).unwrap_or_default()).collect();
        assert!(cells.is_empty(), "headings that the kind does not have: {cells:?}");
        table.write_record(&row).expect("memory");
    }
    let path = desk.scratch().join("filing.csv");
    std::fs::write(&path, table.into_inner().expect("memory")).expect("a file");
    let (clerk, second) = (Actor::system("clerk"), Actor::system("second"));
    let command = Receive {
        path,
        file_name: format!("示例{}.csv", records[0].number),
        kind: kind.to_owned(),
        unit: UNIT.to_owned(),
        profile: Profile::Reported,
    };
    let batch = receive(desk, &clerk, command).await.expect("received").batch;
    check(desk, batch).await.expect("checked");
    let checked = answer(desk, batch, 100).await.expect("an answer");
    assert_eq!(checked.refused, 0, "{:?}", checked.findings);
    submit(desk, &clerk, batch).await.expect("submitted");
    let judgements = records
        .iter()
        .enumerate()
        .filter_map(|(place, known)| {
            let (key, value) = known.judged?;
            Some(Judgement {
                row: i64::try_from(place).expect("few rows") + 2,
                key: key.to_owned(),
                value: value.to_owned(),
                reason: "示例理由".to_owned(),
                source: "决定书第1页".to_owned(),
            })
        })
        .collect();
    let command = Release { batch, basis: records[0].basis.to_owned(), judgements };
    release(desk, &second, command).await.expect("released");
    record_released(desk, batch).await.expect("recorded");
    let recorded = answer(desk, batch, 100).await.expect("an answer");
    assert_eq!(recorded.recorded, records.len() as u64, "{recorded:?}");
    let mut places = BTreeMap::new();
    for known in records {
        let store = desk.store();
        let subject = if known.person {
            let blind = store.keys().blind_index(&identity(known.number));
            store.persons_by_blind(&[&blind]).await.expect("persons")[&blind]
        } else {
            store
                .subject_by_code(&code(known.party()))
                .await
                .expect("a subject")
                .expect("a subject")
                .id
        };
        let held = store.records_of_subject(subject, 100).await.expect("records");
        let record = held
            .iter()
            .find(|record| record.content.contains(&known.document()))
            .unwrap_or_else(|| panic!("{} was not recorded", known.number));
        places.insert(known.number, (subject, record.id));
    }
    places
}

/// All pages of a list: the records, how many are said to be there, and where it is looked at closely everything given out as text.
async fn whole_list(
    desk: &Desk,
    kind: &str,
    text: &str,
    closely: bool,
) -> (BTreeSet<String>, u64, String) {
    let mut numbers = BTreeSet::new();
    let mut told = String::new();
    let mut filter = ListFilter { text: text.to_owned(), ..ListFilter::default() };
    loop {
        let page = public_list(desk, kind, &filter).await.expect("a list");
        if closely {
            told.push_str(&serde_json::to_string(&page).expect("plain data"));
        }
        for record in &page.records {
            assert!(numbers.insert(record.number.clone()), "{} twice", record.number);
        }
        if page.next.is_empty() {
            return (numbers, page.total, told);
        }
        filter.after = page.next;
    }
}

struct Years {
    desk: Desk,
    known: Vec<Known>,
    places: BTreeMap<usize, (i64, i64)>,
}

impl Years {
    fn seen(&self, day: Date, matters: impl Fn(&Known) -> bool) -> BTreeSet<String> {
        self.known
            .iter()
            .filter(|known| known.sees(day) && matters(known))
            .map(Known::document)
            .collect()
    }

    /// The lists and the first page: every day what is named there, and on the days that matter every word that is given out.
    async fn look_at_lists(&self, day: Date, closely: bool) {
        let desk = self.desk.at(day);
        let home = portal_home(&desk).await.expect("a first page");
        for kind in [PENALTY, LICENCE] {
            let (numbers, total, told) = whole_list(&desk, kind, "", closely).await;
            let expected = self.seen(day, |known| known.kind == kind);
            assert_eq!(numbers, expected, "the list of {kind} on {day}");
            assert_eq!(total, expected.len() as u64, "the count of {kind} on {day}");
            let first = home.kinds.iter().find(|one| one.id == kind).expect("a kind");
            assert_eq!(first.public, expected.len() as u64, "the first page on {day}");
            assert_eq!(first.newest.is_empty(), expected.is_empty(), "the first page on {day}");
            for record in &first.newest {
                assert!(expected.contains(&record.number), "{} first on {day}", record.number);
            }
            self.nothing_hidden(day, &told, "a list");
        }
        let all = self.seen(day, |_| true);
        for record in &home.latest {
            assert!(all.contains(&record.number), "{} is the newest on {day}", record.number);
        }
        assert_eq!(home.latest.is_empty(), all.is_empty(), "the newest on {day}");
        let set = data_set(&desk.law(), "subjects").expect("a table");
        let table = data_chunk(&desk, &set, &ListFilter::default(), None).await.expect("a chunk");
        let codes: BTreeSet<String> = table.rows.iter().map(|row| row[0].clone()).collect();
        let seen = self.known.iter().filter(|known| known.sees(day) && !known.person);
        let expected: BTreeSet<String> = seen.map(|known| code(known.party())).collect();
        assert_eq!(codes, expected, "the table of subjects on {day}");
        if closely {
            let told = serde_json::to_string(&home).expect("plain data");
            self.nothing_hidden(day, &told, "the first page");
        }
    }

    fn nothing_hidden(&self, day: Date, told: &str, place: &str) {
        for known in self.known.iter().filter(|known| !known.sees(day)) {
            let number = format!("{}号", known.number);
            assert!(!told.contains(&number), "{} shows in {place} on {day}", known.number);
        }
        for known in self.known.iter().filter(|known| known.person) {
            assert!(!told.contains(&person(known)), "a natural person in {place} on {day}");
            assert!(
                !told.contains(&identity(known.number)),
                "an identity number in {place} on {day}"
            );
        }
    }

    /// One record by itself: its page, and the list asked for its number.
    async fn look_at_record(&self, day: Date, known: &Known) {
        let desk = self.desk.at(day);
        let (numbers, total, _) = whole_list(&desk, known.kind, &known.document(), false).await;
        let expected: BTreeSet<String> =
            known.sees(day).then(|| known.document()).into_iter().collect();
        assert_eq!(numbers, expected, "searched for {} on {day}", known.number);
        assert_eq!(total, expected.len() as u64);
        let Some((subject, id)) = self.places.get(&known.number) else {
            assert!(day < known.filed, "{} was never filed", known.number);
            return;
        };
        match public_record(&desk, *subject, *id).await {
            Ok(record) => {
                assert!(known.sees(day), "the page of {} on {day}", known.number);
                assert_eq!(record.number, known.document());
                let shown = &record.disclosure.value;
                assert_eq!(shown.publicity.last_day, known.until, "{} on {day}", known.number);
                let ended = known.valid_until.is_some_and(|until| until < day);
                assert_eq!(shown.ended, ended, "{} is shown as ended on {day}", known.number);
            }
            Err(DeskError::NotFound(_)) => {
                assert!(!known.sees(day), "no page of {} on {day}", known.number)
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// One subject: its page, the machine answer, the search for its name.
    async fn look_at_subject(&self, day: Date, party: usize) {
        let desk = self.desk.at(day);
        let page = public_subject(&desk, &code(party)).await.expect("a subject");
        let numbers: BTreeSet<String> = page
            .groups
            .iter()
            .flat_map(|(.., records)| records)
            .map(|record| record.number.clone())
            .collect();
        let expected = self.seen(day, |known| !known.person && known.party() == party);
        assert_eq!(numbers, expected, "the page of subject {party} on {day}");
        let facts = subject_facts(&desk, &code(party)).await.expect("a subject");
        let found = search(&desk, &company(party)).await.expect("hits");
        assert_eq!(found.hits.first().map(|hit| hit.name.clone()), Some(company(party)));
        let told = format!(
            "{}{}",
            serde_json::to_string(&facts).expect("plain data"),
            serde_json::to_string(&found).expect("plain data")
        );
        // Who a subject is says nothing about its records.
        for known in &self.known {
            assert!(!told.contains(&format!("{}号", known.number)), "{told}");
        }
        self.nothing_hidden(
            day,
            &serde_json::to_string(&page).expect("plain data"),
            "a subject's page",
        );
    }

    async fn look_for_persons(&self, day: Date) {
        for known in self.known.iter().filter(|known| known.person) {
            for text in [person(known), known.document(), identity(known.number)] {
                let found = search(&self.desk.at(day), &text).await.expect("an answer");
                assert!(found.hits.is_empty(), "{text} on {day}: {found:?}");
            }
        }
    }

    /// The history says that a publication ended once, on its last day, as soon as the job has run and not before.
    async fn look_at_history(&self, day: Date) {
        for known in &self.known {
            let Some((subject, id)) = self.places.get(&known.number) else { continue };
            let events = self.desk.store().publication_events(*subject, *id).await.expect("events");
            let ended: Vec<Date> = events
                .iter()
                .filter(|event| event.kind == "ended")
                .map(|event| event.on_day)
                .collect();
            let due = known.until.filter(|until| *until < day && known.withdrawn.is_none());
            assert_eq!(
                ended,
                due.into_iter().collect::<Vec<_>>(),
                "{} on {day}: {events:?}",
                known.number
            );
            if known.from.is_none() && known.until.is_none() {
                assert!(events.is_empty(), "{} was never in public: {events:?}", known.number);
            }
            let gone: Vec<Date> = events
                .iter()
                .filter(|event| event.kind == "withdrawn")
                .map(|event| event.on_day)
                .collect();
            let expected = known.withdrawn.filter(|gone| *gone <= day);
            assert_eq!(gone, expected.into_iter().collect::<Vec<_>>(), "{} on {day}", known.number);
        }
    }
}

async fn six_years() {
    let folder = tempfile::tempdir().expect("a folder");
    let actor = Actor::system("test");
    let mut years =
        Years { desk: desk(&folder, FIRST).await, known: records(), places: BTreeMap::new() };
    let edges: BTreeSet<Date> = years.known.iter().flat_map(Known::edges).collect();
    let mut day = FIRST;
    let mut noted = 0;
    let mut turn = 0_usize;
    while day <= LAST {
        let at_edge = edges.contains(&day);
        if day < DAILY && !at_edge {
            day = day.tomorrow().expect("a day");
            continue;
        }
        let desk = years.desk.at(day);
        let mut come: BTreeMap<(&str, &str), Vec<&Known>> = BTreeMap::new();
        for known in years.known.iter().filter(|known| known.filed == day) {
            come.entry((known.kind, known.basis)).or_default().push(known);
        }
        let mut places = BTreeMap::new();
        for records in come.values() {
            places.append(&mut file(&desk, records).await);
        }
        years.places.append(&mut places);
        for known in years.known.iter().filter(|known| known.withdrawn == Some(day)) {
            let (subject, record) = years.places[&known.number];
            let command =
                Withdraw {
                    subject, record, decided: day, reason: "示例：决定被撤销".to_owned()
                };
            withdraw(&desk, &actor, command).await.expect("withdrawn");
        }
        let runs = !SKIPPED.iter().any(|(from, to)| (*from..=*to).contains(&day));
        if runs {
            let due = years
                .known
                .iter()
                .filter(|known| {
                    years.places.contains_key(&known.number)
                        && known.withdrawn.is_none()
                        && known.until.is_some_and(|until| until < day)
                })
                .count();
            let written = expire(&desk, &actor, day).await.expect("the job");
            noted += written;
            assert_eq!(noted, due as u64, "ends written down until {day}");
            if at_edge {
                assert_eq!(expire(&desk, &actor, day).await.expect("the job"), 0, "twice on {day}");
                years.look_at_history(day).await;
            }
        }
        years.look_at_lists(day, at_edge).await;
        for (place, known) in years.known.iter().enumerate() {
            if place % TURN == turn % TURN || known.edges().any(|edge| edge == day) {
                years.look_at_record(day, known).await;
            }
        }
        for party in 0..17 {
            let touched = years.known.iter().filter(|known| known.party() == party);
            if party == turn % 17 || touched.flat_map(Known::edges).any(|edge| edge == day) {
                years.look_at_subject(day, party).await;
            }
        }
        if at_edge {
            years.look_for_persons(day).await;
        }
        turn += 1;
        day = day.tomorrow().expect("a day");
    }
    assert!(turn > 3 * 366, "more than three years, day by day");
    years.look_at_history(LAST).await;
    let report = years
        .desk
        .store()
        .fsck(&crate::subject_import::tokens, &mut |_, _| {})
        .await
        .expect("a report");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

#[test]
fn through_six_years_the_public_sees_what_the_texts_say() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(six_years());
}
