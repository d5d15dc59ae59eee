//! Which subjects' pages search engines may know: those on which nothing is that they are asked to leave alone.

use xinyong_domain::law::Audience;
use xinyong_domain::rules::disclosure::Tier;

use crate::desk::Desk;
use crate::refusal::DeskError;

/// Subjects of the register in a part; not all of them are named in it.
const PART: i64 = 5_000;
/// Subjects named in a part at most. A part grows where a subject was recorded late among those that were there already.
const MOST_NAMED: i64 = 2 * PART;

/// A part of the register: after which id it begins and with which it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SitemapPart {
    /// Not in it any more.
    pub after: i64,
    /// The last in it.
    pub until: i64,
}

/// The parts of the register, in its order. Where a part ends is remembered, since subjects come at the end and never go: what is
/// read is only what came since, a part at a time.
///
/// # Errors
/// When the store fails.
pub async fn sitemap_parts(desk: &Desk) -> Result<Vec<SitemapPart>, DeskError> {
    parts_of(desk, PART).await
}

async fn parts_of(desk: &Desk, subjects: i64) -> Result<Vec<SitemapPart>, DeskError> {
    let mut ends = desk.part_ends();
    let known = ends.len();
    let last = |ends: &[i64]| ends.last().copied().unwrap_or_default();
    while let Some(end) = desk.store().nth_subject_after(last(&ends), subjects).await? {
        ends.push(end);
    }
    if ends.len() > known {
        desk.remember_part_ends(ends.clone());
    }
    let begins = [0].into_iter().chain(ends.iter().copied());
    let ends = ends.iter().copied().chain([i64::MAX]);
    Ok(begins.zip(ends).map(|(after, until)| SitemapPart { after, until }).collect())
}

/// Codes of the subjects of a part whose pages show something and may be kept by search engines.
///
/// # Errors
/// When the store fails.
pub async fn sitemap_codes(desk: &Desk, part: SitemapPart) -> Result<Vec<String>, DeskError> {
    let law = desk.law();
    let kept_back: Vec<&str> = law
        .kinds()
        .values()
        .filter(|kind| kind.audience == Audience::Public)
        .filter(|kind| Tier::of_rule(kind.publication) != Tier::Public)
        .map(|kind| kind.id.as_str())
        .collect();
    let store = desk.store();
    let range = (part.after, part.until);
    let ids = store.public_subjects_without(&kept_back, range, desk.today(), MOST_NAMED).await?;
    let mut known = store.subjects(&ids).await?;
    // What stands under a judgement is left to those who ask for it: what search engines keep cannot be taken back.
    for judged in store.judged_subjects().await? {
        known.remove(&judged);
    }
    Ok(ids.iter().filter_map(|id| known.remove(id)?.code).collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::testing::bare;

    async fn add(desk: &Desk, ids: impl Iterator<Item = i64>) {
        for id in ids {
            let row = format!(
                "INSERT INTO subject (id, category, name, name_key, status, details, source, known_at, version) \
                 VALUES ({id}, 'organisation', '示例', '示例', 'active', '{{}}', 'register', 1, 1)"
            );
            desk.store().raw_execute(&row).await.expect("a subject");
        }
    }

    #[tokio::test]
    async fn the_register_is_cut_where_numbering_it_would_cut_it_and_what_came_since_is_added() {
        let folder = tempfile::tempdir().expect("folder");
        let desk = bare(&folder, date(2026, 11, 25)).await;
        let ends = async |desk: &Desk| {
            let parts = parts_of(desk, 3).await.expect("parts");
            let begins: Vec<i64> = parts.iter().map(|part| part.after).collect();
            let ends: Vec<i64> = parts.iter().map(|part| part.until).collect();
            assert_eq!(begins[0], 0);
            assert_eq!(begins[1..], ends[..ends.len() - 1], "no subject between two parts");
            ends
        };
        assert_eq!(ends(&desk).await, [i64::MAX]);
        add(&desk, (10..=70).step_by(10)).await;
        assert_eq!(ends(&desk).await, [30, 60, i64::MAX]);
        assert_eq!(ends(&desk).await, [30, 60, i64::MAX], "the second time as the first");
        add(&desk, (80..=130).step_by(10)).await;
        assert_eq!(ends(&desk).await, [30, 60, 90, 120, i64::MAX]);
    }
}
