//! Reads a million business scopes on one core: `cargo bench -p domain --bench scopes`.

use std::time::Instant;

const SCOPES: usize = 1_000_000;

/// The most memory that this process has held, in MiB, where the system tells.
fn most_held() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

fn main() {
    let items: Vec<&str> = include_str!("../tests/conformance/scopes.tsv")
        .lines()
        .skip(1)
        .filter_map(|line| line.rsplit('\t').next())
        .collect();
    let (mut letters, mut needed, mut unclear) = (0, 0, 0);
    let began = Instant::now();
    for place in 0..SCOPES {
        // A registry prints five to ten items; each scope here is another mixture of six.
        let scope: Vec<&str> = (0..6)
            .map(|nth| items[(place.wrapping_mul(7 + nth * 13) + nth * 97) % items.len()])
            .collect();
        let scope = scope.join("；");
        letters += scope.chars().count();
        match domain::scope::read(&scope).needs_license() {
            Some(true) => needed += 1,
            Some(false) => {}
            None => unclear += 1,
        }
        if place + 1 == SCOPES / 10 || place + 1 == SCOPES {
            println!(
                "{} scopes of {} letters: {:.1} s, at most {} MiB held",
                place + 1,
                letters / (place + 1),
                began.elapsed().as_secs_f64(),
                most_held().unwrap_or(0),
            );
        }
    }
    println!("{needed} need a licence, {unclear} unclear");
}
