//! `GET /embed/search`: the search box alone, for a frame on a page of another site. The one page that others may frame.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use xinyong_domain::law::County;

use crate::layers;
use crate::page_error::PageError;
use crate::ui::draw;
use crate::ui::frame::Frame;
use crate::ui::view::Page;

#[derive(Template)]
#[template(path = "portal/embed.html")]
struct Embed {
    page: Page,
}

/// Who may frame the page: the sites that the county names, else every one.
pub(super) fn origins(county: Option<&County>) -> String {
    let named: Vec<String> = county
        .map(|county| county.lines("embed_origins"))
        .unwrap_or_default()
        .into_iter()
        // What is no origin would end or change the policy.
        .filter(|origin| {
            (origin.starts_with("https://") || origin.starts_with("http://"))
                && origin
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b":/.-*".contains(&byte))
        })
        .collect();
    if named.is_empty() { "*".to_owned() } else { format!("'self' {}", named.join(" ")) }
}

/// The search box.
///
/// # Errors
/// When the template fails.
pub async fn search(frame: Frame) -> Result<Response, PageError> {
    let policy = layers::policy(&origins(frame.site.county()));
    let drawn = draw(&Embed { page: frame.portal("信用信息查询", "") })?;
    let policy = HeaderValue::try_from(policy).map_err(PageError::internal)?;
    let mut response = super::unindexed(drawn);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response.into_response())
}

#[cfg(test)]
mod tests {
    use super::origins;

    #[test]
    fn only_origins_get_into_the_policy() {
        let law = xinyong_domain::law::Law::embedded().expect("law");
        let mut county = law.counties().get("140829").expect("a county").clone();
        assert_eq!(origins(None), "*");
        let list = ["https://www.example.gov.cn", "x; script-src *", "javascript:", "http://a b"]
            .map(|origin| toml::Value::String(origin.to_owned()));
        county.texts.insert("embed_origins".to_owned(), toml::Value::Array(list.to_vec()));
        assert_eq!(origins(Some(&county)), "'self' https://www.example.gov.cn");
    }
}
