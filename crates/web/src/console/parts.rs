//! A form with a file, read part by part: the token comes first, and without it nothing is written; the file goes piece by piece to
//! the scratch folder, never into memory.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{FromRequest, Multipart, Request};
use xinyong_service::{Desk, DeskError, Refusal};

use crate::csrf;
use crate::fields::without_nul;
use crate::guard::{Caller, forged};
use crate::page_error::PageError;
use crate::scratch::{Arriving, Scratch};

/// Parts of a form: more are not ours.
const MOST_PARTS: usize = 120;
/// Bytes of the token's part.
const MOST_TOKEN_BYTES: usize = 1024;

/// What was sent.
#[derive(Default)]
pub(crate) struct Parts {
    texts: BTreeMap<String, String>,
    /// The file, kept as long as this is, and the name it was sent under.
    pub file: Option<(Scratch, String)>,
    /// Megabytes that the file may have; the desk's own limit for none.
    most_megabytes: Option<u64>,
}

impl Parts {
    /// Nothing yet, for a file of no more than some megabytes.
    pub fn limited(megabytes: u64) -> Self {
        Self { most_megabytes: Some(megabytes), ..Self::default() }
    }

    /// Fills a field in.
    pub fn put(&mut self, field: &str, text: String) {
        self.texts.insert(field.to_owned(), text);
    }

    /// What was filled in, empty for nothing.
    pub fn text(&self, field: &str) -> &str {
        self.given(field).unwrap_or_default()
    }

    /// The same; nothing where the form had no such input.
    pub fn given(&self, field: &str) -> Option<&str> {
        self.texts.get(field).map(String::as_str)
    }
}

/// Why reading the form came to a stop.
enum Stopped {
    /// Something the person can mend.
    Refused(Refusal),
    /// Anything else.
    Error(PageError),
}

impl From<MultipartError> for Stopped {
    fn from(error: MultipartError) -> Self {
        tracing::info!(%error, "upload broken off");
        Self::Refused(Refusal::new("file.incomplete", "文件没有传完整，请检查网络后重新上传"))
    }
}

impl From<PageError> for Stopped {
    fn from(error: PageError) -> Self {
        Self::Error(error)
    }
}

impl From<DeskError> for Stopped {
    fn from(error: DeskError) -> Self {
        Self::Error(error.into())
    }
}

/// A form with a file on its way in. Nothing of it was read; a handler asks for it beside the frame and says what it has for inputs.
pub struct Incoming {
    caller: Option<Caller>,
    multipart: Result<Multipart, MultipartRejection>,
}

impl<S: Send + Sync> FromRequest<S> for Incoming {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let caller = request.extensions().get::<Caller>().cloned();
        Ok(Self { caller, multipart: Multipart::from_request(request, state).await })
    }
}

impl Incoming {
    /// Reads the parts in their order into `sent`, where they stay when reading stops: the part named `file`, and the fields with
    /// the most bytes that each may have. Other parts are passed over. What the person can mend comes back beside what was read.
    ///
    /// # Errors
    /// `access.denied` for what is no form of ours: the token comes first, and nothing is kept before it. When the disk fails.
    pub(crate) async fn read(
        self,
        desk: &Desk,
        fields: &[(&str, usize)],
        sent: &mut Parts,
    ) -> Result<Result<(), Refusal>, PageError> {
        // What is not even such a form has no token.
        let mut multipart = self.multipart.map_err(|_| forged())?;
        let caller = self.caller.ok_or_else(forged)?;
        match take(desk, &caller, &mut multipart, fields, sent).await {
            Ok(()) => Ok(Ok(())),
            Err(Stopped::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stopped::Error(error)) => Err(error),
        }
    }
}

async fn take(
    desk: &Desk,
    caller: &Caller,
    multipart: &mut Multipart,
    fields: &[(&str, usize)],
    sent: &mut Parts,
) -> Result<(), Stopped> {
    let mut trusted = false;
    for _ in 0..MOST_PARTS {
        let part = match multipart.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(_) if !trusted => return Err(forged().into()),
            Err(error) => return Err(error.into()),
        };
        let name = part.name().unwrap_or_default().to_owned();
        if !trusted {
            trusted =
                name == "csrf" && csrf::same(&caller.csrf, &text(part, MOST_TOKEN_BYTES).await?);
            if !trusted {
                return Err(forged().into());
            }
        } else if name == "file" {
            sent.file = store(desk, part, sent.most_megabytes).await?;
        } else if let Some((_, most)) = fields.iter().find(|(field, _)| *field == name) {
            let text = text(part, *most).await?;
            sent.texts.insert(name, text);
        }
    }
    if trusted { Ok(()) } else { Err(forged().into()) }
}

async fn text(mut part: Field<'_>, most: usize) -> Result<String, Stopped> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        if bytes.len() + chunk.len() > most {
            return Err(Stopped::Refused(Refusal::new("form.field-too-long", "填写的内容过长")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(without_nul(String::from_utf8_lossy(&bytes).into_owned()).trim().to_owned())
}

/// Writes the file to the scratch folder, no further than the desk's limit. A form without a chosen file sends an empty part
/// without a name.
async fn store(
    desk: &Desk,
    mut part: Field<'_>,
    most: Option<u64>,
) -> Result<Option<(Scratch, String)>, Stopped> {
    let sent_name = part.file_name().unwrap_or_default();
    // Some browsers send the whole path.
    let file_name = sent_name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let file_name = without_nul(file_name);
    if file_name.is_empty() {
        return Ok(None);
    }
    let mut arriving = Arriving::begin(desk).await?.no_more_than(most);
    while let Some(chunk) = part.chunk().await? {
        match arriving.take(&chunk).await {
            Ok(()) => {}
            Err(DeskError::Refused(refusal)) => return Err(Stopped::Refused(refusal)),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some((arriving.end().await?, file_name)))
}
