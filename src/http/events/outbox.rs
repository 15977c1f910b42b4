//! The buffer of one listener. Its size is limited: a client that reads slowly is waited for, and a client that
//! does not read is disconnected.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// The least bytes that a piece counts for, because each piece also has fixed overhead.
const LEAST: usize = 128;

/// Why nothing more can be sent to a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Ended {
    /// The connection is closed.
    #[error("the client has disconnected")]
    Gone,
    /// The client read nothing for too long while the outbox was full.
    #[error("the client has stopped reading")]
    Stalled,
    /// The credential of the client is no longer valid.
    #[error("the credential of the client is no longer valid")]
    Credential,
}

/// The sending side.
#[derive(Debug, Clone)]
pub(super) struct Outbox {
    sender: mpsc::UnboundedSender<Piece>,
    room: Arc<Semaphore>,
    size: usize,
    patience: Duration,
}

/// Bytes that take up room in the buffer until the connection sends them.
struct Piece {
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl Outbox {
    /// A buffer of `size` bytes: the sending side, and the stream that the connection reads.
    pub fn new(
        size: usize,
        patience: Duration,
    ) -> (Self, impl Stream<Item = Bytes> + Send + 'static) {
        let size = size.clamp(LEAST, u32::MAX as usize);
        // The semaphore limits the bytes in the channel.
        let (sender, receiver) = mpsc::unbounded_channel::<Piece>();
        let outbox = Self {
            sender,
            room: Arc::new(Semaphore::new(size)),
            size,
            patience,
        };
        let read = stream::unfold(receiver, |mut receiver| async move {
            let piece = receiver.recv().await?;
            Some((piece.bytes, receiver))
        });
        (outbox, read)
    }

    /// Waits for room and sends the bytes. A piece that is larger than the buffer waits until the buffer is
    /// empty.
    ///
    /// # Errors
    /// [`Ended`] if the client has disconnected or does not read.
    pub async fn send(&self, bytes: Bytes) -> Result<(), Ended> {
        let needed = bytes.len().clamp(LEAST, self.size);
        let room = Arc::clone(&self.room).acquire_many_owned(needed as u32);
        let room = tokio::select! {
            biased;
            () = self.closed() => return Err(Ended::Gone),
            room = tokio::time::timeout(self.patience, room) => room,
        };
        let Ok(Ok(room)) = room else {
            return Err(Ended::Stalled);
        };
        let piece = Piece { bytes, _room: room };
        self.sender.send(piece).map_err(|_| Ended::Gone)
    }

    /// Waits until the connection is closed.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;

    fn piece(text: &str) -> Bytes {
        Bytes::from(text.repeat(LEAST))
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_dropped_and_earlier_messages_stay_in_order() {
        let (outbox, read) = Outbox::new(3 * LEAST, Duration::from_millis(20));
        for text in ["a", "b", "c"] {
            outbox.send(piece(text)).await.unwrap();
        }
        assert_eq!(outbox.send(piece("d")).await, Err(Ended::Stalled));
        drop(outbox);
        let all: Vec<Bytes> = read.collect().await;
        assert_eq!(all, [piece("a"), piece("b"), piece("c")]);
    }

    #[tokio::test]
    async fn a_client_that_reads_slowly_is_waited_for() {
        let (outbox, read) = Outbox::new(2 * LEAST, Duration::from_secs(600));
        let reading = tokio::spawn(async move {
            let mut read = std::pin::pin!(read);
            let mut bytes = 0;
            while let Some(piece) = read.next().await {
                bytes += piece.len();
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            bytes
        });
        for _ in 0..50 {
            outbox.send(piece("a")).await.unwrap();
        }
        let large = Bytes::from(vec![b'x'; 100 * LEAST]);
        outbox.send(large).await.unwrap();
        drop(outbox);
        assert_eq!(reading.await.unwrap(), 150 * LEAST);
    }

    #[tokio::test]
    async fn a_closed_connection_ends_the_wait_for_room() {
        let (outbox, read) = Outbox::new(LEAST, Duration::from_secs(3600));
        outbox.send(piece("a")).await.unwrap();
        let waiting = tokio::spawn(async move { outbox.send(piece("b")).await });
        tokio::task::yield_now().await;
        drop(read);
        assert_eq!(waiting.await.unwrap(), Err(Ended::Gone));
    }
}
