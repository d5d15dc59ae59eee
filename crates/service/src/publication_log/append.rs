//! From the queue into the tree.

use std::collections::HashMap;

use xinyong_domain::commitment::{SALT, commit};
use xinyong_domain::merkle::{BySm3, Growing, parts};
use xinyong_store::{NewLeaf, Opening, Purpose, TreeNode, WaitingLeaf, salt_place};

use super::{Kept, SharedLaw, internal, kept_in, public_fields, statement_json};
use crate::access::{Actor, Permission};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Leaves added in one transaction.
const PORTION: i64 = 2_000;

/// Takes everything that waits into the tree. Returns how many leaves were added. A run that is killed leaves what it had committed;
/// two that run at once take turns.
///
/// # Errors
/// `access.denied`; when the store fails.
pub async fn append(desk: &Desk, actor: &Actor) -> Result<u64, DeskError> {
    actor.authorise(Permission::RunJobs)?;
    let mut added = 0;
    while desk.store().publication_waits().await? {
        let portion = append_portion(desk).await?;
        if portion == 0 {
            break;
        }
        added += portion;
    }
    Ok(added)
}

async fn append_portion(desk: &Desk) -> Result<u64, DeskError> {
    let mut tx = desk.store().transaction("append leaves").await?;
    let size = tx.lock_publication_log().await?;
    let waiting = tx.take_waiting_leaves(PORTION).await?;
    let count = waiting.len();
    if count == 0 {
        return Ok(0);
    }
    let length = u64::try_from(size).map_err(internal)?;
    let kept = kept_in(&mut tx, parts(0, length)).await?;
    let work = Work { desk: desk.clone(), law: desk.law(), fields: HashMap::new() };
    let made = tokio::task::spawn_blocking(move || work.make(length, &kept, waiting));
    let (leaves, nodes) = made.await.map_err(internal)??;
    tx.append_leaves(size, &leaves, &nodes).await?;
    tx.commit().await?;
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

struct Work {
    desk: Desk,
    law: SharedLaw,
    /// Public fields by kind, and their list as it is kept.
    fields: HashMap<String, Option<(Vec<String>, String)>>,
}

impl Work {
    /// Commitments, what opens them, and the subtrees that they complete.
    fn make(
        mut self,
        size: u64,
        kept: &Kept,
        waiting: Vec<WaitingLeaf>,
    ) -> Result<(Vec<NewLeaf>, Vec<TreeNode>), DeskError> {
        let mut tree = Growing::<BySm3>::from_kept(size, |subtree| kept.get(&subtree).copied())
            .ok_or_else(|| internal("the record of publication has a gap: run xinyong fsck"))?;
        let mut leaves = Vec::with_capacity(waiting.len());
        let mut nodes: Vec<TreeNode> = Vec::with_capacity(waiting.len());
        let mut wide = Ok(());
        for leaf in waiting {
            let leaf = self.leaf(leaf)?;
            tree.push(&leaf.commitment, |(level, place), hash| match i64::try_from(place) {
                Ok(place) => nodes.push((i64::from(level), place, hash.to_vec())),
                Err(error) => wide = Err(internal(error)),
            });
            leaves.push(leaf);
        }
        wide.map(|()| (leaves, nodes))
    }

    fn leaf(&mut self, waiting: WaitingLeaf) -> Result<NewLeaf, DeskError> {
        let salt = self.desk.random::<SALT>()?;
        let WaitingLeaf { record_id, seq, subject_id, version, kept, state, .. } = waiting;
        let made = state.as_ref().filter(|_| kept).and_then(|state| {
            let law = &self.law;
            let fields = self.fields.entry(state.kind.clone()).or_insert_with(|| {
                let fields = public_fields(law, &state.kind)?;
                let list = serde_json::to_string(&fields).ok()?;
                Some((fields, list))
            });
            let (fields, list) = fields.as_ref()?;
            let statement = statement_json((subject_id, record_id), state, fields)?;
            Some((commit(&statement, &salt).ok()?, list.clone()))
        });
        // What must not be opened any more, or cannot be read, takes its place all the same: the log has one leaf for each event.
        let Some((commitment, fields)) = made else {
            return Ok(NewLeaf { commitment: salt.to_vec(), opening: None });
        };
        let place = salt_place(subject_id, record_id, seq);
        let salt = self.desk.store().keys().seal(Purpose::Record, &place, &salt)?;
        let opening = Some(Opening { record_id, seq, subject_id, version, place: 0, fields, salt });
        Ok(NewLeaf { commitment: commitment.to_vec(), opening })
    }
}
