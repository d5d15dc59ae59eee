//! The subjects' own pages, for those who act for a subject. Every page here is behind [`crate::guard`]; every page about a firm
//! begins with [`firm`], without which there is nothing to show.

pub mod apply;
pub mod commit;
pub mod commitments;
pub mod declarations;
pub mod declare;
pub mod home;
pub mod leave;
pub mod looks;
pub mod mail;
pub mod objection;
pub mod objections;
pub mod record;
pub mod repair;
pub mod repair_one;
pub mod repair_record;
pub mod reports;
pub mod sign_up;
pub mod subject;
pub mod withdraw;

use xinyong_service::agents::{self, Agent};

use crate::console::actor;
use crate::page_error::PageError;
use crate::ui::frame::Frame;

/// The firm of an address, as the one who asks may act for it now.
///
/// # Errors
/// Not found: none, another's, or one that the person acts for no longer. They look the same.
pub async fn firm(frame: &Frame, code: &str) -> Result<Agent, PageError> {
    Ok(agents::stand(frame.site.desk(), actor(frame)?, code).await?)
}
