//! Accepts connections and runs each in its own task.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower_service::Service as _;

use super::socket::{Socket, Tracked, paced};
use super::table::{Busy, Connection, Table, Ticket};
use super::{Settings, handles};
use crate::http::in_flight::Place;
use crate::http::{self, App, language};

/// The longest head of a request, in bytes.
const HEAD: usize = 16 * 1024;
/// The most requests in progress on one HTTP/2 connection.
const STREAMS: u32 = 64;
/// The HTTP/2 flow-control windows, in bytes: how much a client may send before the server has read it, for
/// one request and for the connection.
const WINDOWS: (u32, u32) = (128 * 1024, 256 * 1024);
/// How many bytes of an answer HTTP/2 buffers for the client.
const SEND_BUFFER: usize = 64 * 1024;
/// The most streams that may be reset before the connection is closed.
const RESETS: usize = 64;
/// How often an HTTP/2 client is pinged, and how long it may take to reply.
const PING: Duration = Duration::from_secs(20);
/// How many connections beyond the limit may be open at once, because they are still being refused or closed.
const SPARE: usize = 8;
/// How long requests may continue after the signal to stop. Open feeds would never end by themselves.
const FAREWELL: Duration = Duration::from_secs(2);
/// How long accepting pauses when the system has no file handle or memory left.
const PAUSE: Duration = Duration::from_millis(50);

const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\
    content-type: application/problem+json\r\ncontent-length: 134\r\n\r\n\
    {\"type\":\"about:blank\",\"title\":\"Temporarily unavailable\",\"status\":503,\
    \"detail\":\"Too many connections are open. Try again in a moment.\"}";

/// The state that all connections share.
struct Server {
    app: App,
    router: Router,
    settings: Settings,
    http: auto::Builder<TokioExecutor>,
    tls: Option<TlsAcceptor>,
}

/// Serves until `stop` is ready. Requests in progress then have two seconds to finish.
///
/// # Errors
/// If the listener cannot be used.
pub async fn serve(
    listener: std::net::TcpListener,
    tls: Option<Arc<ServerConfig>>,
    app: App,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let settings = app.options.connections.clone();
    let sockets = handles::for_connections(handles::raise());
    let table = Table::new(&settings, sockets.saturating_sub(SPARE));
    // There are more permits for sockets than places in the table, because an evicted connection has lost its place,
    // but keeps its file handle until its task has ended.
    let sockets = Arc::new(Semaphore::new(sockets.min(settings.connections + SPARE)));
    let server = Arc::new(Server {
        router: http::router(app.clone()),
        app,
        http: builder(&settings),
        settings,
        tls: tls.map(TlsAcceptor::from),
    });
    let (farewell, leaving) = watch::channel(());
    let mut tasks = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    let mut complained: Option<Instant> = None;
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            Some(_) = tasks.join_next(), if !tasks.is_empty() => continue,
            accepted = accept(&listener, &sockets) => accepted,
        };
        let (stream, peer, socket) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_client(error.kind()) => continue,
            Err(error) => {
                // There are too many open files or there is no memory. The client waits in the queue of the
                // kernel.
                if complained.is_none_or(|at| at.elapsed() > Duration::from_secs(10)) {
                    tracing::error!(%error, "accepting a connection failed; it is tried again");
                    complained = Some(Instant::now());
                }
                table.evict();
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let is_proxy = server.app.is_proxy(peer.ip());
        let Some(ticket) = table.admit(peer.ip(), is_proxy) else {
            if server.tls.is_none() {
                let _refused = stream.try_write(REFUSAL);
            }
            continue;
        };
        let server = Arc::clone(&server);
        let leaving = leaving.clone();
        tasks.spawn(async move {
            let _socket = socket;
            server.handle(stream, peer, ticket, leaving).await;
        });
    }
    drop(listener);
    drop(farewell);
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(FAREWELL, all).await.is_err() {
        tracing::debug!("closing open connections");
    }
    tasks.shutdown().await;
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    sockets: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let socket = Arc::clone(sockets)
        .acquire_owned()
        .await
        .map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, socket))
}

/// Whether accepting failed because of a single client that has already disconnected.
fn is_of_one_client(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::Interrupted
    )
}

fn builder(settings: &Settings) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // Between two requests, hyper's timeout for the head is the idle timeout. The first head has its own deadline,
    // which `Connection::next_look` checks.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.idle)
        .max_buf_size(HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD as u32)
        .initial_stream_window_size(WINDOWS.0)
        .initial_connection_window_size(WINDOWS.1)
        .max_send_buf_size(SEND_BUFFER)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(RESETS);
    builder
}

impl Server {
    async fn handle(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        ticket: Ticket,
        leaving: watch::Receiver<()>,
    ) {
        let connection = &ticket.0;
        let _ = stream.set_nodelay(true);
        let socket = Socket::new(stream, Arc::clone(connection), &self.settings);
        match &self.tls {
            None => self.drive(socket, peer, connection, leaving).await,
            Some(tls) => {
                let shaken = tokio::select! {
                    shaken = tls.accept(socket) => shaken,
                    () = connection.evicted() => return,
                    () = tokio::time::sleep(self.settings.head) => return,
                };
                match shaken {
                    Ok(stream) => self.drive(stream, peer, connection, leaving).await,
                    Err(error) => tracing::debug!(%error, %peer, "the TLS handshake failed"),
                }
            }
        }
    }

    /// Answers requests until the client disconnects or the connection is closed.
    async fn drive<S>(
        &self,
        stream: S,
        peer: SocketAddr,
        connection: &Arc<Connection>,
        mut leaving: watch::Receiver<()>,
    ) where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(|request: Request<Incoming>| {
            let busy = connection.begin();
            let mut request = request.map(|body| paced(body, &self.settings));
            request.extensions_mut().insert(ConnectInfo(peer));
            let (app, router) = (self.app.clone(), self.router.clone());
            let answer = answer(app, router, request, Arc::clone(connection), busy);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let serving = self.http.serve_connection(TokioIo::new(stream), service);
        let mut serving = std::pin::pin!(serving);
        let mut is_leaving = false;
        let look = connection.next_look();
        let mut look = std::pin::pin!(tokio::time::sleep_until(
            look.unwrap_or_else(tokio::time::Instant::now)
        ));
        loop {
            tokio::select! {
                done = serving.as_mut() => {
                    if let Err(error) = done {
                        tracing::debug!(%error, %peer, "the connection ended");
                    }
                    return;
                }
                () = connection.evicted() => {
                    if connection.is_idle() {
                        return;
                    }
                }
                _ = leaving.changed(), if !is_leaving => {
                    is_leaving = true;
                    serving.as_mut().graceful_shutdown();
                }
                () = &mut look => match connection.next_look() {
                    Some(next) => look.as_mut().reset(next),
                    None => return,
                },
            }
        }
    }
}

/// Answers one request. The request counts against the limits until its answer is sent.
async fn answer(
    app: App,
    mut router: Router,
    request: Request<Body>,
    connection: Arc<Connection>,
    busy: Busy,
) -> Response<Tracked<(Busy, Option<Place>)>> {
    let (mut parts, body) = request.into_parts();
    app.receive(&mut parts);
    let (response, place) = match app.admit(&mut parts, &connection).await {
        Err(refusal) => {
            let language = language::preferred(&parts.headers);
            let refusal = language::answering_now(language, || refusal.into_response());
            (refusal, None)
        }
        Ok(place) => match router.call(Request::from_parts(parts, body)).await {
            Ok(response) => (response, Some(place)),
            Err(never) => match never {},
        },
    };
    response.map(|body| Tracked::new(body, (busy, place)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_of_a_connection_is_a_complete_answer() {
        let text = std::str::from_utf8(REFUSAL).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("content-length: {}", body.len())),
            "{}",
            body.len()
        );
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["status"], 503);
    }
}
