//! The description of the API is kept a line for each thing, so that a change of it can be read; served it has no spaces.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=assets/openapi.json");
    let kept: serde_json::Value = serde_json::from_slice(&std::fs::read("assets/openapi.json")?)?;
    let served = Path::new(&std::env::var("OUT_DIR")?).join("openapi.json");
    std::fs::write(served, kept.to_string())?;
    Ok(())
}
