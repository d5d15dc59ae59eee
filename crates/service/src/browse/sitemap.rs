//! Which subjects' pages search engines may know: those on which nothing is that they are asked to leave alone.

use xinyong_domain::law::Audience;
use xinyong_domain::rules::disclosure::Tier;

use crate::desk::Desk;
use crate::refusal::DeskError;

/// Subjects of the register in a part; not all of them are named in it.
const PART: i64 = 5_000;

/// A part of the register: after which id it begins and with which it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SitemapPart {
    /// Not in it any more.
    pub after: i64,
    /// The last in it.
    pub until: i64,
}

/// The parts of the register, in its order.
///
/// # Errors
/// When the store fails.
pub async fn sitemap_parts(desk: &Desk) -> Result<Vec<SitemapPart>, DeskError> {
    let mut parts = Vec::new();
    let mut after = 0;
    for until in desk.store().every_nth_subject(PART).await?.into_iter().chain([i64::MAX]) {
        parts.push(SitemapPart { after, until });
        after = until;
    }
    Ok(parts)
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
    let ids = store.public_subjects_without(&kept_back, part.after, desk.today(), PART).await?;
    let ids: Vec<i64> = ids.into_iter().filter(|id| *id <= part.until).collect();
    let mut known = store.subjects(&ids).await?;
    Ok(ids.iter().filter_map(|id| known.remove(id)?.code).collect())
}
