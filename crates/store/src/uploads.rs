//! Files as delivered: kept encrypted, in chunks of 1 MiB, under the SM3 of their bytes.

use std::path::Path;

use sm3::{Digest, Sm3};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use crate::db::{Insert, Store, statements, values};
use crate::error::StoreError;
use crate::keys::Purpose;

const CHUNK: usize = 1 << 20;

static INSERT_CHUNK: Insert = Insert::new("upload_chunk (digest, seq, sealed)", 3, "");

statements! {
    UPLOAD = "SELECT digest, size, chunks, name, received_at FROM upload WHERE digest = $1";
    ADD_UPLOAD = "INSERT INTO upload (digest, size, chunks, name, received_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (digest) DO NOTHING";
    UPLOAD_CHUNK = "SELECT sealed FROM upload_chunk WHERE digest = $1 AND seq = $2";
}

/// A file kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The SM3 of its bytes, in hexadecimal.
    pub digest: String,
    /// Its size in bytes.
    pub size: i64,
    /// In how many chunks it is kept.
    pub chunks: i64,
    /// Its name when it first arrived.
    pub name: String,
    /// When it first arrived, in milliseconds since 1970.
    pub received_at: i64,
}

pub(crate) fn place(digest: &str, seq: i64, last: bool) -> Vec<u8> {
    format!("upload/{digest}/{seq}/{}", u8::from(last)).into_bytes()
}

async fn fill(source: &mut (impl AsyncRead + Unpin), chunk: &mut Vec<u8>) -> std::io::Result<()> {
    chunk.clear();
    source.take(CHUNK as u64).read_to_end(chunk).await?;
    Ok(())
}

/// The SM3 of a file of the file system, in hexadecimal.
///
/// # Errors
/// [`StoreError::File`] if it cannot be read.
pub async fn file_sm3(path: &Path) -> Result<String, StoreError> {
    let wrong = |error| StoreError::file(path, error);
    let mut file = tokio::fs::File::open(path).await.map_err(wrong)?;
    let mut sum = Sm3::new();
    let mut chunk = Vec::with_capacity(CHUNK);
    loop {
        fill(&mut file, &mut chunk).await.map_err(wrong)?;
        if chunk.is_empty() {
            return Ok(hex::encode(sum.finalize()));
        }
        sum.update(&chunk);
    }
}

impl Store {
    /// Keeps a file whose digest is known. A file that is there already is left as it is. Returns whether it was new.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the bytes do not have that digest; nothing is kept then. [`StoreError::File`] if the
    /// source breaks off.
    pub async fn store_upload(
        &self,
        digest: &str,
        name: &str,
        at: i64,
        mut source: impl AsyncRead + Unpin + Send,
    ) -> Result<bool, StoreError> {
        if self.upload(digest).await?.is_some() {
            return Ok(false);
        }
        let broken = |error| StoreError::File { path: name.to_owned(), source: error };
        let mut tx = self.transaction("upload").await?;
        let mut sum = Sm3::new();
        let (mut size, mut seq) = (0_i64, 0_i64);
        let (mut now, mut next) = (Vec::with_capacity(CHUNK), Vec::with_capacity(CHUNK));
        fill(&mut source, &mut now).await.map_err(broken)?;
        loop {
            fill(&mut source, &mut next).await.map_err(broken)?;
            let last = next.is_empty();
            sum.update(&now);
            size += now.len() as i64;
            let sealed = self.keys().seal(Purpose::Upload, &place(digest, seq, last), &now)?;
            let values = values![digest, seq, sealed.as_slice()];
            match tx.conn().insert(&INSERT_CHUNK, &values).await {
                // Somebody else kept the same file at the same moment.
                Err(StoreError::Conflict(_)) => return Ok(false),
                other => other?,
            };
            seq += 1;
            if last {
                break;
            }
            std::mem::swap(&mut now, &mut next);
        }
        if hex::encode(sum.finalize()) != digest {
            return Err(StoreError::conflict(format!(
                "文件“{name}”的内容与事先计算的摘要不符，可能在上传途中被改动；请重新上传"
            )));
        }
        tx.conn().execute(&ADD_UPLOAD, values![digest, size, seq, name, at]).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Keeps a file of the file system; computes its digest first. Returns the digest and whether it was new.
    ///
    /// # Errors
    /// [`StoreError::File`] if it cannot be read.
    pub async fn store_upload_file(
        &self,
        path: &Path,
        name: &str,
        at: i64,
    ) -> Result<(String, bool), StoreError> {
        let digest = file_sm3(path).await?;
        let file =
            tokio::fs::File::open(path).await.map_err(|error| StoreError::file(path, error))?;
        let new = self.store_upload(&digest, name, at, file).await?;
        Ok((digest, new))
    }

    /// What is known of a file.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and its like.
    pub async fn upload(&self, digest: &str) -> Result<Option<Upload>, StoreError> {
        let mut reader = self.reader().await?;
        let row = reader.conn().maybe(&UPLOAD, values![digest]).await?;
        row.map(|row| {
            Ok(Upload {
                digest: row.text(0)?,
                size: row.int(1)?,
                chunks: row.int(2)?,
                name: row.text(3)?,
                received_at: row.int(4)?,
            })
        })
        .transpose()
    }

    /// One clear chunk of a file, from 0; none after the last.
    ///
    /// # Errors
    /// [`StoreError::Key`] if it does not open, [`StoreError::Inconsistent`] if it is missing.
    pub async fn upload_chunk(
        &self,
        upload: &Upload,
        seq: i64,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        if seq >= upload.chunks {
            return Ok(None);
        }
        let digest = upload.digest.as_str();
        let row = {
            let mut reader = self.reader().await?;
            reader.conn().maybe(&UPLOAD_CHUNK, values![digest, seq]).await?
        };
        let row = row.ok_or_else(|| {
            StoreError::inconsistent("upload_chunk", "seq", format!("{digest}/{seq}"), "缺少这一块")
        })?;
        let place = place(digest, seq, seq + 1 == upload.chunks);
        self.keys().open(Purpose::Upload, &place, &row.bytes(0)?).map(Some)
    }

    /// The whole file in memory; for small ones.
    ///
    /// # Errors
    /// As [`Store::upload_chunk`].
    pub async fn read_upload(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(upload) = self.upload(digest).await? else { return Ok(None) };
        let mut all = Vec::with_capacity(usize::try_from(upload.size).unwrap_or(0));
        let mut seq = 0;
        while let Some(chunk) = self.upload_chunk(&upload, seq).await? {
            all.extend_from_slice(&chunk);
            seq += 1;
        }
        Ok(Some(all))
    }

    /// Writes the file to `path` (anew), chunk by chunk. Returns whether there is such a file.
    ///
    /// # Errors
    /// [`StoreError::File`] if it cannot be written, otherwise as [`Store::upload_chunk`].
    pub async fn upload_to_file(&self, digest: &str, path: &Path) -> Result<bool, StoreError> {
        let Some(upload) = self.upload(digest).await? else { return Ok(false) };
        let wrong = |error| StoreError::file(path, error);
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(path).await.map_err(wrong)?;
        let mut seq = 0;
        while let Some(chunk) = self.upload_chunk(&upload, seq).await? {
            file.write_all(&chunk).await.map_err(wrong)?;
            seq += 1;
        }
        file.flush().await.map_err(wrong)?;
        Ok(true)
    }
}
