//! What was filled into a form, in its order.

/// The fields of a form that was sent.
#[derive(Debug, Clone, Default)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first value under a name, empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every value under a name, in the order of the form.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }
}

/// Text as a database can hold it: PostgreSQL knows no character NUL, which nobody types and no page of ours sends.
pub fn without_nul(mut text: String) -> String {
    text.retain(|one| one != '\0');
    text
}
