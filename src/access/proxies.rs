//! Which way requests take: the proxies that the environment names, and the hosts that are reached without them. The
//! rules are the AWS CLI's (Python's `urllib`), and beyond them `ALL_PROXY` and the networks (`10.0.0.0/8`) of `NO_PROXY`.
//! Nothing here connects.

use std::fmt;

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper_util::client::proxy::matcher::Matcher;

use crate::clean;
use crate::config::Environment;

/// The proxies of an environment.
#[derive(Debug, Default)]
pub struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    without: Option<Without>,
}

/// One proxy. Printed without the password that its variable may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Proxy {
    pub uri: Uri,
    pub authorization: Option<HeaderValue>,
}

impl fmt::Display for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        write!(formatter, "{}://{authority}", self.uri.scheme_str().unwrap_or("http"))
    }
}

/// What `NO_PROXY` says.
#[derive(Debug)]
struct Without {
    entries: Vec<String>,
    /// Knows domains, addresses and networks.
    matcher: Matcher,
}

impl Proxies {
    /// The proxies that the environment names.
    ///
    /// # Errors
    /// A sentence on a variable that names none: without its proxy a request would go where it must not.
    pub fn of(environment: &Environment) -> Result<Proxies, String> {
        let all = proxy(environment, "ALL_PROXY")?;
        let without = variable(environment, "NO_PROXY").map(|(_, text)| Without {
            entries: text.split(',').map(|entry| entry.trim().to_lowercase()).collect(),
            matcher: Matcher::builder().all("http://proxy.invalid").no(text).build(),
        });
        Ok(Proxies {
            http: proxy(environment, "HTTP_PROXY")?.or_else(|| all.clone()),
            https: proxy(environment, "HTTPS_PROXY")?.or(all),
            without,
        })
    }

    /// The proxy that a request to this URL goes through.
    pub fn of_url(&self, url: &Uri) -> Option<&Proxy> {
        let proxy = match url.scheme_str() {
            Some("http") => self.http.as_ref(),
            _ => self.https.as_ref(),
        };
        proxy.filter(|_| !self.without.as_ref().is_some_and(|without| without.covers(url)))
    }
}

impl Without {
    fn covers(&self, url: &Uri) -> bool {
        let authority = url.authority().map(|authority| authority.as_str().to_lowercase());
        let is_named = |entry: &String| {
            let Some(authority) = &authority else { return false };
            let name = entry.trim_start_matches('.');
            !name.is_empty() && (authority == name || authority.ends_with(&format!(".{name}")))
        };
        let has = |entry: &String| entry == "*" || is_named(entry);
        self.entries.iter().any(has) || self.matcher.intercept(url).is_none()
    }
}

/// A variable in small letters goes before the one in capitals, as in the AWS CLI.
fn variable<'a>(environment: &'a Environment, name: &str) -> Option<(String, &'a str)> {
    let names = [name.to_lowercase(), name.to_owned()];
    names.into_iter().find_map(|name| environment.get(&name).map(|value| (name, value.trim())))
}

fn proxy(environment: &Environment, name: &str) -> Result<Option<Proxy>, String> {
    let Some((name, text)) = variable(environment, name) else { return Ok(None) };
    // The text is never quoted: it may hold a password.
    let wrong = |why: &str| {
        Err(format!(
            "the proxy variable {name} {why}: write http://HOST:PORT, or unset it to connect directly"
        ))
    };
    hold_passwords(text);
    let matcher = Matcher::builder().all(text).build();
    let Some(found) = matcher.intercept(&Uri::from_static("http://x.invalid/")) else {
        return wrong("cannot be read as the URL of a proxy");
    };
    let uri = found.uri().clone();
    match uri.scheme_str() {
        Some("http" | "https") if uri.host().is_some_and(|host| !host.is_empty()) => {
            found.basic_auth().into_iter().for_each(hold_authorization);
            Ok(Some(Proxy { authorization: found.basic_auth().cloned(), uri }))
        }
        Some(scheme) => wrong(&format!("names a proxy of the kind {scheme}, which is not supported")),
        None => wrong("names no host"),
    }
}

/// The password as it is written; the scheme may be left out.
fn hold_passwords(text: &str) {
    let text = text.split_once("//").map_or(text, |(_, rest)| rest);
    if let Some((_, password)) = text.rsplit_once('@').and_then(|(user, _)| user.split_once(':')) {
        clean::hold(password);
    }
}

/// The password as the proxy gets it, and as it is sent.
fn hold_authorization(value: &HeaderValue) {
    let Some(sent) = value.to_str().ok().and_then(|value| value.split_whitespace().last()) else { return };
    clean::hold(sent);
    let plain = aws_smithy_types::base64::decode(sent).ok().and_then(|plain| String::from_utf8(plain).ok());
    if let Some((_, password)) = plain.as_deref().and_then(|plain| plain.split_once(':')) {
        clean::hold(password);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, String> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Proxies::of(&Environment::from_variables(variables, None))
    }

    fn way(variables: &[(&str, &str)], url: &str) -> String {
        let found = proxies(variables).unwrap();
        found.of_url(&url.parse().unwrap()).map_or("direct".to_owned(), ToString::to_string)
    }

    #[test]
    fn proxies_are_those_of_the_scheme() {
        let both = [("HTTPS_PROXY", "http://a:1"), ("HTTP_PROXY", "b:2")];
        assert_eq!(way(&both, "https://x/"), "http://a:1");
        assert_eq!(way(&both, "http://x/"), "http://b:2");
        assert_eq!(way(&[("ALL_PROXY", "http://c:3")], "https://x/"), "http://c:3");
        assert_eq!(
            way(&[("https_proxy", "http://d:4"), ("HTTPS_PROXY", "http://a:1")], "https://x/"),
            "http://d:4"
        );
        assert_eq!(way(&[], "https://x/"), "direct");
    }

    #[test]
    fn no_proxy_is_read_as_the_aws_cli_reads_it_and_more() {
        let https = "https://rds.eu-west-1.amazonaws.com/";
        for (no, url, direct) in [
            ("*", "https://10.0.0.1/", true),
            ("*", https, true),
            ("x.example, *", "https://[::1]:8443/", true),
            ("amazonaws.com", https, true),
            (".AMAZONAWS.com", https, true),
            ("azonaws.com", https, false),
            ("10.0.0.0/8", "https://10.1.2.3/", true),
            ("10.0.0.0/8", "https://11.1.2.3/", false),
            ("127.0.0.1", "https://127.0.0.1:8443/", true),
            ("127.0.0.1:8443", "https://127.0.0.1:8443/", true),
            ("127.0.0.1:8443", "https://127.0.0.1:8444/", false),
            ("example", "https://example/", true),
            ("", https, false),
        ] {
            let found = way(&[("HTTPS_PROXY", "http://a:1"), ("NO_PROXY", no)], url) == "direct";
            assert_eq!(found, direct, "{no} {url}");
        }
    }

    #[test]
    fn a_variable_that_names_no_proxy_is_told_without_its_password() {
        for text in ["http://", "http://user:hunter2@", "http://a b:1", "http://user:hunter2@ho st:1", "://x"]
        {
            let said = proxies(&[("HTTPS_PROXY", text)]).unwrap_err();
            assert!(
                said.contains("the proxy variable HTTPS_PROXY") && !said.contains("hunter2"),
                "{text}: {said}"
            );
        }
        let said = proxies(&[("all_proxy", "socks5://h:1")]).unwrap_err();
        assert!(said.contains("all_proxy names a proxy of the kind socks5"), "{said}");
        let hidden = proxies(&[("HTTPS_PROXY", "http://user:hunter2@h:1")]).unwrap();
        let proxy = hidden.of_url(&Uri::from_static("https://x/")).unwrap();
        assert_eq!(proxy.to_string(), "http://h:1");
        assert!(proxy.authorization.as_ref().is_some_and(HeaderValue::is_sensitive));
        assert!(!format!("{hidden:?}").contains("hunter2"));
        proxies(&[("HTTPS_PROXY", "http://ann:correct%20horse@h:1")]).unwrap();
        proxies(&[("HTTP_PROXY", "ann:battery-staple@h:1")]).unwrap();
        let sent = aws_smithy_types::base64::encode("ann:correct horse");
        let said = format!("407: correct%20horse, correct horse, {sent}, battery-staple");
        assert_eq!(clean::CleanText::from(said), "407: [hidden], [hidden], [hidden], [hidden]");
    }
}
