//! Reads business scopes, a line each, and says what is made of them.

use std::io::BufRead as _;

fn main() {
    for scope in std::io::stdin().lock().lines().map_while(Result::ok) {
        let reading = domain::scope::read(&scope);
        println!("{:?}\t{scope}", reading.needs_license());
        for found in &reading.matches {
            println!(
                "    + {} {}",
                found.text,
                found.category.as_deref().unwrap_or("-")
            );
        }
        for note in &reading.unclear {
            println!("    ? {} {}", note.text, note.reason);
        }
        for note in &reading.excluded {
            println!("    - {} {}", note.text, note.reason);
        }
    }
}
