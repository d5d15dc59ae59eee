//! How a record is held to what its unit may license and punish.
//!
//! The national layouts have no column for the code of a matter, so that only names can be compared. What does not agree is never
//! wrong for that: it is shown to the unit, and a person says what it is.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::company_name::fold_name;
use crate::text::normalise_name;

/// How records of a kind name the matter that they decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// Positions of the fields that name it, the best first.
    pub fields: Vec<usize>,
    before: Vec<String>,
    after: Vec<String>,
}

impl Matter {
    /// From the fields and the words that do not tell matters apart, at the beginning and at the end of a name.
    #[must_use]
    pub fn new(fields: Vec<usize>, before: &[String], after: &[String]) -> Self {
        let folded = |words: &[String]| words.iter().map(|word| plain(word)).collect();
        Self { fields, before: folded(before), after: folded(after) }
    }

    /// What of a name is compared. A name of nothing but such words is compared as it is.
    #[must_use]
    pub fn key(&self, name: &str) -> String {
        let whole = plain(name);
        let mut rest = whole.as_str();
        loop {
            let before = self.before.iter().find_map(|word| rest.strip_prefix(word.as_str()));
            let after = self.after.iter().find_map(|word| rest.strip_suffix(word.as_str()));
            match before.or(after).filter(|shorter| !shorter.is_empty()) {
                Some(shorter) => rest = shorter,
                None => return rest.to_owned(),
            }
        }
    }
}

fn plain(text: &str) -> String {
    let normalised = normalise_name(text);
    fold_name(&normalised).chars().filter(|one| one.is_alphanumeric()).collect()
}

/// A matter of a unit's catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPower {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Id of the record kind.
    pub kind: String,
    /// The first day it may be used.
    pub from: Option<Date>,
    /// The last.
    pub until: Option<Date>,
}

/// Where a record stands towards the catalogue of its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatterStanding {
    /// The unit has published none that was in force on the day, or the record names no matter.
    Unknown,
    /// It is one of these matters, by its name or because a person said so.
    Listed {
        /// Its code.
        code: String,
    },
    /// A person said why it is none.
    Explained,
    /// Its name is none of them. What that means a person has to say.
    Outside {
        /// The position of the field that names it.
        field: usize,
        /// The name as the record has it.
        name: String,
        /// What of it was compared.
        key: String,
    },
}

/// Everything a unit published about its powers and said about names, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct PowersOfUnit {
    editions: Vec<(Date, Vec<ListedPower>)>,
    said: BTreeMap<(String, String), String>,
}

impl PowersOfUnit {
    /// From its released editions and what persons said about names: kind, folded name, code (empty: it is none).
    #[must_use]
    pub fn new(
        mut editions: Vec<(Date, Vec<ListedPower>)>,
        said: impl IntoIterator<Item = ((String, String), String)>,
    ) -> Self {
        editions.sort_by_key(|(from, _)| *from);
        Self { editions, said: said.into_iter().collect() }
    }

    /// Whether there is nothing to hold anything to.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.editions.is_empty()
    }

    /// First day of the edition in force on a day.
    #[must_use]
    pub fn edition_on(&self, day: Date) -> Option<Date> {
        self.in_force(day).map(|(from, _)| *from)
    }

    fn in_force(&self, day: Date) -> Option<&(Date, Vec<ListedPower>)> {
        self.editions.iter().rev().find(|(from, _)| *from <= day)
    }

    /// Where a record of a kind stands that was decided on a day; `value` gives what stands in a field.
    #[must_use]
    pub fn standing<'v>(
        &self,
        kind: &str,
        matter: &Matter,
        decided: Date,
        value: impl Fn(usize) -> &'v str,
    ) -> MatterStanding {
        let Some((_, powers)) = self.in_force(decided) else { return MatterStanding::Unknown };
        let named: Vec<(usize, &str)> = matter
            .fields
            .iter()
            .map(|field| (*field, value(*field).trim()))
            .filter(|(_, name)| !plain(name).is_empty())
            .collect();
        let Some((field, name)) = named.first() else { return MatterStanding::Unknown };
        let usable = |power: &&ListedPower| {
            power.kind == kind
                && power.from.is_none_or(|from| from <= decided)
                && power.until.is_none_or(|until| decided <= until)
        };
        for (_, name) in &named {
            let key = matter.key(name);
            let listed = powers.iter().filter(usable).find(|power| matter.key(&power.name) == key);
            if let Some(power) = listed {
                return MatterStanding::Listed { code: power.code.clone() };
            }
        }
        for (_, name) in &named {
            match self.said.get(&(kind.to_owned(), matter.key(name))).map(String::as_str) {
                Some("") => return MatterStanding::Explained,
                // What a person said holds as long as the edition has the matter.
                Some(code) if powers.iter().filter(usable).any(|power| power.code == code) => {
                    return MatterStanding::Listed { code: code.to_owned() };
                }
                _ => {}
            }
        }
        MatterStanding::Outside { field: *field, name: (*name).to_owned(), key: matter.key(name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;

    const PENALTY: &str = "administrative-penalty";

    fn power(code: &str, name: &str, until: Option<Date>) -> ListedPower {
        let (code, name) = (code.to_owned(), name.to_owned());
        ListedPower { code, name, kind: PENALTY.to_owned(), from: None, until }
    }

    #[test]
    fn words_that_tell_no_matters_apart_are_not_compared() {
        let law = Law::embedded().expect("the law");
        let key = |kind: &str, name: &str| {
            law.kind(kind).and_then(|kind| kind.matter.as_ref()).expect("a matter").key(name)
        };
        let same = [
            (PENALTY, "对无照经营行为的处罚", "无照经营"),
            (PENALTY, "对“无照经营”的行政处罚", "无照经营行为"),
            ("administrative-licence", "食品经营许可", "食品经营许可证"),
            ("administrative-licence", "食品 经營許可", "准予食品经营许可决定书"),
        ];
        for (kind, one, other) in same {
            assert_eq!(key(kind, one), key(kind, other), "{one} {other}");
        }
        assert_ne!(key(PENALTY, "对无照经营行为的处罚"), key(PENALTY, "对无证经营行为的处罚"));
        assert_eq!(key(PENALTY, "处罚"), "处罚", "never to nothing");
    }

    #[test]
    fn the_edition_in_force_on_the_day_of_the_decision_counts() {
        let law = Law::embedded().expect("the law");
        let kind = law.kind(PENALTY).expect("a kind");
        let matter = kind.matter.as_ref().expect("a matter");
        let (first, second) = (Date::constant(2025, 1, 1), Date::constant(2026, 1, 1));
        let mapped = (PENALTY.to_owned(), matter.key("无证摆摊"));
        let explained = (PENALTY.to_owned(), matter.key("上级交办"));
        let powers = PowersOfUnit::new(
            vec![
                (second, vec![power("2", "对虚假宣传的处罚", None)]),
                (
                    first,
                    vec![
                        power("1", "对无照经营行为的处罚", None),
                        power("3", "对占道的处罚", Some(Date::constant(2025, 6, 30))),
                    ],
                ),
            ],
            [(mapped, "1".to_owned()), (explained, String::new())],
        );
        let of = |day: Date, name: &str| powers.standing(PENALTY, matter, day, |_| name);
        let (before, then, now) =
            (Date::constant(2024, 12, 31), Date::constant(2025, 3, 1), Date::constant(2026, 3, 1));
        let listed = |code: &str| MatterStanding::Listed { code: code.to_owned() };
        assert_eq!(of(before, "无照经营"), MatterStanding::Unknown);
        assert_eq!(of(then, ""), MatterStanding::Unknown);
        assert_eq!(of(then, "无照经营"), listed("1"));
        assert_eq!(of(then, "占道"), listed("3"));
        assert!(matches!(of(Date::constant(2025, 7, 1), "占道"), MatterStanding::Outside { .. }));
        assert!(matches!(of(now, "无照经营"), MatterStanding::Outside { .. }));
        assert_eq!(of(now, "虚假宣传行为"), listed("2"));
        assert_eq!(of(then, "无证摆摊"), listed("1"));
        assert!(matches!(of(now, "无证摆摊"), MatterStanding::Outside { .. }), "the matter went");
        assert_eq!(of(now, "上级交办"), MatterStanding::Explained);
        assert_eq!(powers.edition_on(then), Some(first));
        let other = powers.standing("administrative-licence", matter, then, |_| "无照经营");
        assert!(matches!(other, MatterStanding::Outside { .. }), "of another kind");
    }
}
