//! A workbook of new businesses, and the same again.

use crate::Scale;
use crate::district::xlsx;
use crate::figures::Rounds;
use crate::sides::Native;
use std::time::Instant;
use tests::{Client, Office};

fn rate(client: &Client, path: &str, file: &[u8], rows: usize) -> f64 {
    let began = Instant::now();
    let reply = client.send("POST", path, None, file.to_vec());
    assert_eq!(reply.status, 200, "{}", reply.text());
    rows as f64 / began.elapsed().as_secs_f64()
}

pub fn measure(scale: &Scale) {
    let file = xlsx(scale.imported);
    let (mut new, mut same) = (Rounds::default(), Rounds::default());
    for _ in 0..scale.rounds.min(3) {
        let office = Office::on_disk(tests::DAY, &[]);
        let native = Native::start(&office.folder.0, |_| ());
        for rounds in [&mut new, &mut same] {
            rounds.ours.push(rate(
                &office.office,
                "/api/v1/enterprises/import",
                &file,
                scale.imported,
            ));
            rounds.peers.push(rate(
                &native.client(),
                "/enterprises/import",
                &file,
                scale.imported,
            ));
        }
    }
    new.print(
        &format!("import of {} rows of xlsx", scale.imported),
        "rows/s",
        "≥ 0.5",
    );
    same.print("the same workbook again", "rows/s", "");
}
