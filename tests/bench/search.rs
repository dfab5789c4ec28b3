//! Search by two characters of a name.

use crate::Scale;
use crate::client::get;
use crate::district::{Dice, csv, encoded};
use crate::sides::{Native, address, in_turn};
use std::cell::RefCell;
use tests::Office;

const CONNECTIONS: usize = 8;

pub fn measure(scale: &Scale) {
    let office = Office::on_disk(tests::DAY, &[]);
    office
        .office
        .import("enterprises", &csv(scale.searched))
        .expect(200);
    let ledger = office.server.data.join("shian.db");
    let native = Native::start(&office.folder.0, |database| {
        let copied = format!(
            "ATTACH '{}' AS ours;
             INSERT INTO enterprise (id, uscc, name, founded_on, address, town, business_scope, sector, level, phone)
             SELECT id, uscc, name, founded_on, address, town, business_scope, sector, level, phone FROM ours.enterprise;
             INSERT INTO enterprise_search (rowid, pairs, initials) SELECT id,
                (SELECT group_concat(substr(search_name, n, 2), ' ') FROM ours.enterprise_search_place WHERE n <= length(search_name)),
                (SELECT group_concat(substr(initials, n, 2), ' ') FROM ours.enterprise_search_place WHERE n <= length(initials)) FROM ours.enterprise;
             DETACH ours",
            ledger.display()
        );
        database.execute_batch(&copied).unwrap();
    });
    let cookie = format!("cookie: {}\r\n", office.office.headers[0].1);
    let dice = (RefCell::new(Dice(7)), RefCell::new(Dice(7)));
    let rounds = in_turn(
        scale,
        CONNECTIONS,
        200,
        (address(&office.server), &|_| {
            let q = encoded(&dice.0.borrow_mut().syllables(2));
            get(&format!("/api/v1/enterprises?q={q}"), &cookie)
        }),
        (native.address, &|_| {
            let q = encoded(&dice.1.borrow_mut().syllables(2));
            get(&format!("/enterprises?q={q}"), "")
        }),
    );
    rounds.print(
        &format!("search over {} businesses", scale.searched),
        "/s",
        "≥ 0.5",
    );
}
