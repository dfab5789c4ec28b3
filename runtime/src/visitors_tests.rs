#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use super::*;
use futures::FutureExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn from(address: &str) -> SocketAddr {
    format!("{address}:1").parse().unwrap()
}

fn is_wait_for_dismissal(place: &Place) -> bool {
    place.visitor.wait_for_dismissal().now_or_never().is_some()
}

#[test]
fn nobody_is_sent_away_while_there_is_room() {
    let visitors = Arc::new(Visitors::default());
    let places: Vec<Place> = (0..MOST)
        .map(|_| visitors.enter(from("192.0.2.1")))
        .collect();
    assert!(!places.iter().any(is_wait_for_dismissal));
    drop(places);
    assert_eq!(visitors.count(), 0);
}

#[test]
fn past_the_most_a_quiet_one_of_whoever_holds_most_makes_room() {
    let visitors = Arc::new(Visitors::default());
    let neighbours: Vec<Place> = (0..20).map(|_| visitors.enter(from("192.0.2.2"))).collect();
    let mut crowd: Vec<Place> = (20..MOST)
        .map(|_| visitors.enter(from("192.0.2.1")))
        .collect();
    let busy: Vec<RequestMark> = crowd[..10]
        .iter()
        .map(|place| place.visitor.begin_request())
        .collect();
    crowd[10].visitor.heard.store(0, Relaxed);
    for place in &crowd[11..] {
        place.visitor.heard.store(5, Relaxed);
    }
    let new = visitors.enter(from("192.0.2.2"));
    let gone: Vec<usize> = (0..crowd.len())
        .filter(|at| is_wait_for_dismissal(&crowd[*at]))
        .collect();
    assert_eq!(
        gone,
        [10],
        "the one that was quiet longest and is not being served"
    );
    assert!(!neighbours.iter().any(is_wait_for_dismissal) && !is_wait_for_dismissal(&new));
    drop(busy);
    crowd.clear();
}

#[test]
fn of_ipv6_a_household_counts_as_one() {
    let of = |text: &str| network(text.parse().unwrap());
    assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
    assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_reads_ends_the_connection() {
    let (ours, theirs) = tokio::io::duplex(1 << 10);
    let place = Arc::new(Visitors::default()).enter(from("192.0.2.1"));
    let mut stream = Stream::new(ours, place.visitor.clone());
    let error = stream.write_all(&[0; 100_000]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    drop(theirs);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_read_slowly_but_steadily_comes_through() {
    let (ours, mut theirs) = tokio::io::duplex(1 << 10);
    let place = Arc::new(Visitors::default()).enter(from("192.0.2.1"));
    let mut stream = Stream::new(ours, place.visitor.clone());
    let reading = tokio::spawn(async move {
        let mut read = 0;
        while read < 100_000 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            read += theirs.read(&mut [0; 512]).await.unwrap();
        }
        theirs
    });
    stream.write_all(&[0; 100_000]).await.unwrap();
    reading.await.unwrap();
}
