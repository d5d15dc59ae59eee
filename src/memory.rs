//! Where memory comes from: an allocator that threads share without waiting, for SQLite as well.
//!
//! Answers are many small texts, put together on one thread and let go on another, which the system's allocator keeps few of at hand. With
//! this one a third more checks are answered in a second (docs/figures.md).

use mimalloc::MiMalloc;

#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;
