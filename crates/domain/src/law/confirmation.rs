//! What two named persons have confirmed about an entry that was not verified.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Setting;

/// A confirmation of one edition of one parameter. Kept in the store, handed to the law when it is loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The parameter.
    pub parameter: String,
    /// First day of the edition that is confirmed.
    pub from: Date,
    /// The value that the two persons read in the text.
    pub value: Setting,
    /// The text they saw.
    pub text: String,
    /// The first person.
    pub first: String,
    /// The second person.
    pub second: String,
}
