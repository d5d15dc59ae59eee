//! What sends changes to the machines of units: HTTPS alone, and only to hosts that the people who run the platform have named.
//!
//! No redirect is followed and no proxy used, and of the answer nothing is read but its status: an address that the administrator sets
//! can neither be made to lead elsewhere nor bring anything back.

use std::path::PathBuf;
use std::time::Duration;

use openidconnect::{reqwest, url};
use serde::Deserialize;
use xinyong_service::Refusal;
use xinyong_service::enrolments::{Outlet, Parcel};

/// Longest wait for an answer.
const ANSWER_TIME: Duration = Duration::from_secs(10);
/// Longest address in bytes.
const LONGEST_ADDRESS: usize = 300;

/// What the installation says about sending; a file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutletOptions {
    /// The hosts that may be sent to, each `host` (port 443) or `host:port`.
    pub hosts: Vec<String>,
    /// A file with the certificate (PEM) of an authority that signs the receivers' own; for a government network.
    #[serde(default)]
    pub authority_file: Option<PathBuf>,
}

/// Why sending cannot be prepared.
#[derive(Debug)]
pub struct OutletError(String);

impl std::fmt::Display for OutletError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "推送的配置有误：{}", self.0)
    }
}

impl std::error::Error for OutletError {}

/// Sends by HTTP.
#[derive(Debug, Clone)]
pub struct HttpOutlet {
    hosts: Vec<String>,
    demonstration: bool,
    http: reqwest::Client,
}

impl HttpOutlet {
    /// Prepares sending. In a demonstration a receiver on this machine may do without TLS.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn new(options: OutletOptions, demonstration: bool) -> Result<Self, OutletError> {
        let wrong = |error: &dyn std::fmt::Display| OutletError(error.to_string());
        let mut http = reqwest::ClientBuilder::new()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(ANSWER_TIME)
            .user_agent("xinyong");
        if let Some(path) = &options.authority_file {
            let bytes = std::fs::read(path)
                .map_err(|error| OutletError(format!("{}：{error}", path.display())))?;
            let certificate =
                reqwest::Certificate::from_pem(&bytes).map_err(|error| wrong(&error))?;
            http = http.add_root_certificate(certificate);
        }
        Ok(Self {
            hosts: options.hosts.iter().map(|host| host.trim().to_lowercase()).collect(),
            demonstration,
            http: http.build().map_err(|error| wrong(&error))?,
        })
    }

    fn names(&self, address: &url::Url) -> bool {
        let Some(host) = address.host_str() else { return false };
        let known = |name: &str| self.hosts.iter().any(|held| held == name);
        match address.port() {
            Some(port) => known(&format!("{host}:{port}")),
            None => known(host),
        }
    }

    /// In a demonstration: a receiver on this machine.
    fn is_beside(&self, address: &url::Url) -> bool {
        let loopback = match address.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            _ => false,
        };
        self.demonstration && address.scheme() == "http" && loopback
    }
}

impl Outlet for HttpOutlet {
    fn admits(&self, address: &str) -> Result<String, Refusal> {
        let invalid = || {
            let what = "推送地址应以 https:// 开头，写明主机，不带用户名、密码和 # 之后的部分";
            Refusal::new("hook.address-invalid", what)
        };
        let address = address.trim();
        if address.len() > LONGEST_ADDRESS {
            return Err(invalid());
        }
        let address = url::Url::parse(address).map_err(|_| invalid())?;
        let secret = !address.username().is_empty() || address.password().is_some();
        let secure = address.scheme() == "https" || self.is_beside(&address);
        if !secure || secret || address.fragment().is_some() {
            return Err(invalid());
        }
        if !self.names(&address) {
            let what = "这个主机不在允许推送之列：请运行人员先在配置文件中写明";
            return Err(Refusal::new("hook.host-not-allowed", what));
        }
        Ok(address.into())
    }

    async fn send(&self, address: &str, parcel: &Parcel) -> Result<u16, String> {
        let answer = self
            .http
            .post(address)
            .header("content-type", "application/json")
            .header("xinyong-delivery", parcel.id.to_string())
            .header("xinyong-key", parcel.key.as_str())
            .header("xinyong-signature", parcel.signature.as_str())
            .body(parcel.body.clone())
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(answer.status().as_u16()),
            Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
            Err(error) if error.is_connect() => Err("no connection".to_owned()),
            Err(error) => Err(error.without_url().to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlet(demonstration: bool) -> HttpOutlet {
        let hosts = ["Receiver.example", "10.1.2.3:8443", "127.0.0.1:9", "localhost"];
        let hosts = hosts.map(str::to_owned).to_vec();
        HttpOutlet::new(OutletOptions { hosts, authority_file: None }, demonstration)
            .expect("options")
    }

    #[test]
    fn nothing_is_sent_but_to_hosts_that_were_named() {
        let outlet = outlet(false);
        for good in [
            "https://receiver.example/in?x=1",
            "https://10.1.2.3:8443/",
            " https://RECEIVER.example ",
        ] {
            assert!(outlet.admits(good).is_ok(), "{good}");
        }
        for (bad, code) in [
            ("", "hook.address-invalid"),
            ("receiver.example", "hook.address-invalid"),
            ("http://receiver.example/", "hook.address-invalid"),
            ("http://127.0.0.1:9/", "hook.address-invalid"),
            ("file:///etc/passwd", "hook.address-invalid"),
            ("https://a:b@receiver.example/", "hook.address-invalid"),
            ("https://receiver.example/#a", "hook.address-invalid"),
            ("https://receiver.example:8443/", "hook.host-not-allowed"),
            ("https://10.1.2.3/", "hook.host-not-allowed"),
            ("https://receiver.example.other/", "hook.host-not-allowed"),
            ("https://other.receiver.example/", "hook.host-not-allowed"),
            ("https://169.254.169.254/", "hook.host-not-allowed"),
        ] {
            assert_eq!(outlet.admits(bad).expect_err(bad).code, code, "{bad}");
        }
        let long = format!("https://receiver.example/{}", "a".repeat(300));
        assert_eq!(outlet.admits(&long).expect_err("long").code, "hook.address-invalid");
    }

    #[test]
    fn only_a_demonstration_sends_in_the_clear_and_only_to_its_own_machine() {
        let outlet = outlet(true);
        assert!(outlet.admits("http://127.0.0.1:9/in").is_ok());
        assert!(outlet.admits("http://localhost/").is_err(), "a name may lead anywhere");
        assert!(outlet.admits("http://receiver.example/").is_err());
        assert!(outlet.admits("http://127.0.0.1:10/").is_err(), "also there it must be named");
    }
}
