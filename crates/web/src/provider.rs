//! A provider of identities in front of both faces: OpenID Connect, authorisation code with PKCE.
//!
//! It proves who somebody is. The account that an identity stands for, and what it may do, is this platform's own
//! (`xinyong_service::identities`).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, reqwest,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::face::Face;

/// How long a description of the provider is used before it is read again: its keys change.
const DESCRIPTION_TIME: Duration = Duration::from_secs(60 * 60);
/// Longest wait for an answer of the provider.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// Seconds within which somebody must come back from the provider.
pub const RETURN_SECONDS: i64 = 10 * 60;
/// Where the provider sends people back to, below the face that they came from.
const RETURN_PATH: &str = "/sign-in/provider/return";

/// What the installation says about the provider; a file, because of the secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderOptions {
    /// The provider's address, as it stands in its own description.
    pub issuer: String,
    /// What the button says, for example 山西省统一身份认证.
    pub label: String,
    /// This platform's name at the provider.
    pub client_id: String,
    /// A file with this platform's secret at the provider.
    pub client_secret_file: PathBuf,
    /// The public address of this site with its prefix, without a slash at the end.
    pub site: String,
    /// A file with the certificate (PEM) of an authority that signs the provider's own; for providers inside a government network.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
}

/// Why somebody could not be brought to the provider or back.
#[derive(Debug)]
pub enum ProviderError {
    /// The configuration is wrong: said once, at the start.
    Options(String),
    /// The provider does not answer, or not as it should.
    Unavailable(String),
    /// What came back proves nothing.
    NotProved(&'static str),
}

impl std::fmt::Display for ProviderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Options(what) => write!(f, "身份服务的配置有误：{what}"),
            Self::Unavailable(what) => write!(f, "provider: {what}"),
            Self::NotProved(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for ProviderError {}

/// What is remembered in the session while somebody is at the provider.
#[derive(Debug, Serialize, Deserialize)]
pub struct Begun {
    state: String,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    next: String,
    /// Milliseconds since 1970.
    at: i64,
}

impl Begun {
    /// Where the person wanted to go.
    pub fn next(&self) -> &str {
        &self.next
    }
}

/// The provider. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Provider {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    issuer: IssuerUrl,
    label: String,
    client: ClientId,
    secret: ClientSecret,
    back: [RedirectUrl; 2],
    http: reqwest::Client,
    description: Mutex<Option<(Instant, CoreProviderMetadata)>>,
}

impl Provider {
    /// Reads the secret and prepares the connection; the provider itself is asked when first needed.
    ///
    /// # Errors
    /// [`ProviderError::Options`]: an address that is none, a file that cannot be read.
    pub fn new(options: ProviderOptions) -> Result<Self, ProviderError> {
        let wrong = |what: &str, error: &dyn std::fmt::Display| {
            ProviderError::Options(format!("{what}：{error}"))
        };
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| wrong(&path.display().to_string(), &error))
        };
        let secret = String::from_utf8(read(&options.client_secret_file)?)
            .map_err(|error| wrong("client_secret_file", &error))?;
        // An answer that leads elsewhere is not followed: it could lead inside.
        let mut http = reqwest::ClientBuilder::new()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_TIME);
        if let Some(path) = &options.authority_file {
            let certificate = reqwest::Certificate::from_pem(&read(path)?)
                .map_err(|error| wrong("authority_file", &error))?;
            http = http.add_root_certificate(certificate);
        }
        let site = options.site.trim_end_matches('/');
        let back = |face: Face| {
            RedirectUrl::new(format!("{site}{}", face.at(RETURN_PATH)))
                .map_err(|error| wrong("site", &error))
        };
        let back = [back(Face::Console)?, back(Face::Own)?];
        Ok(Self {
            inner: Arc::new(Inner {
                issuer: IssuerUrl::new(options.issuer).map_err(|error| wrong("issuer", &error))?,
                label: options.label,
                client: ClientId::new(options.client_id),
                secret: ClientSecret::new(secret.trim().to_owned()),
                back,
                http: http.build().map_err(|error| wrong("http", &error))?,
                description: Mutex::new(None),
            }),
        })
    }

    /// What the button says.
    pub fn label(&self) -> &str {
        &self.inner.label
    }

    /// The provider's address.
    pub fn issuer(&self) -> &str {
        &self.inner.issuer
    }

    fn back(&self, face: Face) -> RedirectUrl {
        let [console, own] = &self.inner.back;
        match face {
            Face::Console => console.clone(),
            Face::Own => own.clone(),
        }
    }

    async fn description(&self) -> Result<CoreProviderMetadata, ProviderError> {
        let mut held = self.inner.description.lock().await;
        if let Some((read, description)) = held.as_ref()
            && read.elapsed() < DESCRIPTION_TIME
        {
            return Ok(description.clone());
        }
        let description =
            CoreProviderMetadata::discover_async(self.inner.issuer.clone(), &self.inner.http)
                .await
                .map_err(|error| ProviderError::Unavailable(error.to_string()))?;
        *held = Some((Instant::now(), description.clone()));
        Ok(description)
    }

    /// The address at the provider to send somebody to, and what to remember until they come back.
    ///
    /// # Errors
    /// [`ProviderError::Unavailable`].
    pub async fn begin(
        &self,
        face: Face,
        next: &str,
        now: i64,
    ) -> Result<(String, Begun), ProviderError> {
        let client = CoreClient::from_provider_metadata(
            self.description().await?,
            self.inner.client.clone(),
            Some(self.inner.secret.clone()),
        )
        .set_redirect_uri(self.back(face));
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (address, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("openid".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let state = state.into_secret();
        Ok((address.into(), Begun { state, nonce, verifier, next: next.to_owned(), at: now }))
    }

    /// Who came back: the provider's name for them.
    ///
    /// # Errors
    /// [`ProviderError::NotProved`] for an answer that is not to our question, is too late, or carries no valid proof;
    /// [`ProviderError::Unavailable`].
    pub async fn finish(
        &self,
        face: Face,
        begun: Begun,
        state: &str,
        code: &str,
        now: i64,
    ) -> Result<String, ProviderError> {
        if begun.state != state {
            return Err(ProviderError::NotProved("state"));
        }
        if now - begun.at > RETURN_SECONDS * 1000 {
            return Err(ProviderError::NotProved("late"));
        }
        let client = CoreClient::from_provider_metadata(
            self.description().await?,
            self.inner.client.clone(),
            Some(self.inner.secret.clone()),
        )
        .set_redirect_uri(self.back(face));
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| ProviderError::Unavailable(error.to_string()))?
            .set_pkce_verifier(begun.verifier)
            .request_async(&self.inner.http)
            .await
            .map_err(|error| match error {
                openidconnect::RequestTokenError::ServerResponse(_) => {
                    ProviderError::NotProved("code")
                }
                other => ProviderError::Unavailable(other.to_string()),
            })?;
        let token = tokens.extra_fields().id_token().ok_or(ProviderError::NotProved("no token"))?;
        let claims = token
            .claims(&client.id_token_verifier(), &begun.nonce)
            .map_err(|_| ProviderError::NotProved("token"))?;
        Ok(claims.subject().to_string())
    }
}
