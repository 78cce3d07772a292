//! The port whose plug can be pulled.

use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use entente_sim::server::Port;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

async fn ask(stream: &mut TcpStream) -> std::io::Result<String> {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await?;
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
}

#[tokio::test]
async fn a_closed_port_drops_connections_and_comes_back_at_the_same_address() {
    let port = Port::open(ANY, Router::new().route("/", get(|| async { "here" }))).unwrap();
    let mut stream = TcpStream::connect(port.addr()).await.unwrap();
    assert!(ask(&mut stream).await.unwrap().ends_with("here"));
    assert!(ask(&mut stream).await.unwrap().ends_with("here"), "connections are kept alive");

    port.close().await;
    assert!(!port.is_open());
    let heard = ask(&mut stream).await.unwrap_or_default();
    assert_eq!(heard, "", "a live connection ends");
    assert!(TcpStream::connect(port.addr()).await.is_err(), "a new one is refused");
    port.close().await;

    port.reopen().unwrap();
    port.reopen().unwrap();
    let mut stream = TcpStream::connect(port.addr()).await.unwrap();
    assert!(ask(&mut stream).await.unwrap().ends_with("here"));
}

#[tokio::test]
async fn closing_drops_a_call_that_is_being_answered() {
    let never = || async { std::future::pending::<()>().await };
    let port = Port::open(ANY, Router::new().route("/", get(never))).unwrap();
    let mut stream = TcpStream::connect(port.addr()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let ((), read) = tokio::join!(port.close(), stream.read_to_end(&mut answer));
    // Depending on how far the request got, the system ends or resets the connection.
    drop(read);
    assert!(answer.is_empty());
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let port = Port::open(ANY, Router::new()).unwrap();
    assert!(Port::open(port.addr(), Router::new()).is_err());
}
