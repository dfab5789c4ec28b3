//! What is printed: medians of both sides, and the ratio with its spread.

use std::time::Duration;

/// A figure of each side in each round.
#[derive(Default)]
pub struct Rounds {
    pub ours: Vec<f64>,
    pub peers: Vec<f64>,
}

pub fn median(figures: &[f64]) -> f64 {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

impl Rounds {
    /// The median of the rounds' ratios, the least and the most.
    fn ratio(&self) -> (f64, f64, f64) {
        let ratios: Vec<f64> = self
            .ours
            .iter()
            .zip(&self.peers)
            .map(|(ours, peers)| ours / peers)
            .collect();
        let least = ratios.iter().copied().fold(f64::MAX, f64::min);
        let most = ratios.iter().copied().fold(0.0, f64::max);
        (median(&ratios), least, most)
    }

    pub fn print(&self, what: &str, unit: &str, wanted: &str) {
        let (ratio, least, most) = self.ratio();
        let (ours, peers) = (figure(median(&self.ours)), figure(median(&self.peers)));
        println!(
            "| {what} | {ours} {unit} | {peers} {unit} | {ratio:.2} | {least:.2}–{most:.2} | {wanted} |"
        );
    }
}

pub fn figure(number: f64) -> String {
    match number {
        number if number >= 100.0 => format!("{number:.0}"),
        number if number >= 10.0 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}

pub fn heading() {
    println!("| what | ours | peer | ratio | least–most | wanted |");
    println!("| --- | --- | --- | --- | --- | --- |");
}

/// A figure that has no peer.
pub fn alone(what: &str, ours: &str, wanted: &str) {
    println!("| {what} | {ours} | | | | {wanted} |");
}

pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
