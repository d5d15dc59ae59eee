//! 隐私核查: what is answered to who asks whether a code stands in a public list, without saying which.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use xinyong_domain::law::{Audience, Kind, PublicationRule};
use xinyong_domain::list_check::{PREFIX, Ranges, SCHEME, mark};

use super::lists::{ListFilter, public_page};
use super::subject::{root_code, shown_under};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Records read together.
const PORTION: usize = 500;
/// How long answers are given out again, in milliseconds, when nothing happened in public: to make them, the whole list is read.
const KEPT: i64 = 60_000;

/// The answer for a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListRange {
    /// How marks are made.
    pub scheme: &'static str,
    /// The kind.
    pub kind: String,
    /// The prefix.
    pub prefix: String,
    /// The rest of every mark of the list that begins so, and of others that are of nothing.
    pub rests: BTreeSet<String>,
}

/// The answers of a list, and for which state of the platform they hold.
#[derive(Debug, Clone)]
pub(crate) struct KeptRanges {
    state: String,
    at: i64,
    ranges: Arc<Ranges>,
}

fn is_list(kind: &Kind) -> bool {
    kind.audience == Audience::Public && kind.publication == PublicationRule::Listing
}

/// What is answered for a prefix of a mark, by what is public today.
///
/// # Errors
/// Not found for a kind that is no public list, and for what is no prefix.
pub async fn list_range(desk: &Desk, kind: &str, prefix: &str) -> Result<ListRange, DeskError> {
    let law = desk.law();
    let known = law.kind(kind).filter(|kind| is_list(kind));
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if known.is_none() || prefix.len() != PREFIX || !prefix.bytes().all(hexadecimal) {
        return Err(DeskError::NotFound("该名单"));
    }
    let ranges = ranges(desk, kind).await?;
    let keys = desk.store().keys();
    let dummy = |number: usize| keys.form_mac(&["list-range", kind, prefix, &number.to_string()]);
    Ok(ListRange {
        scheme: SCHEME,
        kind: kind.to_owned(),
        prefix: prefix.to_owned(),
        rests: ranges.answer(prefix, |number| format!("{prefix}{}", &dummy(number)[PREFIX..])),
    })
}

/// The answers that were made for the state the platform is in, and still hold.
async fn still_good(desk: &Desk, kind: &str) -> Result<Result<Arc<Ranges>, String>, DeskError> {
    let (today, now) = (desk.today(), desk.clock().now());
    let newest = desk.store().newest_event().await?.unwrap_or_default();
    let state = format!("{today} {newest} {}", desk.law_state().1);
    let kept = desk
        .ranges_of(kind)
        .filter(|kept| kept.state == state && (kept.at..kept.at + KEPT).contains(&now));
    Ok(kept.map(|kept| kept.ranges).ok_or(state))
}

async fn ranges(desk: &Desk, kind: &str) -> Result<Arc<Ranges>, DeskError> {
    if let Ok(kept) = still_good(desk, kind).await? {
        return Ok(kept);
    }
    // Who comes while somebody makes them waits for those: a crowd reads the list once, not once each.
    let _making = desk.making_ranges().await;
    let state = match still_good(desk, kind).await? {
        Ok(kept) => return Ok(kept),
        Err(state) => state,
    };
    let now = desk.clock().now();
    let mut marks = Vec::new();
    let mut filter = ListFilter::default();
    loop {
        let page = public_page(desk, kind, &filter, PORTION).await?;
        let subjects: Vec<i64> = page.records.iter().map(|record| record.subject).collect();
        let known = desk.store().subjects(&subjects).await?;
        for record in &page.records {
            // Whose record it is, as the pages show it: a name or a code in a record may be another's.
            let codes = match shown_under(desk, record.subject, record.id).await? {
                Some((code, _)) => vec![code],
                None => {
                    let own = known.get(&record.subject).and_then(|one| one.code.clone());
                    let root = root_code(desk, record.subject).await?;
                    own.into_iter().chain(root).collect()
                }
            };
            marks.extend(codes.iter().filter(|code| !code.is_empty()).map(|code| mark(kind, code)));
        }
        if page.next.is_empty() {
            break;
        }
        filter.after = page.next;
    }
    #[cfg(test)]
    tests::MADE.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    let ranges = Arc::new(Ranges::new(marks));
    let kept = KeptRanges { state, at: now, ranges: Arc::clone(&ranges) };
    desk.remember_ranges(kind, kept);
    Ok(ranges)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::testing::desk;

    /// How often the answers were made in this process.
    pub(super) static MADE: AtomicUsize = AtomicUsize::new(0);

    #[tokio::test]
    async fn a_crowd_has_the_list_read_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = desk(&folder, date(2026, 9, 2)).await;
        let kind = "serious-dishonesty-listing";
        let before = MADE.load(Ordering::SeqCst);
        let ask = || list_range(&desk, kind, "0a");
        let answers = tokio::join!(ask(), ask(), ask(), ask(), ask(), ask());
        let one = answers.0.expect("answered");
        for other in [answers.1, answers.2, answers.3, answers.4, answers.5] {
            assert_eq!(other.expect("answered"), one);
        }
        assert_eq!(MADE.load(Ordering::SeqCst) - before, 1);
    }

    #[tokio::test]
    async fn answers_are_of_one_size_and_only_about_lists() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = desk(&folder, date(2026, 9, 2)).await;
        let kind = "abnormal-operation-listing";
        let one = list_range(&desk, kind, "0a").await.expect("answered");
        assert_eq!(one, list_range(&desk, kind, "0a").await.expect("answered"));
        let other = list_range(&desk, kind, "ff").await.expect("answered");
        assert_eq!(one.rests.len(), other.rests.len());
        assert!(one.rests.iter().all(|rest| rest.len() == 62 && !other.rests.contains(rest)));
        for (kind, prefix) in [
            ("administrative-penalty", "0a"),
            ("tax-payment", "0a"),
            ("nothing", "0a"),
            (kind, "0A"),
            (kind, "0ab"),
            (kind, ""),
        ] {
            let refused = list_range(&desk, kind, prefix).await.expect_err("refused");
            assert_eq!(refused.code(), "not-found", "{kind} {prefix}");
        }
    }
}
