//! A list as an Atom feed.

use crate::{Edition, Entry, Item, LICENCE};
use domain::red_black::ListKind;
use domain::words::Word as _;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

/// The most entries of a feed.
const MOST_ENTRIES: usize = 50;

/// A list as an Atom feed (RFC 4287). The head of the log goes with it, so that whoever keeps the feed can check it later.
pub(crate) fn feed(
    list: ListKind,
    edition: &Edition,
    items: &[Item],
    entries: &[&Entry],
) -> io::Result<Vec<u8>> {
    let (head, publisher) = (&edition.head, edition.publisher.as_str());
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    // Lines are numbered from 1 without a gap.
    let at = |entry: &Entry| {
        let place = usize::try_from(entry.seq).unwrap_or(0).checked_sub(1);
        place
            .and_then(|place| items.get(place))
            .map_or("", |item| item.at.as_str())
    };
    let address = format!("{}/lists/{}", edition.site, list.code());
    writer
        .create_element("feed")
        .with_attributes([
            ("xmlns", "http://www.w3.org/2005/Atom"),
            ("xmlns:shian", "urn:shian:list-log"),
            ("xml:lang", "zh-CN"),
        ])
        .write_inner_content(|writer| {
            let text = |writer: &mut Writer<Vec<u8>>, name: &str, text: &str| {
                writer
                    .create_element(name)
                    .write_text_content(BytesText::new(&domain::text::printable(text)))
                    .map(|_| ())
            };
            text(writer, "id", &address)?;
            text(
                writer,
                "title",
                &format!("食品安全{} · {}", list.chinese(), publisher),
            )?;
            text(writer, "updated", &head.at)?;
            text(writer, "rights", LICENCE)?;
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
                .write_inner_content(|writer| text(writer, "name", publisher))?;
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
            for entry in entries.iter().take(MOST_ENTRIES) {
                let content = &entry.content;
                let page = edition.entry_address(&content.id);
                writer
                    .create_element("entry")
                    .write_inner_content(|writer| {
                        text(writer, "id", &page)?;
                        text(writer, "title", &content.name)?;
                        text(writer, "updated", at(entry))?;
                        text(writer, "summary", &content.ground)?;
                        writer
                            .create_element("link")
                            .with_attribute(("href", page.as_str()))
                            .write_empty()?;
                        Ok(())
                    })?;
            }
            Ok(())
        })?;
    Ok(writer.into_inner())
}
