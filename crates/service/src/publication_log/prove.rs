//! Proofs for everybody: of what is public today, and of how the tree grew.

use std::collections::BTreeSet;

use xinyong_domain::commitment::commit;
use xinyong_domain::merkle::{
    BySm3, consistency as consistency_ranges, inclusion as inclusion_ranges, parts, range_hash,
};
use xinyong_store::{PublishedState, Purpose, Store, salt_place};

use super::heads::dressed;
use super::{
    CONSISTENCY, ConsistencyProof, INCLUSION, InclusionProof, LeafProof, head, internal, kept_at,
    public_fields, statement_json,
};
use crate::browse::view;
use crate::desk::Desk;
use crate::refusal::DeskError;

const NONE: DeskError = DeskError::NotFound("该信息的收录证明");

/// The proof that a record stands in the record of publication as the public sees it today.
///
/// # Errors
/// Not found, and nothing else, where there is no such record, the public may not see it, its leaf is not under a signed head yet,
/// or what opened it is gone: from outside these look the same.
pub async fn inclusion(
    desk: &Desk,
    subject: i64,
    record: i64,
) -> Result<InclusionProof, DeskError> {
    let head = match head(desk).await {
        Err(DeskError::NotFound(_)) => return Err(NONE),
        outcome => outcome?,
    };
    let proof = under(desk, head.head.size, (subject, record)).await?.ok_or(NONE)?;
    let LeafProof { statement, salt, place, path } = proof;
    Ok(InclusionProof { of: INCLUSION.to_owned(), statement, salt, place, path, head })
}

/// The proof that a record stands, as the public sees it today, among the first `size` leaves, which a head was signed over. Nothing
/// where it does not, or the public may not see it, or what opened its leaf is gone.
///
/// # Errors
/// When the store fails.
pub(crate) async fn under(
    desk: &Desk,
    size: i64,
    (subject, record): (i64, i64),
) -> Result<Option<LeafProof>, DeskError> {
    let (store, law) = (desk.store(), desk.law());
    let Some(kept) = store.record(subject, record).await? else { return Ok(None) };
    let Some(shown) = view(&kept, desk.today(), &law)? else { return Ok(None) };
    let Some(opening) = store.opening(subject, record).await? else { return Ok(None) };
    // As the store counts: what is shown leaves out the versions that only mark.
    if opening.version != shown.stored || kept.version != shown.stored {
        return Ok(None);
    }
    let fields: Vec<String> = serde_json::from_str(&opening.fields).map_err(internal)?;
    let today: BTreeSet<String> =
        public_fields(&law, &shown.kind).unwrap_or_default().into_iter().collect();
    // What was public then and is not any more is not given out with a proof either.
    if !fields.iter().all(|code| today.contains(code)) {
        return Ok(None);
    }
    let state = PublishedState {
        kind: kept.kind,
        content: kept.content,
        public_from: kept.public_from,
        public_until: kept.public_until,
        over: kept.withdrawn_on.is_some(),
    };
    let Some(statement) = statement_json((subject, record), &state, &fields) else {
        return Err(internal("a public record cannot be read"));
    };
    let place = salt_place(subject, record, opening.seq);
    let salt = store.keys().open(Purpose::Record, &place, &opening.salt)?;
    let commitment = commit(&statement, &salt).map_err(internal)?;
    let leaf = store.commitments(&[opening.place]).await?;
    let is_it = leaf.first().is_some_and(|(_, held)| held.as_slice() == commitment);
    let (Ok(leaf), Ok(size)) = (u64::try_from(opening.place), u64::try_from(size)) else {
        return Err(internal("a place in the tree is negative"));
    };
    // The newest leaf may say that publication ended on a day that was taken back since.
    let Some(ranges) = inclusion_ranges(leaf, size).filter(|_| is_it) else { return Ok(None) };
    let path = path(store, ranges).await?;
    Ok(Some(LeafProof { statement, salt: hex::encode(salt), place: opening.place, path }))
}

/// The proof that the tree of `to` leaves (the newest signed one where none is named) goes on from that of `from` leaves.
///
/// # Errors
/// `log.size-invalid` for a size below one or a pair in the wrong order; `log.size-beyond` for one beyond the newest signed head; not
/// found while nothing is signed.
pub async fn consistency(
    desk: &Desk,
    from: i64,
    to: Option<i64>,
) -> Result<ConsistencyProof, DeskError> {
    let newest = head(desk).await?;
    let to = to.unwrap_or(newest.head.size);
    if from > newest.head.size || to > newest.head.size {
        return Err(DeskError::refused(
            "log.size-beyond",
            format!("公示记录最新的树头有 {} 条，所给的数超出了它", newest.head.size),
        ));
    }
    let sizes = u64::try_from(from).ok().zip(u64::try_from(to).ok());
    let ranges = sizes.and_then(|(from, to)| consistency_ranges(from, to));
    let Some(ranges) = ranges else {
        return Err(DeskError::refused(
            "log.size-invalid",
            "条数应不小于 1，并且前一个不大于后一个",
        ));
    };
    let signed = if to == newest.head.size {
        Some(newest)
    } else {
        dressed(desk, desk.store().tree_heads_at(to).await?).await?.into_iter().next()
    };
    let path = path(desk.store(), ranges).await?;
    Ok(ConsistencyProof { of: CONSISTENCY.to_owned(), from, to, path, head: signed })
}

/// The hashes over some ranges, in hexadecimal.
async fn path(store: &Store, ranges: Vec<(u64, u64)>) -> Result<Vec<String>, DeskError> {
    let subtrees = ranges.iter().flat_map(|(first, end)| parts(*first, *end)).collect();
    let kept = kept_at(store, subtrees).await?;
    ranges
        .into_iter()
        .map(|range| {
            let hash = range_hash::<BySm3>(range, |subtree| kept.get(&subtree).copied());
            hash.map(hex::encode)
                .ok_or_else(|| internal("the record of publication has a gap: run xinyong fsck"))
        })
        .collect()
}
