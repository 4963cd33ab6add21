//! One HTTP exchange: bounded in time and in size, its failures told apart.
//!
//! ollama-rs gives the shapes of requests and answers, but its own calls drop the status of a refusal, keep no
//! `done_reason`, and read a body of any size; so the one call goes under it, with the same `reqwest`.
//!
//! What must stay true: every wait has a deadline; never more than the bound is held in memory; redirects are not followed.

use std::error::Error as _;
use std::time::Duration;

use reqwest::{Client, Method, Url};

use super::{ClientError, Deadlines};
use crate::text::line;

/// A server, and how long it may take.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    client: Client,
    base: Url,
    key: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) body: String,
}

impl Transport {
    /// A connection to the server at `base`. `key` is sent as a bearer token.
    pub(super) fn new(base: Url, connect: Duration, key: Option<String>) -> Result<Self, ClientError> {
        let mut builder = Client::builder().connect_timeout(connect).redirect(reqwest::redirect::Policy::none());
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|e| ClientError::BadAddress { text: base.to_string(), why: e.to_string() })?;
        Ok(Self { client, base, key })
    }

    /// The server's address, as a person wrote it.
    pub(super) fn place(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_string()
    }

    /// Posts `body` to `path`.
    pub(super) async fn post(&self, path: &str, body: String, limits: &Deadlines, total: Duration) -> Result<Reply, ClientError> {
        self.exchange(Method::POST, path, Some(body), limits, total).await
    }

    /// Gets `path`.
    pub(super) async fn get(&self, path: &str, limits: &Deadlines, total: Duration) -> Result<Reply, ClientError> {
        self.exchange(Method::GET, path, None, limits, total).await
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        limits: &Deadlines,
        total: Duration,
    ) -> Result<Reply, ClientError> {
        let work = self.unhurried(method, path, body, limits);
        match tokio::time::timeout(total, work).await {
            Ok(result) => result,
            Err(_) => Err(ClientError::Deadline { url: self.place(), after: total }),
        }
    }

    async fn unhurried(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        limits: &Deadlines,
    ) -> Result<Reply, ClientError> {
        let url = self.base.join(path).map_err(|e| ClientError::BadAddress { text: path.to_string(), why: e.to_string() })?;
        let mut request = self.client.request(method, url);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let response = request.send().await.map_err(|e| self.failure(&e, limits, 0))?;
        let status = response.status().as_u16();
        let content_type = response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or("").to_string();
        let bytes = self.body(response, limits).await?;
        let body = String::from_utf8(bytes).map_err(|e| self.not_text(status, &content_type, e.as_bytes()))?;
        Ok(Reply { status, content_type, body })
    }

    /// Reads a body piece by piece, so that its size and its pauses stay bounded.
    async fn body(&self, mut response: reqwest::Response, limits: &Deadlines) -> Result<Vec<u8>, ClientError> {
        let mut bytes = Vec::new();
        loop {
            let piece = tokio::time::timeout(limits.idle, response.chunk()).await;
            match piece {
                Err(_) => return Err(ClientError::Idle { url: self.place(), after: limits.idle, received: bytes.len() }),
                Ok(Err(e)) => return Err(self.failure(&e, limits, bytes.len())),
                Ok(Ok(None)) => return Ok(bytes),
                Ok(Ok(Some(more))) if bytes.len() + more.len() > limits.bytes => {
                    return Err(ClientError::Oversize { url: self.place(), limit: limits.bytes });
                }
                Ok(Ok(Some(more))) => bytes.extend_from_slice(&more),
            }
        }
    }

    fn not_text(&self, status: u16, content_type: &str, bytes: &[u8]) -> ClientError {
        let start = line(&String::from_utf8_lossy(&bytes[..bytes.len().min(240)]), 60);
        ClientError::NotTheApi { url: self.place(), status, content_type: line(content_type, 60), start }
    }

    fn failure(&self, error: &reqwest::Error, limits: &Deadlines, received: usize) -> ClientError {
        let url = self.place();
        if error.is_connect() {
            return connecting(error, url, limits);
        }
        if error.is_timeout() {
            return ClientError::Deadline { url, after: limits.total };
        }
        ClientError::Disconnected { url, received }
    }
}

fn connecting(error: &reqwest::Error, url: String, limits: &Deadlines) -> ClientError {
    if error.is_timeout() {
        return ClientError::ConnectTimeout { url, after: limits.connect };
    }
    let mut cause = error.source();
    let mut last = error.to_string();
    while let Some(inner) = cause {
        last = inner.to_string();
        if last.contains("dns error") || last.contains("failed to lookup") {
            return ClientError::NoSuchHost { url };
        }
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            match io.kind() {
                std::io::ErrorKind::ConnectionRefused => return ClientError::Refused { url },
                std::io::ErrorKind::TimedOut => return ClientError::ConnectTimeout { url, after: limits.connect },
                _ => {}
            }
        }
        cause = inner.source();
    }
    ClientError::Unreachable { url, why: line(&last, 120) }
}

/// A proxy from the environment has no business between two programs of one machine.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or("");
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
