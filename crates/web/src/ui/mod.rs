//! What the templates are filled with, and how reasons, days and errors are put into words.

pub mod chart;
pub mod check_answer;
pub mod commitment;
pub mod deeds;
pub mod failure;
pub mod frame;
pub mod objection;
pub mod parts;
pub mod proceeding;
pub mod reasons;
pub mod repair;
pub mod settings;
pub mod view;
pub mod words;

use askama::Template;
use axum::response::Html;

use crate::page_error::PageError;

/// Fills a template.
///
/// # Errors
/// When the template fails, which only a full memory can make it do.
pub fn draw(template: &impl Template) -> Result<Html<String>, PageError> {
    template.render().map(Html).map_err(PageError::internal)
}
