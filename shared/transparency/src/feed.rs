//! A list as an Atom feed.

use crate::{Edition, Entry, Item, LICENCE};
use domain::red_black::ListKind;
use domain::words::Word as _;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

type XmlWriter = Writer<Vec<u8>>;

/// The most entries of a feed.
const MOST_ENTRIES: usize = 50;

/// A list as an Atom feed (RFC 4287). The head of the log goes with it, so that whoever keeps the feed can check it later.
pub(crate) fn feed(
    list: ListKind,
    edition: &Edition,
    items: &[Item],
    entries: &[&Entry],
) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer
        .create_element("feed")
        .with_attributes([
            ("xmlns", "http://www.w3.org/2005/Atom"),
            ("xmlns:shian", "urn:shian:list-log"),
            ("xml:lang", "zh-CN"),
        ])
        .write_inner_content(|writer| {
            write_head(writer, list, edition)?;
            for entry in entries.iter().take(MOST_ENTRIES) {
                write_entry(writer, edition, entry, time_of(entry, items))?;
            }
            Ok(())
        })?;
    Ok(writer.into_inner())
}

/// The time of the line by which an entry stands. Lines are numbered from 1 without a gap.
fn time_of<'i>(entry: &Entry, items: &'i [Item]) -> &'i str {
    let place = usize::try_from(entry.seq).unwrap_or(0).checked_sub(1);
    place
        .and_then(|place| items.get(place))
        .map_or("", |item| item.at.as_str())
}

/// What the feed says of itself, with the head of the log.
fn write_head(writer: &mut XmlWriter, list: ListKind, edition: &Edition) -> io::Result<()> {
    let (head, publisher) = (&edition.head, edition.publisher.as_str());
    let address = format!("{}/lists/{}", edition.site, list.code());
    write_text(writer, "id", &address)?;
    let title = format!("食品安全{} · {publisher}", list.chinese());
    write_text(writer, "title", &title)?;
    write_text(writer, "updated", &head.at)?;
    write_text(writer, "rights", LICENCE)?;
    writer
        .create_element("link")
        .with_attribute(("href", address.as_str()))
        .write_empty()?;
    writer
        .create_element("link")
        .with_attributes([
            ("rel", "self"),
            ("href", format!("{address}/feed.atom").as_str()),
        ])
        .write_empty()?;
    writer
        .create_element("author")
        .write_inner_content(|writer| write_text(writer, "name", publisher))?;
    writer
        .create_element("shian:head")
        .with_attributes([
            ("size", head.size.to_string().as_str()),
            ("root", head.root.as_str()),
            ("at", head.at.as_str()),
            ("key", head.key.as_str()),
            ("signature", head.signature.as_str()),
        ])
        .write_empty()?;
    Ok(())
}

fn write_entry(
    writer: &mut XmlWriter,
    edition: &Edition,
    entry: &Entry,
    updated: &str,
) -> io::Result<()> {
    let content = &entry.content;
    let page = edition.entry_address(&content.id);
    writer
        .create_element("entry")
        .write_inner_content(|writer| {
            write_text(writer, "id", &page)?;
            write_text(writer, "title", &content.name)?;
            write_text(writer, "updated", updated)?;
            write_text(writer, "summary", &content.ground)?;
            writer
                .create_element("link")
                .with_attribute(("href", page.as_str()))
                .write_empty()?;
            Ok(())
        })?;
    Ok(())
}

fn write_text(writer: &mut XmlWriter, name: &str, text: &str) -> io::Result<()> {
    writer
        .create_element(name)
        .write_text_content(BytesText::new(&domain::text::printable(text)))?;
    Ok(())
}
