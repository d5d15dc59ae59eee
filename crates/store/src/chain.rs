//! The canonical form of a row and the hash that links it to the one before.
//!
//! Every field is written as a tag, its length and its bytes, so that no two different rows have the same form. The form is
//! as short as that allows: hashing is the dearest step of recording a row.

use sm3::{Digest, Sm3};

/// The canonical form of one row being put together; [`Link::hash`] ends it.
pub(crate) struct Link {
    form: Vec<u8>,
}

impl Link {
    /// Begins a row of `table`, one letter or two that no other table uses.
    pub(crate) fn new(table: &str) -> Self {
        let mut form = Vec::with_capacity(1024);
        form.extend_from_slice(table.as_bytes());
        Self { form }
    }

    fn piece(&mut self, tag: u8, bytes: &[u8]) {
        self.form.push(tag);
        self.form.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.form.extend_from_slice(bytes);
    }

    pub(crate) fn text(mut self, value: &str) -> Self {
        self.piece(b't', value.as_bytes());
        self
    }

    pub(crate) fn text_or_null(mut self, value: Option<&str>) -> Self {
        match value {
            Some(text) => self.piece(b't', text.as_bytes()),
            None => self.form.push(b'n'),
        }
        self
    }

    pub(crate) fn int(mut self, value: i64) -> Self {
        self.form.push(b'i');
        self.form.extend_from_slice(&value.to_le_bytes());
        self
    }

    pub(crate) fn int_or_null(self, value: Option<i64>) -> Self {
        match value {
            Some(int) => self.int(int),
            None => self.null(),
        }
    }

    pub(crate) fn bytes_or_null(mut self, value: Option<&[u8]>) -> Self {
        match value {
            Some(bytes) => {
                self.piece(b'b', bytes);
                self
            }
            None => self.null(),
        }
    }

    fn null(mut self) -> Self {
        self.form.push(b'n');
        self
    }

    pub(crate) fn hash(self) -> String {
        hex::encode(Sm3::digest(&self.form))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifting_text_between_fields_changes_the_hash() {
        let one = Link::new("x").text("ab").text("c").hash();
        let two = Link::new("x").text("a").text("bc").hash();
        let three = Link::new("x").text("ab").text_or_null(None).hash();
        let four = Link::new("x").text("ab").text("").hash();
        assert!(one != two && three != four);
    }
}
