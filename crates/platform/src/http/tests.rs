//! What is waited for, and what is given back.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use entente_model::WorkspaceRef;
use futures_util::stream::{self, StreamExt as _};
use http::Response;
use secrecy::SecretString;
use tokio::time::Instant;

use super::*;
use crate::content::Content;

/// Answers everything with 200 and remembers when.
#[derive(Default)]
struct Clerk {
    served: Mutex<Vec<(Duration, String)>>,
    opened: Option<Instant>,
}

#[async_trait]
impl Transport for Clerk {
    async fn carry(
        &self,
        request: Request<Bytes>,
        _steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Bytes>, Undelivered> {
        let after = self.opened.expect("opened before the first call").elapsed();
        let said = String::from_utf8_lossy(request.body()).into_owned();
        self.served.lock().unwrap().push((after, said));
        Ok(Response::new(Bytes::new()))
    }
}

/// A way out to one address with nothing behind it but a clerk.
fn way_out(clerk: &Arc<Clerk>, limiter: Limiter) -> Http {
    let site = Site {
        workspace: WorkspaceRef { platform: "north".into(), id: "north".into() },
        addresses: BTreeMap::from([("api".to_owned(), "http://north.example/".parse().unwrap())]),
        client_id: String::new(),
        client_secret: SecretString::default(),
        tenant: None,
        secrets: BTreeMap::new(),
        settings: [].into(),
    };
    let transport: Arc<dyn Transport> = Arc::<Clerk>::clone(clerk);
    Http::new(transport, Arc::new(limiter), Duration::from_secs(30)).within(&site)
}

fn post(text: &str) -> Call {
    let url = "http://north.example/messages".parse().unwrap();
    Call::new(Method::POST, url).json(&text).limit(Limit::new("room", 1.0, 1.0))
}

#[tokio::test(start_paused = true)]
async fn a_turn_far_off_is_given_back_and_kept() {
    let clerk = Arc::new(Clerk { opened: Some(Instant::now()), ..Clerk::default() });
    let http = way_out(&clerk, Limiter::new(1.0));
    let send = |text: String| {
        let http = http.clone();
        tokio::spawn(async move { http.send(post(&text), None).await.map_err(CallError::from) })
    };
    let early: Vec<_> = (0..=10).map(|number| send(format!("early {number}"))).collect();
    tokio::task::yield_now().await;

    let first = send("first".to_owned()).await.unwrap();
    assert_eq!(first.unwrap_err(), CallError::Retry { after: Some(Duration::from_secs(11)) });
    let second = send("second".to_owned()).await.unwrap();
    assert_eq!(second.unwrap_err(), CallError::Retry { after: Some(Duration::from_secs(12)) });
    assert!(clerk.opened.unwrap().elapsed() < Duration::from_secs(1), "nobody was kept waiting");

    for call in early {
        assert!(call.await.unwrap().is_ok());
    }
    tokio::time::advance(Duration::from_secs(1)).await;
    let (late, second, first) =
        tokio::join!(send("late".to_owned()), send("second".to_owned()), send("first".to_owned()));
    assert!(late.unwrap().is_ok() && second.unwrap().is_ok() && first.unwrap().is_ok());
    let served = clerk.served.lock().unwrap();
    let last: Vec<_> = served.iter().skip(11).map(|(after, said)| (after.as_secs(), said.as_str())).collect();
    assert_eq!(last, [(11, "\"first\""), (12, "\"second\""), (13, "\"late\"")]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_the_platform_asked_for_is_given_back_at_once() {
    let clerk = Arc::new(Clerk { opened: Some(Instant::now()), ..Clerk::default() });
    let limiter = Limiter::new(1.0);
    limiter.block("room", Duration::from_secs(3));
    let http = way_out(&clerk, limiter);
    let answer = http.send(post("hello"), None).await;
    assert_eq!(
        CallError::from(answer.unwrap_err()),
        CallError::Retry { after: Some(Duration::from_secs(3)) }
    );
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(http.send(post("hello"), None).await.is_ok(), "a moment is waited for");
    assert_eq!(clerk.served.lock().unwrap()[0].0.as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn each_login_has_a_turn_of_its_own_for_the_same_call() {
    let clerk = Arc::new(Clerk { opened: Some(Instant::now()), ..Clerk::default() });
    let limiter = Limiter::new(1.0);
    let all = Limit::new("room", 1.0, 1.0);
    for call in 0..=10 {
        limiter.turn(std::slice::from_ref(&all), call, PATIENCE).unwrap();
    }
    let http = way_out(&clerk, limiter);
    let login = |number: u8| LoginId(format!("0191a0d0-0000-7000-8000-{number:012}").parse().unwrap());
    for round in 0..2 {
        for (number, seconds) in [(1, 11), (2, 12), (3, 13)] {
            let answer = http.clone().acting_as(login(number)).send(post("who am I"), None).await;
            let wait = CallError::Retry { after: Some(Duration::from_secs(seconds)) };
            assert_eq!(CallError::from(answer.unwrap_err()), wait, "login {number} in round {round}");
        }
    }
}

/// Reads a body to its end, or not at all.
struct Reader {
    reads: bool,
}

#[async_trait]
impl Transport for Reader {
    async fn carry(
        &self,
        _request: Request<Bytes>,
        _steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Bytes>, Undelivered> {
        Err(Undelivered::NotSent)
    }

    async fn stream(
        &self,
        request: Request<Content>,
        _steps: Option<Arc<dyn Steps>>,
    ) -> Result<Response<Content>, Undelivered> {
        if !self.reads {
            std::future::pending::<()>().await;
        }
        request.into_body().whole(1_000).await.map_err(Undelivered::Broken)?;
        Ok(Response::new(Content::from(Bytes::new())))
    }
}

#[tokio::test(start_paused = true)]
async fn the_pause_of_a_source_is_not_the_platforms_silence() {
    let upload = |reads: bool, pause: u64| async move {
        let http = way_out(&Arc::default(), Limiter::new(1.0));
        let http = Http { transport: Arc::new(Reader { reads }), total: Duration::from_secs(5), ..http };
        let pieces = stream::iter(0..3).then(move |_| async move {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            Ok(Bytes::from_static(b"abc"))
        });
        let url = "http://north.example/files".parse().unwrap();
        let body = ("text/plain", 9, Content::new(pieces).exactly(9));
        http.upload(Call::new(Method::POST, url), body, None).await.map_err(CallError::from)
    };
    assert!(upload(true, 20).await.is_ok(), "slow, but it comes");
    // Nobody took half of it for whole.
    assert_eq!(upload(true, 40).await.err(), Some(CallError::Retry { after: None }));
    assert_eq!(upload(false, 1).await.err(), Some(CallError::Unknown));
}
