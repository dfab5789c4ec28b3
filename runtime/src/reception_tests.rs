#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use super::*;
use futures::channel::mpsc;
use futures::{SinkExt as _, StreamExt as _};
use http_body_util::StreamBody;

type Pieces = mpsc::Sender<Bytes>;

/// A body that comes piece by piece.
fn body() -> (
    Pieces,
    impl Body<Data = Bytes, Error = std::convert::Infallible> + Unpin + Send,
) {
    let (send, pieces) = mpsc::channel::<Bytes>(1);
    let frames = pieces.map(|piece| Ok::<_, std::convert::Infallible>(Frame::data(piece)));
    (send, StreamBody::new(frames))
}

async fn bytes(received: ReceivedBody) -> Bytes {
    let size = received.size_hint().exact();
    let bytes = received.collect().await.unwrap().to_bytes();
    assert_eq!(size, Some(bytes.len() as u64));
    bytes
}

#[tokio::test]
async fn a_body_comes_out_as_it_went_in_and_gives_its_room_back() {
    let reception = Reception::default();
    let (mut send, coming) = body();
    let sent: Vec<u8> = (0..200_000_u32).map(|n| n as u8).collect();
    let pieces = sent.clone();
    let sending = async move {
        for piece in pieces.chunks(777) {
            send.send(Bytes::copy_from_slice(piece)).await.unwrap();
        }
    };
    let (received, ()) = tokio::join!(reception.receive(coming, 1 << 20), sending);
    let received = received.unwrap();
    assert!(reception.bodies_kibibytes() > 100);
    assert_eq!(bytes(received).await, sent);
    assert_eq!(reception.bodies_kibibytes(), 0);
}

#[tokio::test]
async fn a_body_over_its_limit_is_refused_as_soon_as_it_is_seen() {
    let reception = Reception::default();
    let (mut send, coming) = body();
    let sending = async move { while send.send(Bytes::from_static(&[0; 1000])).await.is_ok() {} };
    let (received, ()) = tokio::join!(reception.receive(coming, 10_000), sending);
    assert_eq!(received.err(), Some(Refusal::TooLarge));
}

#[tokio::test(start_paused = true)]
async fn whoever_brings_too_little_in_a_span_is_sent_away() {
    let reception = Reception::default();
    let (mut send, coming) = body();
    let dripping = async move {
        while send.send(Bytes::from_static(b"drop")).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let began = Instant::now();
    let (received, ()) = tokio::join!(reception.receive(coming, 1 << 20), dripping);
    assert_eq!(received.err(), Some(Refusal::TooSlow));
    assert!(began.elapsed() < SPAN * 2, "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_poor_line_is_no_reason_to_be_sent_away() {
    let reception = Reception::default();
    let (mut send, coming) = body();
    let steady = async move {
        for _ in 0..100 {
            send.send(Bytes::from_static(&[1; 1000])).await.unwrap();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let (received, ()) = tokio::join!(reception.receive(coming, 1 << 20), steady);
    assert_eq!(bytes(received.unwrap()).await.len(), 100_000);
}

#[tokio::test(start_paused = true)]
async fn when_room_is_short_the_slow_give_way_to_the_prompt() {
    // Room for two blocks and a little.
    let reception = Arc::new(Reception::with_room(140));
    let (mut send, coming) = body();
    let slow = tokio::spawn({
        let reception = reception.clone();
        async move { reception.receive(coming, 1 << 20).await }
    });
    let dripping = tokio::spawn(async move {
        while send.send(Bytes::from(vec![0; 20_000])).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    });
    tokio::time::sleep(Duration::from_secs(12)).await;
    let prompt = || http_body_util::Full::new(Bytes::from(vec![7; 130_000]));
    let received = reception.receive(prompt(), 1 << 20).await.unwrap();
    assert_eq!(slow.await.unwrap().err(), Some(Refusal::TooSlow));
    // Nobody is slow any more: the next one has to come back.
    let refused = reception.receive(prompt(), 1 << 20).await;
    assert_eq!(refused.err(), Some(Refusal::NoRoom));
    assert_eq!(bytes(received).await.len(), 130_000);
    assert!(reception.receive(prompt(), 1 << 20).await.is_ok());
    dripping.await.unwrap();
}
