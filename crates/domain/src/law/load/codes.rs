//! Reads the lists of codes, the counties and the regions.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Reader, Word};
use crate::identifier::{RegionHistory, RegionPeriod};
use crate::law::{Code, CodeList, County, Region, Source};
use crate::ruling::Evidence;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodesFile {
    id: Word,
    label: String,
    source: Option<Word>,
    #[serde(rename = "evidence")]
    _evidence: Evidence,
    #[serde(default, rename = "change_log")]
    _change_log: Vec<toml::Value>,
    #[serde(default, rename = "note")]
    _note: Option<String>,
    code: Vec<CodeEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeEntry {
    id: Word,
    label: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    other: bool,
    #[serde(default, rename = "note")]
    _note: Option<String>,
}

pub(super) fn read_codes(
    reader: &mut Reader,
    sources: &BTreeMap<String, Source>,
) -> BTreeMap<String, Arc<CodeList>> {
    let mut lists = BTreeMap::new();
    for path in reader.below("codes/") {
        let Some(file) = reader.parse::<CodesFile>(&path) else {
            continue;
        };
        if let Some(source) = &file.source {
            reader.known_source(&path, sources, source);
        }
        let mut spellings: HashMap<String, String> = HashMap::new();
        let mut codes = Vec::new();
        for entry in file.code {
            let span = entry.id.span();
            let id = entry.id.into_inner();
            let mut own: Vec<&String> = vec![&id, &entry.label];
            own.extend(&entry.aliases);
            own.sort();
            own.dedup();
            for spelling in own {
                if let Some(other) = spellings.insert(spelling.clone(), id.clone()) {
                    let message = format!("「{spelling}」同时属于「{other}」和「{id}」");
                    reader.problem(&path, &span, message);
                }
            }
            codes.push(Code { id, label: entry.label, aliases: entry.aliases, other: entry.other });
        }
        let id = file.id.into_inner();
        lists.insert(id.clone(), Arc::new(CodeList::new(id, file.label, codes)));
    }
    lists
}

pub(super) fn read_counties(
    reader: &mut Reader,
    codes: &BTreeMap<String, Arc<CodeList>>,
) -> BTreeMap<String, County> {
    let mut counties = BTreeMap::new();
    for path in reader.below("counties/") {
        let Some(county) = reader.parse::<County>(&path) else {
            continue;
        };
        let mut ids = HashSet::new();
        for unit in &county.units {
            if !ids.insert(unit.id.as_str()) {
                reader.whole(&path, format!("单位编号「{}」重复", unit.id));
            }
            for (list, value) in [("penalty-domain", &unit.domain), ("channel", &unit.channel)] {
                let known = value.as_ref().is_none_or(|value| {
                    codes.get(list).is_some_and(|list| list.by_id(value).is_some())
                });
                if !known {
                    reader.whole(&path, format!("单位「{}」的 {list} 不在代码表中", unit.id));
                }
            }
        }
        if !ids.contains("credit-office") {
            reader.whole(&path, "缺少信用办，其编号须为 credit-office");
        }
        counties.insert(county.region.clone(), county);
    }
    counties
}

/// The lines of one of our own plain CSV code lists: no quotes, no commas inside.
fn plain_rows<'r>(reader: &'r Reader, file: &str) -> impl Iterator<Item = Vec<&'r str>> {
    reader
        .files
        .get(file)
        .map(String::as_str)
        .unwrap_or_default()
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.split(',').map(str::trim).collect())
}

pub(super) fn read_regions(reader: &Reader, file: &str) -> Vec<Region> {
    plain_rows(reader, file)
        .filter_map(|cells| {
            let mut cells = cells.into_iter().map(str::to_owned);
            Some(Region {
                code: cells.next()?,
                name: cells.next()?,
                level: cells.next()?,
                parent: cells.next().unwrap_or_default(),
            })
        })
        .collect()
}

pub(super) fn read_region_history(reader: &Reader) -> RegionHistory {
    let periods = plain_rows(reader, "codes/region-history.csv")
        .filter_map(|cells| {
            let boundary = |text: Option<&&str>, month: i8, day: i8| -> Option<Date> {
                let text = text.copied().unwrap_or_default();
                if text.len() == 4 {
                    Date::new(text.parse().ok()?, month, day).ok()
                } else {
                    text.parse().ok()
                }
            };
            Some(RegionPeriod {
                code: (*cells.first()?).to_owned(),
                from: boundary(cells.get(2), 1, 1),
                until: boundary(cells.get(3), 12, 31),
            })
        })
        .collect();
    RegionHistory::new(periods)
}
