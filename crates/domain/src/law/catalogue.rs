//! Editions of the national catalogue of public credit information, side by side.

use jiff::civil::Date;
use serde::Serialize;

use crate::ruling::{Citation, Evidence};

/// An edition of the catalogue, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueEdition {
    /// What it is called by, `2024`.
    pub edition: String,
    /// The instrument.
    pub citation: Citation,
    /// The first day it is in force.
    pub from: Date,
    /// What is known of it and what is not.
    pub note: String,
    /// Its classes, in its order.
    pub classes: Vec<CatalogueClass>,
}

/// A class of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueClass {
    /// Its name.
    pub name: String,
    /// How well the class and its name are known.
    pub evidence: Evidence,
    /// The record kinds that fall in it.
    pub kinds: Vec<CatalogueKind>,
}

/// A record kind in a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueKind {
    /// Id of the kind.
    pub id: String,
    /// How well it is known that it falls in this class.
    pub evidence: Evidence,
    /// Codes of the fields that the edition gives; none while its items were not read.
    pub fields: Vec<String>,
}

/// What changes from one edition to another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CatalogueDifference {
    /// Classes that only the second has.
    pub classes_added: Vec<String>,
    /// Classes that only the first has.
    pub classes_gone: Vec<String>,
    /// Kinds that only the second has, each with its class.
    pub kinds_added: Vec<(String, String)>,
    /// Kinds that only the first has, each with its class.
    pub kinds_gone: Vec<(String, String)>,
    /// Kinds that stand in another class: kind, class before, class after.
    pub kinds_moved: Vec<(String, String, String)>,
    /// Fields that came or went: kind, those that came, those that went.
    pub fields_changed: Vec<(String, Vec<String>, Vec<String>)>,
    /// Kinds in both whose fields are not known in one of them: nothing can be said.
    pub fields_unknown: Vec<String>,
}

impl CatalogueEdition {
    /// The kinds, each with the name of its class, in the order of the edition.
    pub fn kinds(&self) -> impl Iterator<Item = (&CatalogueKind, &str)> {
        self.classes
            .iter()
            .flat_map(|class| class.kinds.iter().map(move |kind| (kind, class.name.as_str())))
    }

    /// The class of a kind; nothing when the edition does not have it.
    #[must_use]
    pub fn class_of(&self, kind: &str) -> Option<&str> {
        self.kinds().find(|(held, _)| held.id == kind).map(|(_, class)| class)
    }

    fn kind(&self, id: &str) -> Option<&CatalogueKind> {
        self.kinds().find(|(held, _)| held.id == id).map(|(kind, _)| kind)
    }

    fn has_class(&self, name: &str) -> bool {
        self.classes.iter().any(|class| class.name == name)
    }

    fn classes_beyond(&self, other: &Self) -> Vec<String> {
        let names = self.classes.iter().map(|class| &class.name);
        names.filter(|name| !other.has_class(name)).cloned().collect()
    }

    fn kinds_beyond(&self, other: &Self) -> Vec<(String, String)> {
        self.kinds()
            .filter(|(kind, _)| other.class_of(&kind.id).is_none())
            .map(|(kind, class)| (kind.id.clone(), class.to_owned()))
            .collect()
    }

    /// What changes from this edition to another.
    #[must_use]
    pub fn difference(&self, other: &Self) -> CatalogueDifference {
        let mut found = CatalogueDifference {
            classes_added: other.classes_beyond(self),
            classes_gone: self.classes_beyond(other),
            kinds_added: other.kinds_beyond(self),
            kinds_gone: self.kinds_beyond(other),
            ..CatalogueDifference::default()
        };
        for (kind, class) in self.kinds() {
            let Some((after, class_after)) = other.kind(&kind.id).zip(other.class_of(&kind.id))
            else {
                continue;
            };
            if class != class_after {
                let moved = (kind.id.clone(), class.to_owned(), class_after.to_owned());
                found.kinds_moved.push(moved);
            }
            if kind.fields.is_empty() || after.fields.is_empty() {
                found.fields_unknown.push(kind.id.clone());
                continue;
            }
            let beyond = |one: &CatalogueKind, two: &CatalogueKind| -> Vec<String> {
                one.fields.iter().filter(|code| !two.fields.contains(code)).cloned().collect()
            };
            let (came, went) = (beyond(after, kind), beyond(kind, after));
            if !came.is_empty() || !went.is_empty() {
                found.fields_changed.push((kind.id.clone(), came, went));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::Law;

    #[test]
    fn each_edition_has_the_classes_that_are_known_of_it() {
        let law = Law::embedded().expect("the law");
        let counts: Vec<_> = law
            .catalogue()
            .iter()
            .map(|edition| (edition.edition.as_str(), edition.classes.len()))
            .collect();
        assert_eq!(counts, [("2021", 11), ("2022", 12), ("2024", 13)]);
        let on = |day: Date| law.catalogue_on(day).map(|edition| edition.edition.as_str());
        assert_eq!(on(Date::constant(2021, 1, 1)), None);
        assert_eq!(on(Date::constant(2022, 12, 27)), Some("2021"));
        assert_eq!(on(Date::constant(2024, 1, 31)), Some("2022"));
        assert_eq!(on(Date::constant(2026, 1, 1)), Some("2024"));
    }

    #[test]
    fn what_changes_is_said_and_what_is_not_known_too() {
        let law = Law::embedded().expect("the law");
        let [first, second, third] = law.catalogue() else { panic!("three editions") };
        let found = first.difference(second);
        assert_eq!(found.classes_added, ["遵守法律法规情况信息"]);
        assert!(found.classes_gone.is_empty() && found.kinds_added.is_empty());
        let found = second.difference(third);
        assert_eq!(found.classes_added, ["知识产权信息"]);
        let research = ("research".to_owned(), "知识产权信息".to_owned());
        assert_eq!(found.kinds_added, std::slice::from_ref(&research));
        assert!(found.fields_unknown.contains(&"administrative-penalty".to_owned()));
        assert!(found.fields_changed.is_empty(), "no items of any edition were read");
        assert_eq!(third.difference(second).kinds_gone, [research]);
        let itself = third.difference(third);
        assert!(itself.classes_added.is_empty() && itself.kinds_moved.is_empty());
    }

    #[test]
    fn fields_and_classes_that_change_are_named() {
        let law = Law::embedded().expect("the law");
        let mut before = law.catalogue().last().expect("an edition").clone();
        let mut after = before.clone();
        let kinds = |edition: &mut CatalogueEdition, fields: &[&str]| {
            let kind = &mut edition.classes[2].kinds[0];
            kind.fields = fields.iter().map(|field| (*field).to_owned()).collect();
            kind.id.clone()
        };
        let id = kinds(&mut before, &["A", "B"]);
        kinds(&mut after, &["B", "C"]);
        let moved = after.classes[2].kinds.pop().expect("a kind");
        after.classes[0].kinds.push(moved.clone());
        let found = before.difference(&after);
        assert_eq!(found.fields_changed, [(id, vec!["C".to_owned()], vec!["A".to_owned()])]);
        assert_eq!(found.kinds_moved[0].0, moved.id);
    }
}
