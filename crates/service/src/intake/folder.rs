//! A watched folder: a unit's system puts files there, the platform takes them in.
//!
//! A file is copied first, taken in, and moved only then; killed at any instant, the same file is the same batch. What is still being
//! written is not touched: it must have rested since the look before. A person of the unit submits what was taken in, as always.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;
use xinyong_domain::law::Profile;
use xinyong_store::NewNotice;

use super::{Receive, receive};
use crate::access::{Actor, Role};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Where files go that were taken in, below the folder.
const TAKEN: &str = "已收";
/// Where files go that were refused, each with a note beside it.
const REFUSED: &str = "未收";
/// Endings under which programs keep what they have not finished writing.
const UNFINISHED: [&str; 5] = ["part", "tmp", "filepart", "crdownload", "swp"];
/// Files looked at in one look: the rest waits for the next.
const MOST_FILES: usize = 1_000;

/// A folder and whose files lie in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchedFolder {
    /// The folder. The platform must be allowed to make folders and to move files in it.
    pub path: PathBuf,
    /// The unit that puts files there.
    pub unit: String,
    /// The record kind.
    pub kind: String,
}

/// What came of a look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Files taken in.
    pub taken: u64,
    /// Files refused.
    pub refused: u64,
    /// Files that are perhaps still being written.
    pub waiting: u64,
}

/// How large a file was and when it was last written to.
type State = (u64, SystemTime);

/// Watches one folder. Holds what it saw in the look before.
#[derive(Debug)]
pub struct Watcher {
    folder: WatchedFolder,
    seen: HashMap<PathBuf, State>,
}

fn failed(context: &str, source: std::io::Error) -> DeskError {
    DeskError::File { context: context.to_owned(), source }
}

/// The state of a plain file; nothing for folders, links and what has gone.
fn state_of(path: &Path) -> Option<State> {
    let about = std::fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    Some((about.len(), about.modified().ok()?))
}

/// Whether a name is one that programs give to files for themselves.
fn is_passing(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    name.is_empty()
        || name.starts_with(['.', '~'])
        || UNFINISHED.iter().any(|one| ending.eq_ignore_ascii_case(one))
}

impl Watcher {
    /// Watches a folder from now on. What lies there already is taken in after it has rested for one look.
    #[must_use]
    pub fn new(folder: WatchedFolder) -> Self {
        Self { folder, seen: HashMap::new() }
    }

    /// The folder.
    #[must_use]
    pub const fn folder(&self) -> &WatchedFolder {
        &self.folder
    }

    /// Looks once. A file that the platform cannot take in now (disk, database) stays where it is, and the look goes on with the
    /// others; the first such error comes back at the end.
    ///
    /// # Errors
    /// When the folder cannot be read; when files could not be taken in for a technical reason.
    pub async fn look(&mut self, desk: &Desk) -> Result<Look, DeskError> {
        let mut look = Look::default();
        let mut first = None;
        let mut seen = HashMap::new();
        for path in self.files()? {
            let Some(state) = state_of(&path) else { continue };
            if state.0 == 0 || self.seen.get(&path) != Some(&state) {
                look.waiting += 1;
                seen.insert(path, state);
                continue;
            }
            match self.take(desk, &path, state).await {
                Ok(Outcome::Taken) => look.taken += 1,
                Ok(Outcome::Refused) => look.refused += 1,
                Ok(Outcome::Written) => look.waiting += 1,
                Err(error) => {
                    seen.insert(path, state);
                    first.get_or_insert(error);
                }
            }
        }
        self.seen = seen;
        first.map_or(Ok(look), Err)
    }

    fn files(&self) -> Result<Vec<PathBuf>, DeskError> {
        let unreadable = |error| failed("无法读取报送文件夹", error);
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.folder.path).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if !is_passing(&path) && state_of(&path).is_some() {
                files.push(path);
            }
        }
        files.sort_unstable();
        files.truncate(MOST_FILES);
        Ok(files)
    }

    async fn take(&self, desk: &Desk, path: &Path, state: State) -> Result<Outcome, DeskError> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let copy = desk.scratch().join(format!("folder-{}", desk.new_id()));
        let copied = tokio::fs::copy(path, &copy).await;
        let outcome = match copied {
            Err(error) => Err(failed("无法复制报送文件夹里的文件", error)),
            // Written to while it was copied.
            Ok(_) if state_of(path) != Some(state) => Ok(Outcome::Written),
            Ok(_) => self.receive(desk, &copy, path, &name, state).await,
        };
        drop(tokio::fs::remove_file(&copy).await);
        outcome
    }

    async fn receive(
        &self,
        desk: &Desk,
        copy: &Path,
        path: &Path,
        name: &str,
        state: State,
    ) -> Result<Outcome, DeskError> {
        let actor = Actor::system("folder");
        let command = Receive {
            path: copy.to_path_buf(),
            file_name: name.to_owned(),
            kind: self.folder.kind.clone(),
            unit: self.folder.unit.clone(),
            profile: Profile::Reported,
        };
        let day = desk.today();
        match receive(desk, &actor, command).await {
            Ok(received) => {
                if !received.repeated {
                    super::check(desk, received.batch).await?;
                    self.tell(desk, received.batch).await?;
                }
                if state_of(path) != Some(state) {
                    return Ok(Outcome::Written);
                }
                self.put_away(path, TAKEN, &format!("{day}-{}-{name}", received.batch))?;
                Ok(Outcome::Taken)
            }
            Err(DeskError::Refused(refusal)) => {
                let kept = format!("{day}-{}-{name}", desk.new_id());
                let note = format!("{}\n{}\n", refusal.message, refusal.code);
                let place = self.place(REFUSED)?;
                std::fs::write(place.join(format!("{kept}.说明.txt")), note)
                    .map_err(|error| failed("无法写入未收文件的说明", error))?;
                self.put_away(path, REFUSED, &kept)?;
                Ok(Outcome::Refused)
            }
            Err(other) => Err(other),
        }
    }

    fn place(&self, name: &str) -> Result<PathBuf, DeskError> {
        let place = self.folder.path.join(name);
        std::fs::create_dir_all(&place)
            .map_err(|error| failed("无法在报送文件夹里建立子文件夹", error))?;
        Ok(place)
    }

    fn put_away(&self, path: &Path, below: &str, name: &str) -> Result<(), DeskError> {
        let target = self.place(below)?.join(name);
        std::fs::rename(path, target).map_err(|error| failed("无法移动已收的文件", error))
    }

    /// The unit's clerks are told that something waits for them.
    async fn tell(&self, desk: &Desk, batch: i64) -> Result<(), DeskError> {
        let kind = desk.law().kind(&self.folder.kind).map(|kind| kind.name.clone());
        let text =
            format!("从报送文件夹收到一批{}，请查看检查结果并提交", kind.unwrap_or_default());
        let accounts = desk.store().accounts().await?;
        let mut tx = desk.store().transaction("folder notice").await?;
        for account in accounts.iter().filter(|account| {
            account.active
                && account.unit_id == self.folder.unit
                && account.role == Role::Clerk.as_str()
        }) {
            tx.add_notice(&NewNotice {
                id: desk.new_id(),
                account_id: account.id,
                kind: "batch-from-folder".to_owned(),
                object: format!("batch:{batch}"),
                day: desk.today(),
                text: text.clone(),
                at: desk.clock().now(),
            })
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

enum Outcome {
    Taken,
    Refused,
    /// Somebody wrote to it meanwhile.
    Written,
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use jiff::civil::date;

    use super::*;
    use crate::intake::answer;
    use crate::testing::desk;

    fn lying(folder: &Path, below: &str) -> Vec<String> {
        let place = folder.join(below);
        let Ok(entries) = std::fs::read_dir(place) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .collect();
        names.sort_unstable();
        names
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_file_is_taken_when_it_rests_and_moved_when_it_is_safe() {
        let base = tempfile::tempdir().expect("a folder");
        let desk = desk(&base, date(2026, 9, 1)).await;
        let folder = base.path().join("报送");
        std::fs::create_dir(&folder).expect("a folder");
        let mut watcher = Watcher::new(WatchedFolder {
            path: folder.clone(),
            unit: "market-regulation".to_owned(),
            kind: "administrative-penalty".to_owned(),
        });
        let sample = include_bytes!("../../../../law/samples/administrative-penalty/ok.csv");
        let (first, rest) = sample.split_at(sample.len() / 2);
        let path = folder.join("处罚.csv");
        let mut writing = std::fs::File::create(&path).expect("a file");
        // Empty, half written, just finished: not touched.
        assert_eq!(
            watcher.look(&desk).await.expect("looked"),
            Look { waiting: 1, ..Look::default() }
        );
        writing.write_all(first).expect("disk");
        assert_eq!(watcher.look(&desk).await.expect("looked").waiting, 1);
        writing.write_all(rest).expect("disk");
        drop(writing);
        assert_eq!(watcher.look(&desk).await.expect("looked").waiting, 1);
        assert!(lying(&folder, TAKEN).is_empty());
        // It rests: taken, checked, moved.
        assert_eq!(
            watcher.look(&desk).await.expect("looked"),
            Look { taken: 1, ..Look::default() }
        );
        let taken = lying(&folder, TAKEN);
        assert_eq!(taken.len(), 1, "{taken:?}");
        assert!(!path.exists());
        let batch: i64 =
            taken[0].split('-').nth(3).and_then(|id| id.parse().ok()).expect("the batch's number");
        let checked = answer(&desk, batch, 10).await.expect("an answer");
        assert!(checked.received > 0 && checked.refused == 0, "{checked:?}");

        // The same again is the same batch; names that programs use for themselves, links and folders are left alone.
        std::fs::write(folder.join("又一次.csv"), sample).expect("disk");
        for passing in [".隐藏.csv", "~$处罚.xlsx", "处罚.csv.part", "处罚.TMP"] {
            std::fs::write(folder.join(passing), sample).expect("disk");
        }
        std::os::unix::fs::symlink("/etc/hostname", folder.join("链接.csv")).expect("a link");
        watcher.look(&desk).await.expect("looked");
        assert_eq!(watcher.look(&desk).await.expect("looked").taken, 1);
        let taken = lying(&folder, TAKEN);
        assert!(taken.iter().all(|name| name.contains(&batch.to_string())), "{taken:?}");
        assert_eq!(watcher.look(&desk).await.expect("looked"), Look::default());

        // A refused file goes aside with the reason.
        let ended = WatchedFolder { unit: "nobody".to_owned(), ..watcher.folder().clone() };
        let mut other = Watcher::new(ended);
        std::fs::write(folder.join("不认识.csv"), "一,二\n").expect("disk");
        other.look(&desk).await.expect("looked");
        assert_eq!(other.look(&desk).await.expect("looked").refused, 1);
        let refused = lying(&folder, REFUSED);
        assert_eq!(refused.len(), 2, "{refused:?}");
        let note = refused.iter().find(|name| name.ends_with("说明.txt")).expect("a note");
        let note = std::fs::read_to_string(folder.join(REFUSED).join(note)).expect("a note");
        assert!(note.contains("unit.unknown"), "{note}");

        // Where nothing can be written, the file stays.
        std::fs::write(folder.join("留着.csv"), &sample[..200]).expect("disk");
        let gone = desk.scratch().to_path_buf();
        std::fs::rename(&gone, gone.with_extension("gone")).expect("moved");
        watcher.look(&desk).await.expect("looked");
        assert!(watcher.look(&desk).await.is_err());
        assert!(folder.join("留着.csv").exists());
        std::fs::rename(gone.with_extension("gone"), &gone).expect("moved");
        let look = watcher.look(&desk).await.expect("looked");
        assert_eq!(look.taken + look.refused, 1, "{look:?}");
    }
}
