//! Editions of the national catalogue against each other, and what of the records here that touches.

use jiff::civil::Date;
use serde::Serialize;
use xinyong_domain::law::{CatalogueDifference, CatalogueEdition};

use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// A kind that an edition changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TouchedKind {
    /// Id of the kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Records of it here.
    pub records: u64,
    /// Of these, decided since the second edition is in force.
    pub since: u64,
}

/// Two editions against each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueReport {
    /// The first.
    pub before: String,
    /// The second.
    pub after: String,
    /// Since when the second is in force.
    pub from: Date,
    /// What changes.
    pub difference: CatalogueDifference,
    /// The kinds that come, go, move or get other fields, with their records here.
    pub touched: Vec<TouchedKind>,
}

fn edition<'l>(
    editions: &'l [CatalogueEdition],
    name: &str,
) -> Result<&'l CatalogueEdition, DeskError> {
    editions.iter().find(|edition| edition.edition == name).ok_or_else(|| {
        let known: Vec<&str> = editions.iter().map(|edition| edition.edition.as_str()).collect();
        DeskError::refused(
            "catalogue.edition-unknown",
            format!("没有「{name}」版目录；现有：{}", known.join("、")),
        )
    })
}

/// What changes from one edition to another, with the records here that it touches.
///
/// # Errors
/// `access.denied`, `catalogue.edition-unknown`.
pub async fn difference(
    desk: &Desk,
    actor: &Actor,
    before: &str,
    after: &str,
) -> Result<CatalogueReport, DeskError> {
    actor.authorise(Permission::ReadRecord)?;
    let law = desk.law();
    let (first, second) = (edition(law.catalogue(), before)?, edition(law.catalogue(), after)?);
    let found = first.difference(second);
    let mut ids: Vec<&str> = (found.kinds_added.iter().map(|(kind, _)| kind))
        .chain(found.kinds_gone.iter().map(|(kind, _)| kind))
        .chain(found.kinds_moved.iter().map(|(kind, ..)| kind))
        .chain(found.fields_changed.iter().map(|(kind, ..)| kind))
        .map(String::as_str)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let mut touched = Vec::with_capacity(ids.len());
    for id in ids {
        let count = async |from: Date| -> Result<u64, DeskError> {
            let counted = desk.store().count_decided(id, from, Date::MAX).await?;
            Ok(u64::try_from(counted).unwrap_or_default())
        };
        touched.push(TouchedKind {
            kind: id.to_owned(),
            name: law.kind(id).map_or_else(|| id.to_owned(), |kind| kind.name.clone()),
            records: count(Date::constant(1, 1, 1)).await?,
            since: count(second.from).await?,
        });
    }
    Ok(CatalogueReport {
        before: before.to_owned(),
        after: after.to_owned(),
        from: second.from,
        difference: found,
        touched,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[tokio::test]
    async fn editions_are_held_against_each_other_with_the_records_here() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = crate::testing::desk(&folder, date(2026, 6, 1)).await;
        let actor = Actor::system("test");
        let report = difference(&desk, &actor, "2022", "2024").await.expect("a report");
        assert_eq!(report.difference.classes_added, ["知识产权信息"]);
        assert_eq!(report.touched.len(), 1);
        let research = &report.touched[0];
        assert_eq!((research.kind.as_str(), research.records, research.since), ("research", 0, 0));
        let refused = difference(&desk, &actor, "2022", "2025").await.expect_err("unknown");
        assert_eq!(refused.code(), "catalogue.edition-unknown");
        assert!(refused.to_string().contains("2021、2022、2024"));
        let refused = difference(&desk, &Actor::visitor(), "2022", "2024").await.expect_err("no");
        assert_eq!(refused.code(), "access.denied");
    }
}
