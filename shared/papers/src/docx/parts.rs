//! What the library cannot say is written into the parts of the file that it has made.

use crate::docx::{stamp, tables};
use crate::paper::Standing;
use docx_rs::XMLDocx;

/// Finishes the parts of a file.
pub fn finish(parts: &mut XMLDocx, standing: Standing) {
    rewrite(&mut parts.document, |xml| {
        xml.replace(tables::HEAD, "<w:tblHeader />")
    });
    // Word would otherwise widen the space between Chinese and other letters, and fewer than 28 letters would stand on a line.
    rewrite(&mut parts.styles, |xml| {
        xml.replace(
            "<w:pPr>",
            "<w:pPr><w:autoSpaceDE w:val=\"0\" /><w:autoSpaceDN w:val=\"0\" />",
        )
    });
    if let Some((words, colour)) = stamp::words(standing) {
        for (place, header) in parts.headers.iter_mut().enumerate() {
            let run = stamp::run(words, colour, place + 1);
            rewrite(header, |xml| match xml.rsplit_once("</w:p></w:hdr>") {
                Some((before, _)) => format!("{before}{run}</w:p></w:hdr>"),
                None => xml,
            });
        }
    }
}

/// Writes a part anew.
fn rewrite(part: &mut Vec<u8>, change: impl FnOnce(String) -> String) {
    *part = match String::from_utf8(std::mem::take(part)) {
        Ok(xml) => change(xml).into_bytes(),
        Err(error) => error.into_bytes(),
    };
}
