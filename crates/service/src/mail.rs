//! Mail through a server of the county's own (SMTP).

use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use serde::Deserialize;

use crate::notices::{Letter, Mailer};
use crate::refusal::DeskError;

/// Longest wait for the server.
const ANSWER_TIME: Duration = Duration::from_secs(20);

/// How the line to the mail server is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineSecurity {
    /// TLS from the first byte.
    Tls,
    /// TLS after a greeting in the clear; without it nothing is sent.
    Starttls,
    /// None: only for a server on the same machine.
    None,
}

/// What the installation says about its mail server; a file, because of the password.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailOptions {
    /// The server's name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is kept from being read.
    pub security: LineSecurity,
    /// From whom the mails come, for example 信用平陆 <credit@example.gov.cn>.
    pub from: String,
    /// The name to sign in with, where the server wants one.
    #[serde(default)]
    pub user: Option<String>,
    /// A file with the password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// A file with the certificate (PEM) of an authority that signs the server's own.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
    /// The public address of the site, for the link in the mail.
    pub site: String,
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    name: String,
    site: String,
}

fn wrong(what: &str, error: impl std::fmt::Display) -> DeskError {
    DeskError::refused("mail.options", format!("邮件服务的配置有误，{what}：{error}"))
}

impl SmtpMailer {
    /// Prepares sending; the server is asked when there is something to send. `name` is the site's.
    ///
    /// # Errors
    /// `mail.options`, with what is wrong.
    pub fn new(options: MailOptions, name: &str) -> Result<Self, DeskError> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|error| wrong(&path.display().to_string(), error))
        };
        let mut tls = TlsParameters::builder(options.host.clone());
        if let Some(path) = &options.authority_file {
            let authority = Certificate::from_pem(&read(path)?)
                .map_err(|error| wrong("authority_file", error))?;
            tls = tls.add_root_certificate(authority);
        }
        let tls = tls.build().map_err(|error| wrong("authority_file", error))?;
        let tls = match options.security {
            LineSecurity::Tls => Tls::Wrapper(tls),
            LineSecurity::Starttls => Tls::Required(tls),
            LineSecurity::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&options.host)
            .port(options.port)
            .timeout(Some(ANSWER_TIME))
            .tls(tls);
        if let Some(user) = options.user {
            let path = options
                .password_file
                .ok_or_else(|| wrong("password_file", "有 user 时必须指定密码文件"))?;
            let password =
                String::from_utf8(read(&path)?).map_err(|error| wrong("password_file", error))?;
            builder = builder.credentials(Credentials::new(user, password.trim().to_owned()));
        }
        Ok(Self {
            transport: builder.build(),
            from: options.from.parse().map_err(|error| wrong("from", error))?,
            name: name.to_owned(),
            site: options.site.trim_end_matches('/').to_owned(),
        })
    }
}

/// The heading and the words of a mail. Neither names a subject or a person, and the address line of a mail names the site alone.
fn written(letter: &Letter<'_>, name: &str, site: &str) -> (String, String) {
    const AUTOMATIC: &str = "本邮件由平台自动发出，请勿回复。";
    match letter {
        Letter::Notice { text, own: false } => (
            format!("{name}：有事项等您办理"),
            format!(
                "{text}。\n\n请登录工作台办理：{site}/console\n\n{AUTOMATIC}不想再收到，请在工作台“通知”页清空邮箱地址。\n"
            ),
        ),
        Letter::Notice { text, own: true } => (
            format!("{name}：有新的消息"),
            format!(
                "{text}。\n\n请登录查看：{site}/my\n\n{AUTOMATIC}不想再收到，请在“邮件提醒”页清空邮箱地址：{site}/my/mail\n"
            ),
        ),
        Letter::Confirm { secret } => (
            format!("{name}：请确认接收提醒的邮箱"),
            format!(
                "有人在本站填写了这个邮箱，用来接收提醒。是您本人填写的，请在一天以内打开下面的地址，登录后确认：\n\n\
                 {site}/my/mail/confirm?code={secret}\n\n不是您填写的，请不要理会，不会再发邮件给您。\n\n{AUTOMATIC}\n"
            ),
        ),
    }
}

impl Mailer for SmtpMailer {
    async fn send(&self, address: &str, letter: &Letter<'_>) -> Result<(), String> {
        let to = address.parse().map_err(|_| "the address is none".to_owned())?;
        let (subject, body) = written(letter, &self.name, &self.site);
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .map_err(|error| error.to_string())?;
        // What the server says may repeat the address.
        self.transport.send(message).await.map(drop).map_err(|error| {
            let kind = match (error.is_permanent(), error.is_timeout()) {
                (true, _) => "the server refuses for good",
                (_, true) => "the server does not answer in time",
                _ => "the server cannot be reached or refuses for now",
            };
            match error.status() {
                Some(code) => format!("{kind} ({code})"),
                None => kind.to_owned(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Letter, written};

    #[test]
    fn a_mail_leads_to_the_face_of_whom_it_is_for() {
        let (site, text) = ("https://example.org/credit", "有事");
        let (subject, body) = written(&Letter::Notice { text, own: false }, "示例", site);
        assert!(subject == "示例：有事项等您办理" && body.contains("/credit/console\n"), "{body}");
        let (_, body) = written(&Letter::Notice { text, own: true }, "示例", site);
        assert!(body.contains("/credit/my\n") && !body.contains("console"), "{body}");
        let (_, body) = written(&Letter::Confirm { secret: "0a" }, "示例", site);
        assert!(body.contains("https://example.org/credit/my/mail/confirm?code=0a\n"), "{body}");
    }
}
