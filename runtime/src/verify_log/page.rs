//! A page taken apart: its main part, its title, and the frame around.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{HtmlString, StartTag, Token, Tokenizer};
use std::fmt::Write as _;

/// A tag with its attributes, a comment, or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it would be written.
    Tag(String),
    /// With its character references resolved.
    Text(String),
}

/// The pieces before and behind the main part, without what differs from page to page: the title, and where the switch of letters
/// leads back to.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame(pub Vec<Piece>);

pub struct Page<'p> {
    pub title: String,
    /// Between `<main …>` and `</main>`, as it came.
    pub main: &'p str,
    pub frame: Frame,
}

fn tokens(markup: &str) -> impl Iterator<Item = Token<usize>> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    // As a browser: what stands in a script or title is no markup.
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(markup, emitter).flatten()
}

fn text(text: &HtmlString) -> String {
    String::from_utf8_lossy(text).into_owned()
}

fn is(tag: &[u8], name: &str) -> bool {
    tag == name.as_bytes()
}

fn written(tag: &StartTag<usize>) -> String {
    let mut written = format!("<{}", text(&tag.name));
    for (name, value) in &tag.attributes {
        // Writing to a string does not fail.
        let _ = write!(written, " {}=\"{}\"", text(name), text(value));
    }
    written.push('>');
    written
}

fn piece(token: &Token<usize>) -> Option<Piece> {
    match token {
        Token::StartTag(tag) => Some(Piece::Tag(written(tag))),
        Token::EndTag(tag) => Some(Piece::Tag(format!("</{}>", text(&tag.name)))),
        Token::String(string) => Some(Piece::Text(text(string))),
        Token::Comment(comment) => Some(Piece::Tag(format!("<!--{}-->", text(comment)))),
        Token::Doctype(doctype) => Some(Piece::Tag(format!("<!DOCTYPE {}>", text(&doctype.name)))),
        Token::Error(_) => None,
    }
}

/// The pieces of a markup, in their order.
pub fn pieces(markup: &str) -> Vec<Piece> {
    tokens(markup).filter_map(|token| piece(&token)).collect()
}

impl<'p> Page<'p> {
    /// Takes a page apart that has exactly one main part; else says why not.
    pub fn read(body: &'p [u8]) -> Result<Self, String> {
        let page = std::str::from_utf8(body).map_err(|_| "is no UTF-8".to_owned())?;
        let (mut begins, mut ends) = (Vec::new(), Vec::new());
        let (mut title, mut frame) = (String::new(), Vec::new());
        let (mut in_main, mut in_title) = (false, false);
        for token in tokens(page) {
            match &token {
                Token::StartTag(tag) if is(&tag.name, "main") => {
                    begins.push(tag.span.end);
                    in_main = true;
                }
                Token::EndTag(tag) if is(&tag.name, "main") => {
                    ends.push(tag.span.start);
                    in_main = false;
                }
                Token::StartTag(tag) if is(&tag.name, "title") && !in_main => in_title = true,
                Token::EndTag(tag) if is(&tag.name, "title") && !in_main => in_title = false,
                Token::String(string) if in_title => {
                    title.push_str(&text(string));
                    continue;
                }
                _ => {}
            }
            let is_main_tag = matches!(&token, Token::StartTag(tag) if is(&tag.name, "main"));
            if !in_main || is_main_tag {
                frame.extend(framing(token));
            }
        }
        match (begins[..].as_ref(), ends[..].as_ref()) {
            ([begin], [end]) if begin <= end => Ok(Self {
                title,
                main: page.get(*begin..*end).unwrap_or_default(),
                frame: Frame(frame),
            }),
            _ => Err("has not exactly one <main>".to_owned()),
        }
    }
}

/// A piece of the frame. The switch of letters leads back to the page itself, each to another.
fn framing(mut token: Token<usize>) -> Option<Piece> {
    if let Token::StartTag(tag) = &mut token
        && is(&tag.name, "input")
        && let Some(name) = tag.attributes.get(b"name".as_slice())
        && is(&name.value, "back")
    {
        tag.attributes.remove(b"value".as_slice());
    }
    piece(&token)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    fn page(back: &str, main: &str) -> String {
        format!(
            "<!DOCTYPE html><html><head><title>甲店 · 食安</title></head><body><input name=\"back\" value=\"{back}\"><main id=\"main\">{main}</main><footer>食药安办</footer></body></html>"
        )
    }

    #[test]
    fn a_page_is_its_title_its_main_part_and_the_frame_around() {
        let (one, other) = (page("/a", "<p>甲</p>"), page("/b", "<p>乙</p>"));
        let one = Page::read(one.as_bytes()).unwrap();
        let other = Page::read(other.as_bytes()).unwrap();
        assert_eq!((one.title.as_str(), one.main), ("甲店 · 食安", "<p>甲</p>"));
        assert_eq!(one.frame, other.frame);
        let more = page("/a", "<p>甲</p>").replace("食药安办", "食药安办：名单不全");
        assert_ne!(Page::read(more.as_bytes()).unwrap().frame, other.frame);
    }

    #[test]
    fn a_main_part_that_is_not_the_one_a_browser_shows_is_refused() {
        for markup in [
            "<p>没有</p>".to_owned(),
            page("/a", "甲").replace("<footer>", "<main>乙</main><footer>"),
            page("/a", "甲</main><main>乙"),
        ] {
            assert!(Page::read(markup.as_bytes()).is_err(), "{markup}");
        }
        // What stands in a script or a comment is no main part.
        let script =
            page("/a", "甲").replace("<footer>", "<script>'<main>'</script><!--<main>--><footer>");
        assert_eq!(Page::read(script.as_bytes()).unwrap().main, "甲");
    }
}
