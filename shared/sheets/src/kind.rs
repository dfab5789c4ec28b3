//! What kind of file this is, by its bytes: who sends another one is told what to do.

use crate::error::SheetError;
use bytes::Bytes;
use std::io::Cursor;

/// A kind of file that is read.
pub enum Kind {
    Workbook,
    Csv,
}

/// So many bytes are looked at.
const HEAD: usize = 4096;
const SAVE_AS: &str = "请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传";
const NO_PICTURE: &str = "请上传表格文件本身（.xlsx 或 .csv）";

fn other(what: &str, remedy: &str) -> SheetError {
    SheetError::NotASheet(format!("{what}，{remedy}"))
}

/// Tells the kind of a file that came in pieces.
pub fn find(pieces: &[Bytes]) -> Result<Kind, SheetError> {
    let head: Vec<u8> = pieces.iter().flatten().take(HEAD).copied().collect();
    match head.as_slice() {
        [b'P', b'K', 3, 4, ..] => return Ok(Kind::Workbook),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            return Err(other("旧版 .xls、WPS 的 .et 或加了密码的工作簿", SAVE_AS));
        }
        [b'%', b'P', b'D', b'F', ..] => return Err(other(" PDF", NO_PICTURE)),
        [0x89, b'P', b'N', b'G', ..]
        | [0xff, 0xd8, 0xff, ..]
        | [b'G', b'I', b'F', b'8', ..]
        | [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..]
        | [b'R', b'I', b'F', b'F', ..]
        | [b'I', b'I', 0x2a, 0, ..] => return Err(other("图片", NO_PICTURE)),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
            let picture = [
                "heic", "heix", "heim", "heis", "mif1", "msf1", "hevc", "avif",
            ]
            .iter()
            .any(|known| brand.starts_with(known.as_bytes()));
            let what = if picture {
                "图片（HEIC）"
            } else {
                "视频或音频"
            };
            return Err(other(what, NO_PICTURE));
        }
        [b'R', b'a', b'r', b'!', ..] | [b'7', b'z', 0xbc, 0xaf, ..] | [0x1f, 0x8b, ..] => {
            return Err(other("压缩包", "请先解压，再上传里面的表格"));
        }
        [0x09, 0x08, ..] | [0x09, 0x04, ..] | [0x09, 0x02, ..] => {
            return Err(other("很旧的 .xls 工作簿", SAVE_AS));
        }
        _ => {}
    }
    let beginning = beginning(&head);
    if let Some(what) = marked_up(&beginning) {
        return Err(other(what, SAVE_AS));
    }
    let utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    if !utf16 && pieces.iter().any(|piece| piece.contains(&0)) {
        return Err(other("其他格式的文件", SAVE_AS));
    }
    Ok(Kind::Csv)
}

/// The first letters, small, in any of the encodings, without marks and space before them.
fn beginning(head: &[u8]) -> String {
    let (text, _, _) = encoding_rs::UTF_8.decode(head);
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        .to_ascii_lowercase()
}

fn marked_up(beginning: &str) -> Option<&'static str> {
    let starts = |with: &[&str]| with.iter().any(|with| beginning.starts_with(with));
    if starts(&[
        "<!doctype html",
        "<html",
        "<table",
        "<head",
        "<meta",
        "<style",
        "<body",
        "<div",
        "<script",
    ]) {
        return Some("网页（HTML），虽然名字像表格");
    }
    if starts(&["<?xml", "<workbook"]) {
        return Some(match beginning {
            xml if xml.contains("<html") => "网页（HTML），虽然名字像表格",
            xml if xml.contains("opendocument") => "平面 ODF 表格（.fods）",
            xml if xml.contains("spreadsheet") || xml.contains("excel.sheet") => {
                " XML 表格（2003）"
            }
            _ => " XML",
        });
    }
    if starts(&["mime-version:"]) {
        return Some("网页档案（MHTML），虽然名字像表格");
    }
    if starts(&["{\\rtf"]) {
        return Some("写字板文档（RTF）");
    }
    if starts(&["id;p"]) {
        return Some(" SYLK 表格");
    }
    starts(&["{\"", "[{", "[\""]).then_some(" JSON")
}

/// Refuses a zip archive that holds something else than a workbook of Excel.
pub fn check_archive(bytes: &[u8]) -> Result<(), SheetError> {
    let Ok(archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        // What is wrong with it is said where it is unpacked.
        return Ok(());
    };
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| Some(name.ok()?.to_ascii_lowercase()))
        .collect();
    let has = |part: &str| names.iter().any(|name| name == part);
    if has("xl/workbook.bin") {
        return Err(other("二进制工作簿（.xlsb）", SAVE_AS));
    }
    if has("content.xml") && has("mimetype") {
        return Err(other(" OpenDocument 文件（.ods）", SAVE_AS));
    }
    if has("word/document.xml") {
        return Err(other(
            " Word 文档",
            "请把表格复制到 Excel 或 WPS 表格里，存为 .xlsx 后再上传",
        ));
    }
    if has("ppt/presentation.xml") {
        return Err(other("演示文稿", "请上传表格文件（.xlsx 或 .csv）"));
    }
    if has("index/document.iwa") || has("index.apxl") || has("index.zip") {
        return Err(other(
            "苹果 Numbers 表格",
            "请在 Numbers 里导出为 Excel（.xlsx）后再上传",
        ));
    }
    let office = names
        .iter()
        .any(|name| name == "[content_types].xml" || name.starts_with("xl/"));
    match office {
        true => Ok(()),
        false => Err(other("压缩包", "请先解压，再上传里面的表格")),
    }
}
