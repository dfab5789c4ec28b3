//! Where a visitor may be sent back to: paths that the router knows, and never another site.

use crate::navigation::SECTIONS;

/// The path and query where it is a page of ours, or home.
pub fn local(target: &str) -> &str {
    if is_ours(target) { target } else { "/" }
}

fn is_ours(target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let Some(path) = path.strip_prefix('/') else {
        return false;
    };
    if path.is_empty() {
        return is_plain(query);
    }
    let mut segments = path.split('/');
    let section = segments.next().unwrap_or("");
    // Browsers drop tabs and line feeds, take `\` for `/` and go up at `..`, whether they stand there as such or encoded.
    let climbs = |segment: &str| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        matches!(segment.as_str(), "" | "." | "..")
    };
    // Data is no page.
    SECTIONS.contains(&section)
        && (section != "api" || path == "api")
        && !segments.any(climbs)
        && is_plain(path)
        && is_plain(query)
}

/// Letters, digits and signs of a URL, with no control character and no backslash behind a percent sign.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let decoded = |at: usize| {
        let digits = text.get(at + 1..at + 3)?;
        u8::from_str_radix(digits, 16).ok()
    };
    bytes.iter().enumerate().all(|(at, byte)| match byte {
        b'%' => decoded(at).is_some_and(|byte| !byte.is_ascii_control() && byte != b'\\'),
        byte => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(byte),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_ours_with_its_query_is_kept() {
        for target in [
            "/",
            "/?out=1",
            "/enterprises?q=%E9%9D%A2&town=",
            "/supervision/mine/91330503MYYG3CWJ94",
            "/complaints/cases/T2026-1?tab=open",
            "/api",
        ] {
            assert_eq!(local(target), target);
        }
    }

    #[test]
    fn whatever_else_leads_home() {
        for target in [
            "",
            "enterprises",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/enterprises\n",
            "/enterprises\u{7f}",
            "/enterprises%0d%0aset-cookie:a=b",
            "/enterprises?q=%00",
            "/enterprises/%5cevil.example",
            "/enterprises/..//evil.example",
            "/enterprises/%2E%2e/x",
            "/enterprises//evil.example",
            "/enterprises#x",
            "/enterprises/%",
            "/enterprises/%4",
            "/enterprises/%+1",
            "/enterprises/面",
            "/nowhere",
            "/api/v1/session",
            "/internal/sweep",
            "/assets/style.css",
        ] {
            assert_eq!(local(target), "/", "{target:?}");
        }
    }
}
