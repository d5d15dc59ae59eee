//! The check of the record of publication, a part of `fsck`: the tree recomputed from its leaves, the heads against it, what opens
//! the leaves against the records, the sealed keys against their public halves.

use std::collections::{HashMap, VecDeque};

use xinyong_domain::commitment::commit;
use xinyong_domain::merkle::{BySm3, Growing, Hash, Subtree};
use xinyong_store::{FsckReport, Purpose, TreeHead, salt_place, signing_key_place};

use super::heads::dressed;
use super::{hash_of, internal, statement_json};
use crate::desk::Desk;
use crate::refusal::DeskError;
use crate::signing::{KeyPair, NotGenuine, PublicKey, list};

const PORTION: i64 = 4_096;

/// Adds to a report what is wrong with the record of publication and with the signing keys.
pub(crate) async fn check(desk: &Desk, report: &mut FsckReport) -> Result<(), DeskError> {
    keys(desk, report).await?;
    let size = desk.store().publication_size().await?;
    tree(desk, report, size).await?;
    openings(desk, report, size).await?;
    let (events, leaves, waiting) = desk.store().count_publications().await?;
    if events != leaves + waiting {
        let reason = format!("有 {events} 次公示变化，记录了 {leaves} 次，等待记录 {waiting} 次");
        report.wrong("publication_leaf", "", reason);
    }
    Ok(())
}

async fn keys(desk: &Desk, report: &mut FsckReport) -> Result<(), DeskError> {
    for key in list(desk).await? {
        report.saw("signing_key", 1);
        let public = PublicKey::from_pem(&key.public).map(|public| public.id());
        if public.as_ref() != Ok(&key.id) {
            report.wrong("signing_key", key.id.as_str(), "公钥与编号不符");
        } else if let Some(sealed) = &key.sealed {
            let place = signing_key_place(&key.id);
            let secret = desk.store().keys().open(Purpose::Platform, &place, sealed);
            let pair = secret.ok().and_then(|secret| KeyPair::from_secret(&secret).ok());
            if pair.map(|pair| pair.public().id()).as_ref() != Some(&key.id) {
                report.wrong("signing_key", key.id.as_str(), "私钥无法解开，或与公钥不是一对");
            }
        }
    }
    Ok(())
}

/// Heads in the order of their size, read as the tree grows past them.
struct Heads<'d> {
    desk: &'d Desk,
    read: VecDeque<TreeHead>,
    last: (i64, String),
    ended: bool,
}

impl Heads<'_> {
    async fn fill(&mut self) -> Result<(), DeskError> {
        if self.read.is_empty() && !self.ended {
            let (size, key) = &self.last;
            let more = self.desk.store().tree_heads_after((*size, key), PORTION).await?;
            match more.last() {
                Some(last) => self.last = (last.size, last.key_id.clone()),
                None => self.ended = true,
            }
            self.read = more.into();
        }
        Ok(())
    }

    /// Holds the heads of this size to the root.
    async fn hold(
        &mut self,
        size: i64,
        root: Hash,
        report: &mut FsckReport,
    ) -> Result<(), DeskError> {
        loop {
            self.fill().await?;
            if self.read.front().is_none_or(|head| head.size > size) {
                return Ok(());
            }
            let Some(head) = self.read.pop_front() else { return Ok(()) };
            report.saw("tree_head", 1);
            let name = format!("{}/{}", head.size, head.key_id);
            if head.root != hex::encode(root) {
                report.wrong("tree_head", name, "根与由各条记录算出的不符");
                continue;
            }
            let signature = hex::decode(&head.signature).unwrap_or_default();
            let at = head.at;
            let Some(signed) = dressed(self.desk, vec![head]).await?.pop() else {
                let known = list(self.desk).await?.iter().any(|key| name.ends_with(&key.id));
                if !known {
                    report.wrong("tree_head", name, "没有对应的签名密钥");
                }
                continue;
            };
            match signed.key.judge(&super::heads::json_of(&signed.head), at, &signature) {
                Ok(()) | Err(NotGenuine::Revoked) => {}
                Err(error) => report.wrong("tree_head", name, error.to_string()),
            }
        }
    }
}

async fn tree(desk: &Desk, report: &mut FsckReport, size: i64) -> Result<(), DeskError> {
    let store = desk.store();
    let mut heads =
        Heads { desk, read: VecDeque::new(), last: (i64::MIN, String::new()), ended: false };
    let mut tree =
        Growing::<BySm3>::from_kept(0, |_| None).ok_or_else(|| internal("no empty tree"))?;
    let mut place = 0;
    while place < size {
        let leaves = store.leaves_from(place, PORTION.min(size - place)).await?;
        if leaves.is_empty() {
            report.wrong("publication_leaf", place.to_string(), "末尾有记录被删除");
            return Ok(());
        }
        let before = tree.size();
        let mut completed: HashMap<Subtree, Hash> = HashMap::new();
        heads.fill().await?;
        for (at, commitment) in leaves {
            if at != place {
                report.wrong("publication_leaf", place.to_string(), "序号不连续，有记录被删除");
                return Ok(());
            }
            place += 1;
            tree.push(&commitment, |subtree, hash| {
                completed.insert(subtree, hash);
            });
            if heads.read.front().is_some_and(|head| head.size <= place) {
                heads.hold(place, tree.root(), report).await?;
            }
        }
        let grown = tree.size() - before;
        report.saw("publication_leaf", grown);
        nodes(desk, report, completed).await?;
    }
    heads.fill().await?;
    // A head that was signed while this went on is larger than the tree was at its beginning.
    let now = store.publication_size().await?;
    if let Some(head) = heads.read.iter().find(|head| head.size > now) {
        report.wrong(
            "tree_head",
            format!("{}/{}", head.size, head.key_id),
            "树头比记录长，末尾有记录被删除",
        );
    }
    Ok(())
}

/// Holds kept hashes to the recomputed ones.
async fn nodes(
    desk: &Desk,
    report: &mut FsckReport,
    completed: HashMap<Subtree, Hash>,
) -> Result<(), DeskError> {
    let mut order: Vec<Subtree> = completed.keys().copied().collect();
    order.sort_unstable();
    let (wanted, _) = super::wanted(order.iter().copied());
    let mut kept: HashMap<Subtree, Hash> = HashMap::new();
    for part in wanted.chunks(1_000) {
        for (level, place, hash) in desk.store().tree_nodes(part).await? {
            let subtree =
                (u32::try_from(level).map_err(internal)?, u64::try_from(place).map_err(internal)?);
            kept.insert(subtree, hash_of(&hash)?);
        }
    }
    report.saw("publication_node", u64::try_from(kept.len()).unwrap_or_default());
    for (level, place) in order {
        if kept.get(&(level, place)) == completed.get(&(level, place)) {
            continue;
        }
        report.wrong("publication_node", format!("{level}/{place}"), "哈希与由各条记录算出的不符");
        if level == 1 {
            // One of the two leaves below, or this hash itself; what opens the leaves says which, where it is there.
            let reason = "这一对记录之一与其上的哈希不符，记录被改动";
            report.wrong("publication_leaf", format!("{}-{}", 2 * place, 2 * place + 1), reason);
        }
    }
    Ok(())
}

async fn openings(desk: &Desk, report: &mut FsckReport, size: i64) -> Result<(), DeskError> {
    let store = desk.store();
    let mut after = (i64::MIN, 0, 0);
    loop {
        let part = store.openings_after(after, 500).await?;
        let Some((last, _)) = part.last() else { return Ok(()) };
        after = (last.record_id, last.seq, last.subject_id);
        let places: Vec<i64> = part.iter().map(|(opening, _)| opening.place).collect();
        let held: HashMap<i64, Vec<u8>> = store.commitments(&places).await?.into_iter().collect();
        for (opening, state) in part.iter().filter(|(opening, _)| opening.place < size) {
            report.saw("publication_opening", 1);
            let (subject, record, seq) = (opening.subject_id, opening.record_id, opening.seq);
            let name = format!("{subject}/{record}/{seq}");
            let place = salt_place(subject, record, seq);
            let Ok(salt) = store.keys().open(Purpose::Record, &place, &opening.salt) else {
                report.wrong("publication_opening", name, "盐无法解开");
                continue;
            };
            let fields: Option<Vec<String>> = serde_json::from_str(&opening.fields).ok();
            let said = state.as_ref().zip(fields);
            let said =
                said.and_then(|(state, fields)| statement_json((subject, record), state, &fields));
            let Some(made) = said.and_then(|said| commit(&said, &salt).ok()) else {
                report.wrong("publication_opening", name, "没有它所证明的版本或栏目清单");
                continue;
            };
            match held.get(&opening.place) {
                None => report.wrong("publication_opening", name, "没有它所打开的记录"),
                Some(held) if held.as_slice() != made => {
                    let reason = format!("与其所证明的内容（{name}）不符，记录或内容被改动");
                    report.wrong("publication_leaf", opening.place.to_string(), reason);
                }
                Some(_) => {}
            }
        }
    }
}
