//! Addresses of model servers, in every form in which people write `OLLAMA_HOST`.
//!
//! `host`, `host:port`, `:port`, `http://host`, `https://host/prefix`, `[::1]:11434`, and `0.0.0.0`, which is where a server
//! listens and not where it can be reached: it becomes the loopback address, as Ollama's own client does.

use reqwest::Url;

use super::ClientError;

/// The port on which Ollama listens.
const PORT: u16 = 11434;

/// Reads `text` as a server's address. The result ends with a slash.
pub fn server_url(text: &str) -> Result<Url, ClientError> {
    let bad = |why: &str| ClientError::BadAddress { text: crate::text::line(text, 80), why: why.to_string() };
    let trimmed = text.trim().trim_matches(['"', '\'']);
    if trimmed.is_empty() {
        return Ok(default_url());
    }
    let full = complete(trimmed);
    let mut url = Url::parse(&full).map_err(|e| bad(&e.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("it must begin with http:// or https://, or with neither"));
    }
    if url.host().is_none() {
        return Err(bad("it names no host"));
    }
    reachable(&mut url).map_err(|()| bad("the host cannot be used"))?;
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

fn default_url() -> Url {
    Url::parse(&format!("http://127.0.0.1:{PORT}/")).expect("a constant")
}

/// Adds the scheme and, where neither a scheme nor a port is given, Ollama's port.
fn complete(text: &str) -> String {
    if text.contains("://") {
        return text.to_string();
    }
    let (authority, path) = text.split_once('/').unwrap_or((text, ""));
    let host = match authority {
        only_port if only_port.starts_with(':') && !only_port.starts_with("::") => format!("127.0.0.1{only_port}"),
        bare_v6 if bare_v6.matches(':').count() > 1 && !bare_v6.starts_with('[') => format!("[{bare_v6}]"),
        other => other.to_string(),
    };
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()));
    match has_port {
        true => format!("http://{host}/{path}"),
        false => format!("http://{}:{PORT}/{path}", host.trim_end_matches(':')),
    }
}

/// `0.0.0.0` and `[::]` mean "every interface" to a server; a client wants the loopback one.
fn reachable(url: &mut Url) -> Result<(), ()> {
    let loopback = match url.host_str() {
        Some("0.0.0.0") => "127.0.0.1",
        Some("[::]") => "[::1]",
        _ => return Ok(()),
    };
    url.set_host(Some(loopback)).map_err(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_people_write() {
        for (text, url) in [
            ("", "http://127.0.0.1:11434/"),
            ("  ", "http://127.0.0.1:11434/"),
            ("localhost", "http://localhost:11434/"),
            ("box:8080", "http://box:8080/"),
            ("box:", "http://box:11434/"),
            (":9999", "http://127.0.0.1:9999/"),
            ("0.0.0.0", "http://127.0.0.1:11434/"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080/"),
            ("http://0.0.0.0:8080", "http://127.0.0.1:8080/"),
            ("http://box", "http://box/"),
            ("http://box:11434/", "http://box:11434/"),
            ("https://models.example/ollama", "https://models.example/ollama/"),
            ("box:80/prefix", "http://box/prefix/"),
            ("[::1]:11434", "http://[::1]:11434/"),
            ("::1", "http://[::1]:11434/"),
            ("[::]", "http://[::1]:11434/"),
            ("\"box:1234\"", "http://box:1234/"),
        ] {
            assert_eq!(server_url(text).expect(text).as_str(), url, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_said_to_be_none() {
        for text in ["ftp://box", "http://", "box:99999", "http://bo x", "unix:///tmp/socket"] {
            let error = server_url(text).expect_err(text);
            assert_eq!(error.code(), "bad-address", "{text}");
            assert!(error.to_string().contains(text), "{error}");
        }
    }
}
