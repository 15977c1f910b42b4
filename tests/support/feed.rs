//! A client of the live feed for tests.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;

/// One server-sent event.
#[derive(Debug, Clone)]
pub struct Event {
    pub kind: String,
    pub id: Option<u64>,
    pub data: Value,
}

/// A connection to the feed.
pub struct Feed {
    stream:
        std::pin::Pin<Box<dyn futures_util::Stream<Item = reqwest::Result<bytes::Bytes>> + Send>>,
    buffer: String,
}

impl Feed {
    /// Connects. `last` is sent as `Last-Event-ID`, as a client does when it reconnects.
    pub async fn connect(base: &str, query: &str, last: Option<u64>) -> Self {
        Self::connect_saying(base, query, last.map(|seq| seq.to_string())).await
    }

    /// Connects with any text as `Last-Event-ID`.
    pub async fn connect_saying(base: &str, query: &str, last: Option<String>) -> Self {
        let mut request = reqwest::Client::new().get(format!("{base}/api/events{query}"));
        if let Some(id) = last {
            request = request.header("Last-Event-ID", id);
        }
        Self::open(request).await
    }

    /// Connects with a token.
    pub async fn connect_as(base: &str, query: &str, token: &str) -> Self {
        let request = reqwest::Client::new().get(format!("{base}/api/events{query}"));
        Self::open(request.bearer_auth(token)).await
    }

    /// Connects with a prepared request.
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        Self::open(request).await
    }

    async fn open(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self {
            stream: Box::pin(response.bytes_stream()),
            buffer: String::new(),
        }
    }

    /// The next event other than the heartbeat. If none arrives within 30 seconds, the test fails.
    pub async fn next(&mut self) -> Event {
        loop {
            let event = tokio::time::timeout(Duration::from_secs(30), self.any())
                .await
                .expect("an event within 30 s");
            if event.kind != "time" {
                return event;
            }
        }
    }

    async fn any(&mut self) -> Event {
        loop {
            if let Some(event) = take_event(&mut self.buffer) {
                return event;
            }
            let bytes = self.stream.next().await.expect("an open feed").unwrap();
            self.buffer.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}

/// Removes the first complete event from the received text.
pub fn take_event(buffer: &mut String) -> Option<Event> {
    while let Some(end) = buffer.find("\n\n") {
        let text: String = buffer.drain(..end + 2).collect();
        let field = |name: &str| {
            text.lines()
                .find_map(|l| l.strip_prefix(name))
                .map(|v| v.trim().to_owned())
        };
        if let Some(data) = field("data:") {
            return Some(Event {
                kind: field("event:").unwrap_or_default(),
                id: field("id:").and_then(|t| t.parse().ok()),
                data: serde_json::from_str(&data).unwrap(),
            });
        }
    }
    None
}

/// A client that sends its request and reads nothing until the test asks it to.
pub struct Silent(tokio::net::TcpStream);

impl Silent {
    /// Connects with a small receive buffer, so that few bytes fill it.
    pub async fn connect(base: &str, query: &str) -> Self {
        let address = base.strip_prefix("http://").unwrap();
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(64 << 10).unwrap();
        let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let request = format!(
            "GET /api/events{query} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n\r\n"
        );
        tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes())
            .await
            .unwrap();
        Self(stream)
    }

    /// Reads until the connection ends, and returns the complete events.
    pub async fn read_to_end(mut self) -> Vec<Event> {
        let mut bytes = Vec::new();
        let reading = tokio::io::AsyncReadExt::read_to_end(&mut self.0, &mut bytes);
        // A reset also ends the connection.
        let _ = tokio::time::timeout(Duration::from_secs(60), reading)
            .await
            .expect("the end of the connection within 60 s");
        let mut text = String::from_utf8_lossy(&without_chunks(&bytes)).into_owned();
        std::iter::from_fn(|| take_event(&mut text)).collect()
    }
}

/// The body of a chunked answer (RFC 9112, section 7.1), as far as it was received.
fn without_chunks(answer: &[u8]) -> Vec<u8> {
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|w| w == what);
    let mut body = Vec::new();
    let Some(start) = find(answer, b"\r\n\r\n") else {
        return body;
    };
    let mut rest = &answer[start + 4..];
    while let Some(end) = find(rest, b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let chunk = &rest[end + 2..];
        body.extend_from_slice(&chunk[..size.min(chunk.len())]);
        if size == 0 || chunk.len() < size + 2 {
            break;
        }
        rest = &chunk[size + 2..];
    }
    body
}
