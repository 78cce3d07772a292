//! The accept loop on a real port.

use std::time::Duration;

use axum::Router;
use axum::routing::get;
use entente_web::{Limits, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const LIMITS: Limits = Limits {
    connections: 1,
    head: Duration::from_millis(200),
    idle: Duration::from_millis(600),
    drain: Duration::from_secs(10),
};

async fn serving(router: Router) -> (std::net::SocketAddr, CancellationToken, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let task = tokio::spawn(serve(listener, router, LIMITS, stop.clone()));
    (address, stop, task)
}

async fn rest(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn a_head_that_takes_too_long_ends_the_connection() {
    let (address, ..) = serving(Router::new()).await;
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Never: en").await.unwrap();
    let said = rest(slow).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
}

#[tokio::test]
async fn between_requests_a_connection_may_be_idle_for_longer_than_a_first_head_may_take() {
    let (address, ..) = serving(Router::new().route("/", get(|| async { "here" }))).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let began = tokio::time::Instant::now();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(rest(stream).await.ends_with("here"), "one answer, and then the end");
    assert!(began.elapsed() >= LIMITS.idle, "closed after {:?}", began.elapsed());
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_a_seat() {
    let (address, ..) = serving(Router::new().route("/", get(|| async { "here" }))).await;
    let ask = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let first = TcpStream::connect(address).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    second.write_all(ask).await.unwrap();
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(50), second.peek(&mut byte)).await;
    assert!(early.is_err(), "the second is not served while the first sits there");
    drop(first);
    assert!(rest(second).await.ends_with("here"));
}

#[tokio::test]
async fn a_stop_waits_for_a_request_under_way_and_takes_no_new_ones() {
    let (entered, mut inside) = mpsc::channel::<()>(1);
    let (let_go, held) = tokio::sync::watch::channel(false);
    let handler = get(move || {
        let (entered, mut held) = (entered.clone(), held.clone());
        async move {
            entered.send(()).await.unwrap();
            held.wait_for(|free| *free).await.unwrap();
            "done"
        }
    });
    let (address, stop, task) = serving(Router::new().route("/", handler)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    inside.recv().await.unwrap();
    stop.cancel();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!task.is_finished());
    let_go.send(true).unwrap();
    assert!(rest(stream).await.ends_with("done"));
    task.await.unwrap();
}
