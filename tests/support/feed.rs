//! A client of the live feed.

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
    /// Connects; `last` is what a client that comes back says.
    pub async fn connect(base: &str, query: &str, last: Option<u64>) -> Self {
        Self::connect_saying(base, query, last.map(|seq| seq.to_string())).await
    }

    /// Connects with anything as the last event's id.
    pub async fn connect_saying(base: &str, query: &str, last: Option<String>) -> Self {
        let mut request = reqwest::Client::new().get(format!("{base}/api/events{query}"));
        if let Some(id) = last {
            request = request.header("Last-Event-ID", id);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self {
            stream: Box::pin(response.bytes_stream()),
            buffer: String::new(),
        }
    }

    /// The next event that is not the pulse. One that never comes ends the test.
    pub async fn next(&mut self) -> Event {
        loop {
            let event = tokio::time::timeout(Duration::from_secs(30), self.any())
                .await
                .expect("an event");
            if event.kind != "time" {
                return event;
            }
        }
    }

    async fn any(&mut self) -> Event {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                let text: String = self.buffer.drain(..end + 2).collect();
                let field = |name: &str| {
                    text.lines()
                        .find_map(|l| l.strip_prefix(name))
                        .map(|v| v.trim().to_owned())
                };
                if let Some(data) = field("data:") {
                    return Event {
                        kind: field("event:").unwrap_or_default(),
                        id: field("id:").and_then(|t| t.parse().ok()),
                        data: serde_json::from_str(&data).unwrap(),
                    };
                }
                continue;
            }
            let bytes = self.stream.next().await.expect("an open feed").unwrap();
            self.buffer.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}
