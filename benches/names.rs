//! Suggestions for company names: how many real kinds of variants are found, how many other firms are taken for the same
//! (none may be), and how many names a second, beside a public scorer.
//!
//! The names are invented and made of the parts that real ones have. With `XINYONG_SHARED` naming the folder with real data the
//! registry of a city is read in place as well. The scorer is rapidfuzz; `RAPIDFUZZ_PYTHON` names a Python that has it, and
//! without one the run says so. Run it with `cargo bench -p xinyong-domain --bench names`.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use xinyong_domain::company_name::{NameLexicon, ParsedName, Verdict, closeness, token_groups};
use xinyong_domain::law::Law;
use xinyong_domain::text::search_tokens;

const FIRST: &str = "宏鑫兴永恒金盛华瑞天东泰富隆祥昌源安嘉";
const SECOND: &str = "达利发顺丰通茂诚信康远洋元力泽盈翔宇腾";
const INDUSTRIES: [&str; 8] =
    ["建材", "商贸", "果业", "运输", "机械制造", "物业管理", "化工", "食品"];
const REGIONS: [&str; 4] = ["平陆县", "芮城县", "运城市", "山西省"];
const TOP: usize = 8;
const OFFERED_EACH: usize = 60;
const MOST_COMPARED: usize = 120;

/// What was done to a name.
type Variant = (&'static str, fn(&str) -> Option<String>);

fn replaced(name: &str, from: &str, to: &str) -> Option<String> {
    name.contains(from).then(|| name.replacen(from, to, 1))
}

/// Real kinds of variants: the same firm, written otherwise.
const VARIANTS: [Variant; 9] = [
    ("县 or 市 left out", |name| replaced(name, "县", "").or_else(|| replaced(name, "市", ""))),
    ("form in other words", |name| replaced(name, "有限公司", "有限责任公司")),
    ("form left out", |name| name.strip_suffix("有限公司").map(str::to_owned)),
    ("region left out", |name| {
        REGIONS.iter().find_map(|region| name.strip_prefix(region)).map(str::to_owned)
    }),
    ("traditional", |name| {
        let other =
            name.replace('县', "縣").replace('业', "業").replace('达', "達").replace('东', "東");
        (other != name).then_some(other)
    }),
    ("full width and blanks", |name| {
        let mut other: String = name.chars().flat_map(|c| [c, '\u{3000}']).collect();
        other.push(' ');
        Some(other)
    }),
    ("one wrong character", |name| {
        let mut chars: Vec<char> = name.chars().collect();
        let at = chars.len().checked_sub(6)?;
        *chars.get_mut(at)? = '某';
        Some(chars.into_iter().collect())
    }),
    ("one character missing", |name| {
        let mut chars: Vec<char> = name.chars().collect();
        let at = chars.len().checked_sub(7)?;
        chars.remove(at);
        Some(chars.into_iter().collect())
    }),
    ("sounds alike", |name| {
        ["宏洪", "兴星", "达大", "永勇", "华桦", "源元"].iter().find_map(|pair| {
            let (from, to) = pair.split_at(3);
            replaced(name, from, to)
        })
    }),
];

fn invented() -> Vec<String> {
    let mut names = Vec::new();
    for (number, first) in FIRST.chars().enumerate() {
        for (other, second) in SECOND.chars().enumerate() {
            for step in 0..5 {
                let industry = INDUSTRIES[(number + other + step * 3) % INDUSTRIES.len()];
                let region = REGIONS[(number * 3 + other + step) % REGIONS.len()];
                names.push(format!("{region}示例{first}{second}{industry}有限公司"));
            }
        }
    }
    for number in ["一", "二", "三", "四", "五"] {
        names.push(format!("平陆县示例供销合作社第{number}门市部"));
        names.push(format!("平陆县示例宏达建材有限公司第{number}分公司"));
        names.push(format!("平陆县第{number}示例建筑有限公司"));
    }
    names.sort();
    names.dedup();
    names
}

/// The real registry, read in place.
fn real() -> Option<Vec<String>> {
    let folder = PathBuf::from(std::env::var_os("XINYONG_SHARED")?);
    let text = std::fs::read_to_string(folder.join("data/real/sx_yuncheng_registry.csv")).ok()?;
    let first = |line: &str| line.split(',').next().map(str::to_owned);
    let mut names: Vec<String> = text.lines().skip(1).filter_map(first).collect();
    names.sort();
    names.dedup();
    Some(names)
}

/// The index of the store, in memory: which names have a token.
struct Index {
    postings: HashMap<String, Vec<usize>>,
    read: Vec<ParsedName>,
}

impl Index {
    fn of(names: &[String], lexicon: &NameLexicon) -> Self {
        let mut postings: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, name) in names.iter().enumerate() {
            for token in search_tokens(name).split(' ') {
                postings.entry(token.to_owned()).or_default().push(at);
            }
        }
        Self { postings, read: names.iter().map(|name| lexicon.read(name)).collect() }
    }

    fn with_all(&self, tokens: &[String]) -> Vec<usize> {
        let mut lists: Vec<&Vec<usize>> = Vec::new();
        for token in tokens {
            match self.postings.get(token) {
                Some(list) => lists.push(list),
                None => return Vec::new(),
            }
        }
        lists.sort_by_key(|list| list.len());
        let Some((first, others)) = lists.split_first() else { return Vec::new() };
        let all = |at: &&usize| others.iter().all(|list| list.binary_search(at).is_ok());
        first.iter().filter(all).take(OFFERED_EACH).copied().collect()
    }

    /// The closest names, as the desk ranks them.
    fn suggest(&self, asked: &ParsedName, lexicon: &NameLexicon) -> Vec<(Verdict, usize)> {
        let mut offered: HashMap<usize, usize> = HashMap::new();
        for group in token_groups(asked) {
            for at in self.with_all(&group) {
                *offered.entry(at).or_default() += group.len();
            }
        }
        let mut offered: Vec<(usize, usize)> = offered.into_iter().collect();
        offered.sort_by_key(|(at, weight)| (std::cmp::Reverse(*weight), *at));
        offered.truncate(MOST_COMPARED);
        let mut found: Vec<(Verdict, u32, usize)> = offered
            .into_iter()
            .map(|(at, _)| {
                let read = &self.read[at];
                (lexicon.compare_read(asked, read).verdict, 1_000 - closeness(asked, read), at)
            })
            .collect();
        found.sort();
        found.truncate(TOP);
        found.into_iter().map(|(verdict, _, at)| (verdict, at)).collect()
    }
}

fn main() {
    // The test runner asks every target for its tests; a benchmark has none.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let law = Law::embedded().unwrap_or_else(|problems| panic!("{problems:#?}"));
    measure("invented names", &invented(), law.names());
    match real() {
        Some(names) => measure("real registry, read in place", &names, law.names()),
        None => println!("\nno real registry: XINYONG_SHARED names no folder with one"),
    }
}

fn measure(title: &str, names: &[String], lexicon: &NameLexicon) {
    println!("\n{title}: {} names", names.len());
    let index = Index::of(names, lexicon);
    let borne: HashSet<&str> = names.iter().map(String::as_str).collect();
    let (mut pairs, mut found, mut asked_for, mut seconds) = (0_usize, 0_usize, 0_usize, 0.0);
    let mut taken_for_same = 0_usize;
    for (kind, vary) in VARIANTS {
        let (mut of_kind, mut hit, mut likely, mut lost) = (0_usize, 0_usize, 0_usize, 0_usize);
        for (at, name) in names.iter().enumerate().step_by(3) {
            let Some(variant) = vary(name).filter(|variant| !borne.contains(variant.as_str()))
            else {
                continue;
            };
            of_kind += 1;
            let started = Instant::now();
            let suggested = index.suggest(&lexicon.read(&variant), lexicon);
            seconds += started.elapsed().as_secs_f64();
            asked_for += 1;
            match suggested.iter().find(|(_, other)| *other == at) {
                Some((verdict, _)) => {
                    hit += 1;
                    likely += usize::from(*verdict <= Verdict::LikelySame);
                }
                None => lost += 1,
            }
            let wrong =
                |(verdict, other): &&(Verdict, usize)| *verdict == Verdict::Same && *other != at;
            taken_for_same += suggested.iter().filter(wrong).count();
        }
        println!(
            "  {kind:<24} {of_kind:>5} asked, {hit:>5} found among the first {TOP}, {likely:>5} of them as likely the same, {lost} lost"
        );
        pairs += of_kind;
        found += hit;
    }
    println!(
        "  recall of suggestions    {:.4} ({found} of {pairs})",
        found as f64 / pairs.max(1) as f64
    );

    let apart = one_apart(names);
    let (mut same, mut likely) = (0_usize, 0_usize);
    let started = Instant::now();
    for (one, other) in &apart {
        match lexicon.compare_read(&index.read[*one], &index.read[*other]).verdict {
            Verdict::Same => same += 1,
            Verdict::LikelySame => likely += 1,
            Verdict::Unsure | Verdict::Different => {}
        }
    }
    let compared = started.elapsed().as_secs_f64();
    println!("  different firms one character apart: {} pairs", apart.len());
    println!("  false automatic merges   {} (must be 0)", same + taken_for_same);
    println!("  called likely the same   {likely}");
    println!("  suggestions              {:>10.0} names/s", asked_for as f64 / seconds);

    let text: Vec<(String, String)> =
        apart.iter().map(|(one, other)| (names[*one].clone(), names[*other].clone())).collect();
    let started = Instant::now();
    for (one, other) in &text {
        std::hint::black_box(lexicon.compare(one, other).verdict);
    }
    let whole = started.elapsed().as_secs_f64();
    let rate = |seconds: f64| apart.len() as f64 / seconds.max(1e-9);
    println!("  comparing parsed names   {:>10.0} pairs/s", rate(compared));
    println!("  reading and comparing    {:>10.0} pairs/s", rate(whole));
    peer(&text, rate(whole));
    assert_eq!(same + taken_for_same, 0, "another firm was taken for the same");
}

/// Pairs of names with one character replaced: different firms, every one of them in the register.
fn one_apart(names: &[String]) -> Vec<(usize, usize)> {
    let mut masked: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, name) in names.iter().enumerate() {
        let chars: Vec<char> = name.chars().collect();
        for place in 0..chars.len() {
            let mut mask = chars.clone();
            mask[place] = '_';
            masked.entry(mask.into_iter().collect()).or_default().push(at);
        }
    }
    let mut pairs = HashSet::new();
    for group in masked.values() {
        for (from, one) in group.iter().enumerate() {
            for other in group.iter().skip(from + 1).take(40) {
                pairs.insert((*one, *other));
            }
        }
    }
    let mut pairs: Vec<(usize, usize)> = pairs.into_iter().collect();
    pairs.sort_unstable();
    pairs
}

const SCORER: &str = "
import sys, time
import rapidfuzz
from rapidfuzz.distance import Levenshtein
pairs = [line.rstrip('\\n').split('\\t') for line in sys.stdin]
start = time.perf_counter()
likeness = [Levenshtein.normalized_similarity(a, b) for a, b in pairs]
spent = time.perf_counter() - start
print(rapidfuzz.__version__, len(pairs) / spent, sum(one >= 0.9 for one in likeness))
";

/// The same pairs by the public scorer, at the threshold that is usual for it.
fn peer(pairs: &[(String, String)], own: f64) {
    let python = std::env::var("RAPIDFUZZ_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut sent = String::new();
    for (one, other) in pairs {
        let _ = writeln!(sent, "{one}\t{other}");
    }
    let started = Command::new(python)
        .args(["-c", SCORER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let said = started.ok().and_then(|mut child| {
        child.stdin.take()?.write_all(sent.as_bytes()).ok()?;
        let output = child.wait_with_output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    });
    let Some(said) = said else {
        println!("  rapidfuzz                not installed: no peer in this run");
        return;
    };
    let mut cells = said.split_whitespace();
    let version = cells.next().unwrap_or_default();
    let rate: f64 = cells.next().and_then(|cell| cell.parse().ok()).unwrap_or_default();
    let merged = cells.next().unwrap_or_default();
    println!(
        "  rapidfuzz {version:<10}     {rate:>10.0} pairs/s, ratio {:.2}; at 0.90 it takes {merged} of {} different firms for the same",
        own / rate,
        pairs.len()
    );
}
