#[path = "../tests/sample/mod.rs"]
mod sample;
use papers::{docx, html};
fn main() {
    let dir = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let all = [
        ("letter", sample::letter()),
        ("order", sample::order(40)),
        ("report", sample::report()),
        ("draft", sample::draft()),
        ("withdrawn", sample::withdrawn()),
    ];
    std::fs::create_dir_all(dir.join("assets")).unwrap();
    std::fs::write(dir.join("assets/paper.css"), papers::STYLE.as_str()).unwrap();
    for (name, paper) in all {
        std::fs::write(
            dir.join(format!("{name}.docx")),
            docx::write(&paper).unwrap(),
        )
        .unwrap();
        std::fs::write(
            dir.join(format!("{name}.html")),
            html::print_page(&paper, "/").into_string(),
        )
        .unwrap();
    }
}
