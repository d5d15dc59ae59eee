//! The press: what the desk wants on paper, set by the typesetter.

use std::sync::OnceLock;

use xinyong_service::{Paper, Press};
use xinyong_typeset::{Document, Moment, Typesetter};

/// The typesetter, which reads its faces when the first document is asked for: most commands never print.
#[derive(Debug, Default)]
pub struct Typeset {
    setter: OnceLock<Typesetter>,
}

impl Typeset {
    fn setter(&self) -> Result<&Typesetter, String> {
        if let Some(setter) = self.setter.get() {
            return Ok(setter);
        }
        let read = Typesetter::new().map_err(|error| error.to_string())?;
        Ok(self.setter.get_or_init(|| read))
    }
}

impl Press for Typeset {
    fn set(&self, paper: Paper) -> Result<Vec<u8>, String> {
        let part = |number: i8| u8::try_from(number).unwrap_or_default();
        let made = Moment {
            year: i32::from(paper.made.year()),
            month: part(paper.made.month()),
            day: part(paper.made.day()),
            hour: part(paper.made.hour()),
            minute: part(paper.made.minute()),
            second: part(paper.made.second()),
        };
        let document = Document {
            template: paper.template,
            data: paper.data,
            codes: paper.codes,
            files: paper.files,
            identity: &paper.identity,
            made,
        };
        self.setter()?.set(document).map_err(|error| format!("{}: {error}", paper.template))
    }
}
