//! Complaints: ours checked, sealed, audited and durable; the peer's plain insert, durable too.

use crate::Scale;
use crate::client::post;
use crate::sides::{Native, address, in_turn};
use serde_json::json;
use tests::Office;

const CLIENTS: usize = 64;

pub fn measure(scale: &Scale) {
    let office = Office::on_disk(tests::DAY, &[("complaint_rate_limit", "0")]);
    let native = Native::start(&office.folder.0, |_| ());
    let complaint = |number: u64| {
        json!({
            "kind": "complaint", "place": "云溪区云港街道菜场东门的面馆", "happened_on": "2026-11-20", "category": "hygiene",
            "text": format!("面里有一根头发，第 {number} 次了，店里说不关他们的事，请帮忙处理。"), "wants": "退还面钱，把厨房打扫干净",
            "contact": {"name": "沈阿根", "phone": "13800000000", "address": "云港街道 1 号"}, "anonymous": false,
        })
        .to_string()
    };
    let kind = "application/json";
    let rounds = in_turn(
        scale,
        CLIENTS,
        201,
        (address(&office.server), &|number| {
            post("/api/v1/complaints", kind, complaint(number).as_bytes())
        }),
        (native.address, &|number| {
            post("/complaints", kind, complaint(number).as_bytes())
        }),
    );
    rounds.print("complaint filed, 64 clients", "/s", "≥ 2");
}
