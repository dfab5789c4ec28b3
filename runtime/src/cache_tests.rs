use super::*;
use bytes::Bytes;
use http_body_util::Full;
use std::time::Duration;

fn request(path: &str, headers: &[(&str, &str)]) -> http::Request<()> {
    let mut request = http::Request::get(path).header("host", "shian");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap()
}

fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let mut response = http::Response::builder()
        .status(status)
        .header("content-length", body.len());
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    let body = Full::new(Bytes::from(body.to_owned())).map_err(|never| match never {});
    response.body(body.boxed_unsync()).unwrap()
}

const FROM: Origin = Origin { place: 0, owner: 0 };

const PUBLIC: [(&str, &str); 4] = [
    ("cache-control", "public, max-age=60"),
    ("etag", "\"1\""),
    ("vary", "cookie"),
    ("content-type", "text/html"),
];

async fn kept(cache: &Cache, headers: &[(&str, &str)], body: &str) -> bool {
    let asked = request("/a", &[]);
    cache
        .keep(
            &RequestHead::of(&asked),
            FROM,
            cache.state(0),
            response(200, headers, body),
        )
        .await;
    matches!(cache.find(&asked, Instant::now()), Lookup::Fresh(_))
}

async fn text(response: Response) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

fn fresh(found: Lookup) -> Response {
    match found {
        Lookup::Fresh((response, _)) => response,
        Lookup::Stale(_) => panic!("stale"),
        Lookup::Nothing => panic!("nothing"),
    }
}

#[test]
fn a_request_with_a_cookie_or_a_token_never_reaches_the_cache() {
    let anybodys = |headers: &[(&str, &str)]| {
        let asked = request("/a", headers);
        is_anybodys(asked.method(), asked.headers())
    };
    assert!(anybodys(&[]));
    assert!(!anybodys(&[("cookie", "a=b")]));
    assert!(!anybodys(&[("authorization", "Bearer x")]));
    assert!(!is_anybodys(&Method::POST, &HeaderMap::new()));
    assert!(!is_anybodys(&Method::HEAD, &HeaderMap::new()));
}

#[tokio::test]
async fn only_what_is_declared_public_for_a_time_is_kept() {
    assert!(kept(&Cache::new(1), &PUBLIC, "x").await);
    for refused in [
        &[("cache-control", "no-store")][..],
        &[("cache-control", "private, max-age=60")],
        &[("cache-control", "no-cache")],
        &[("cache-control", "public, max-age=0")],
        &[("content-type", "text/html")],
        &[
            ("cache-control", "public, max-age=60"),
            ("set-cookie", "a=b"),
        ],
        &[("cache-control", "public, max-age=60"), ("vary", "accept")],
        &[("cache-control", "public, max-age=60"), ("vary", "*")],
    ] {
        assert!(!kept(&Cache::new(1), refused, "x").await, "{refused:?}");
    }
}

#[tokio::test]
async fn addresses_hosts_and_queries_are_kept_apart() {
    let cache = Cache::new(1);
    assert!(kept(&cache, &PUBLIC, "x").await);
    for path in ["/b", "/a?q=1", "http://other/a"] {
        let found = cache.find(&request(path, &[]), Instant::now());
        assert!(matches!(found, Lookup::Nothing), "{path}");
    }
}

#[tokio::test]
async fn a_reader_who_has_it_gets_no_body() {
    let cache = Cache::new(1);
    assert!(kept(&cache, &PUBLIC, "x").await);
    for (known, status) in [("\"1\"", 304), ("\"0\", W/\"1\"", 304), ("\"2\"", 200)] {
        let asked = request("/a", &[("if-none-match", known)]);
        let answer = fresh(cache.find(&asked, Instant::now()));
        assert_eq!(answer.status(), status, "{known}");
        assert_eq!(text(answer).await.is_empty(), status == 304, "{known}");
    }
}

#[tokio::test]
async fn what_is_compressed_goes_to_those_who_read_it_under_a_weak_tag() {
    let cache = Cache::new(1);
    let body = "红榜 ".repeat(1_000);
    assert!(kept(&cache, &PUBLIC, &body).await);
    let of = |accepted: &str| {
        fresh(cache.find(
            &request("/a", &[("accept-encoding", accepted)]),
            Instant::now(),
        ))
    };
    let small = of("br, gzip;q=0.8");
    assert_eq!(small.headers()["content-encoding"], "gzip");
    assert_eq!(small.headers()["etag"], "W/\"1\"");
    assert!(text(small).await.len() < body.len() / 10);
    for accepted in ["", "br", "gzip;q=0"] {
        let plain = of(accepted);
        assert_eq!(plain.headers()["etag"], "\"1\"");
        let vary: Vec<_> = plain.headers().get_all("vary").iter().collect();
        assert_eq!(vary, ["cookie", "accept-encoding"]);
        assert_eq!(text(plain).await, body.as_bytes());
    }
}

#[tokio::test]
async fn what_is_stale_is_asked_for_anew_and_kept_on_where_nothing_has_changed() {
    let cache = Cache::new(1);
    assert!(kept(&cache, &PUBLIC, "x").await);
    let asked = request("/a", &[]);
    let later = Instant::now() + Duration::from_secs(61);
    let Lookup::Stale(old) = cache.find(&asked, later) else {
        panic!("it is an hour old");
    };
    let mut anew = request("/a", &[("if-none-match", "\"theirs\"")]);
    old.make_conditional(&mut anew);
    assert_eq!(anew.headers()["if-none-match"], "\"1\"");
    let same = response(304, &PUBLIC, "");
    let answer = cache
        .renew(&RequestHead::of(&asked), &old, cache.state(0), same)
        .await;
    assert_eq!(answer.status(), 200);
    assert_eq!(text(answer).await, "x");
    let Lookup::Stale(old) = cache.find(&asked, later + Duration::from_secs(61)) else {
        panic!("it is an hour old");
    };
    let other = response(200, &PUBLIC, "y");
    let answer = cache
        .renew(&RequestHead::of(&asked), &old, cache.state(0), other)
        .await;
    assert_eq!(text(answer).await, "y");
    assert_eq!(text(fresh(cache.find(&asked, Instant::now()))).await, "y");
}

#[tokio::test]
async fn a_reader_who_demands_it_new_gets_what_was_confirmed_since_the_demand() {
    let cache = Cache::new(1);
    let before = Instant::now();
    assert!(kept(&cache, &PUBLIC, "x").await);
    let demanding = request("/a", &[("cache-control", "no-cache")]);
    assert!(matches!(
        cache.find(&demanding, Instant::now()),
        Lookup::Stale(_)
    ));
    assert!(matches!(cache.find(&demanding, before), Lookup::Fresh(_)));
}

#[tokio::test]
async fn nothing_from_before_a_change_is_given_during_it_or_after() {
    let cache = Cache::new(1);
    assert!(kept(&cache, &PUBLIC, "x").await);
    let asked = request("/a", &[]);
    let nothing = || matches!(cache.find(&asked, Instant::now()), Lookup::Nothing);
    let before = cache.state(0);
    let change = cache.change(0);
    assert!(nothing());
    assert!(!kept(&cache, &PUBLIC, "made meanwhile").await);
    drop(change);
    assert!(nothing());
    // An answer that was begun before the change and comes after it.
    let late = response(200, &PUBLIC, "late");
    cache
        .keep(&RequestHead::of(&asked), FROM, before, late)
        .await;
    assert!(nothing());
    assert!(kept(&cache, &PUBLIC, "new").await);
}

#[tokio::test]
async fn what_is_kept_is_bounded_in_bytes() {
    let cache = Cache::new(1);
    let body = "x".repeat(500_000);
    for number in 0..200 {
        let asked = request(&format!("/{number}"), &[]);
        let headers = [("cache-control", "public, max-age=60")];
        cache
            .keep(
                &RequestHead::of(&asked),
                FROM,
                cache.state(0),
                response(200, &headers, &body),
            )
            .await;
    }
    assert!(cache.kept.weight() <= BYTES);
    assert!(cache.kept.len() > 10);
    let large = "x".repeat(LARGEST as usize + 1);
    assert!(!kept(&cache, &PUBLIC, &large).await);
}
