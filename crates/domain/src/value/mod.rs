//! Values as files write them, read into exact types.

pub mod amount;
pub mod date;
pub mod number;
pub mod period;
