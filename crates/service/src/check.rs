//! Checks of a subject for a purpose (信用核查, product.md §7): what is on record, which measures the list of that day allows for this
//! purpose, and that nothing else may follow.
//!
//! Every look has a number; what was answered is kept byte for byte and can be worked out again from the law and the facts of its
//! moment. Nothing is scored. A person decides, and says afterwards what use was made of it.

mod answer;
mod ask;
mod keep;
mod look;
mod replay;
mod sheet;
mod spread;
mod uses;
mod window;

#[cfg(test)]
mod tests;

pub(crate) use answer::PURPOSES;
pub use answer::{
    CheckAnswer, CheckLimit, CheckedGroup, CheckedRecord, CheckedSubject, Considered, Named,
    ProposedMeasure, Reason,
};
pub(crate) use ask::BASIS;
pub use ask::{Asked, Looked, ask, find_subject, purposes};
pub(crate) use keep::Keeper;
pub use look::{CheckList, CheckView, LookView, looks_at, one, original, own_looks, recent};
pub use replay::{Replay, replay};
pub use sheet::{
    ListView, MOST_ROWS, answered_list, list, lists, receive_list, resume_lists, run_list,
};
pub use uses::{UseCount, UseEntry, feed_back, outcomes, statistics};
pub use window::{Window, make_window, open_window, say_in_window, seen_in_window};
