//! The red list and its badge.

use super::{PENALTIES, USCC, make_spotless, move_case, nominate, office_with_penalty};
use serde_json::json;

#[test]
fn the_red_list_asks_for_a_second_person_and_gives_a_badge() {
    let (office, second) = office_with_penalty();
    let good = make_spotless(&office);
    assert!(good.len() > 2, "{good:?}");
    let public = office.server.public();
    let id = nominate(&office.office, &good[0], "red");
    let approve = json!({"approved": true, "note": "全部达标"});
    assert_eq!(
        move_case(&office.office, &id, "decide", approve.clone()).expect_problem(409),
        "another_person"
    );
    let badge = format!("/lists/badge/{}.svg", good[0]);
    assert_eq!(public.get(&badge).status, 404);
    move_case(&second, &id, "decide", approve.clone()).expect(200);
    move_case(&office.office, &id, "publish", json!({})).expect(200);
    let shown = public.get(&badge);
    assert_eq!(shown.header("content-type"), Some("image/svg+xml"));
    assert!(shown.text().contains("食品安全红榜 · 到2027年11月22日"));
    let code = public.get(&format!("/lists/entries/{id}/qr.svg"));
    assert!(code.status == 200 && code.text().contains("<svg"));
    // What has happened since the nomination counts: no longer spotless, not published.
    let other = nominate(&office.office, &good[1], "red");
    move_case(&second, &other, "decide", approve).expect(200);
    let penalty = PENALTIES.replace(USCC, &good[1]).replace("12号", "77号");
    office
        .office
        .import("penalties", penalty.as_bytes())
        .expect(200);
    assert_eq!(
        move_case(&office.office, &other, "publish", json!({})).expect_problem(409),
        "no_longer_meets"
    );
    // A badge never tells of the black list.
    assert_eq!(public.get(&format!("/lists/badge/{USCC}.svg")).status, 404);
}
