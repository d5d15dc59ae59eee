//! Sessions of both faces, kept by the desk under the digest of their token.

use std::collections::HashMap;

use async_trait::async_trait;
use time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore, cookie::SameSite};
use xinyong_service::accounts::SessionState;
use xinyong_service::{Desk, DeskError, accounts};

use crate::face::Face;
use crate::guard::{ACCOUNT, AGENT, BEGAN};
use crate::site::Site;

/// Minutes without a request after which a session is over.
const IDLE_MINUTES: i64 = 30;

/// The desk as a place for sessions.
#[derive(Debug, Clone)]
pub struct DeskSessions {
    desk: Desk,
}

fn backend(error: &DeskError) -> Error {
    Error::Backend(error.to_string())
}

impl DeskSessions {
    /// The session layer counts on the machine's clock, the desk on its own, which a demonstration holds to one day: what is
    /// kept is how long the session lasts from now.
    fn to_desk(&self, expires: OffsetDateTime) -> i64 {
        let left = (expires - OffsetDateTime::now_utc()).whole_milliseconds();
        self.desk.clock().now().saturating_add(i64::try_from(left).unwrap_or_default())
    }

    fn state(&self, record: &Record) -> Result<SessionState> {
        let number = |key: &str| record.data.get(key).and_then(serde_json::Value::as_i64);
        let agent = record.data.get(AGENT).and_then(serde_json::Value::as_str);
        Ok(SessionState {
            account: number(ACCOUNT),
            data: serde_json::to_string(&record.data)
                .map_err(|error| Error::Encode(error.to_string()))?,
            expires_at: self.to_desk(record.expiry_date),
            began_at: number(BEGAN).unwrap_or_default(),
            agent: agent.unwrap_or_default().to_owned(),
        })
    }

    fn of_desk(&self, expires_at: i64) -> OffsetDateTime {
        let left = expires_at.saturating_sub(self.desk.clock().now());
        OffsetDateTime::now_utc().saturating_add(Duration::milliseconds(left))
    }
}

#[async_trait]
impl SessionStore for DeskSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while self.load(&record.id).await?.is_some() {
            record.id = Id::default();
        }
        accounts::create_session(&self.desk, &record.id.to_string(), self.state(record)?)
            .await
            .map_err(|error| backend(&error))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        accounts::save_session(&self.desk, &record.id.to_string(), self.state(record)?)
            .await
            .map_err(|error| backend(&error))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found = accounts::load_session(&self.desk, &id.to_string())
            .await
            .map_err(|error| backend(&error))?;
        let Some((data, expires_at)) = found else {
            return Ok(None);
        };
        let data: HashMap<String, serde_json::Value> =
            serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date: self.of_desk(expires_at) }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        accounts::delete_session(&self.desk, &id.to_string()).await.map_err(|error| backend(&error))
    }
}

/// The layer for a face's routes: only they read and send its cookie.
pub fn layer(site: &Site, face: Face) -> SessionManagerLayer<DeskSessions> {
    SessionManagerLayer::new(DeskSessions { desk: site.desk().clone() })
        .with_name(face.cookie())
        .with_path(format!("{}{}", site.base_path(), face.home()))
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(site.secure_cookies())
        .with_expiry(Expiry::OnInactivity(Duration::minutes(IDLE_MINUTES)))
        // Every request moves the end; without this only a changed session would.
        .with_always_save(true)
}
