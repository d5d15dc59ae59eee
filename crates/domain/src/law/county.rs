//! A county as data: names, upper level, units.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where a county reports to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpperLevel {
    /// Name of its platform.
    pub name: String,
    /// Its region code.
    pub region: String,
}

/// A unit that reports, supervises or decides (成员单位).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Stable id, the value of `--unit`.
    pub id: String,
    /// Full official name.
    pub name: String,
    /// Short name for tables.
    pub short: String,
    /// Its unified social credit code, empty while unknown.
    #[serde(default)]
    pub code: String,
    /// What it does here: `licence`, `penalty`, `registry`, `credit-office` …
    #[serde(default)]
    pub duties: Vec<String>,
    /// The safety domain its penalties belong to, if it is one of those with a longer minimum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Where repair of its penalties is applied for: `ndrc` unless it says `samr`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Tasks of the county's plan that name it.
    #[serde(default)]
    pub tasks: Vec<u8>,
}

/// One county.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct County {
    /// GB/T 2260 code.
    pub region: String,
    /// Name of the county.
    pub name: String,
    /// Name of its credit site.
    pub site: String,
    /// Province.
    pub province: String,
    /// City.
    pub city: String,
    /// GB/T 2260 code of the city.
    pub city_region: String,
    /// Where it reports to.
    pub upper: UpperLevel,
    /// Wording of the site.
    #[serde(default)]
    pub texts: BTreeMap<String, toml::Value>,
    /// Its units.
    #[serde(rename = "unit", default)]
    pub units: Vec<Unit>,
}

impl County {
    /// A text of the site, empty when the county did not set it.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.texts.get(key).and_then(toml::Value::as_str).unwrap_or_default()
    }

    /// A text of several lines.
    #[must_use]
    pub fn lines(&self, key: &str) -> Vec<String> {
        match self.texts.get(key) {
            Some(toml::Value::Array(lines)) => {
                lines.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect()
            }
            Some(toml::Value::String(line)) => vec![line.clone()],
            _ => Vec::new(),
        }
    }
}
