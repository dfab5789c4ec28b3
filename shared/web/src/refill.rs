//! Puts what somebody had typed back into the form that stands on a page. It works on the page's text, so that it holds for every
//! form without the form knowing of it.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Span, StartTag, Token, Tokenizer};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

/// A form as a browser sent it, without its files.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TypedForm {
    /// The path it was sent to.
    pub path: String,
    /// Names and values, in their order.
    pub fields: Vec<(String, String)>,
    /// Files were sent along, and are not kept.
    pub files: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Hidden,
    Line,
    Area,
    Tick,
    Select,
    /// What is never filled in: buttons, passwords, files.
    Left,
}

type Attributes = BTreeMap<String, String>;

struct Control {
    kind: Kind,
    name: String,
    /// Its start tag, and for an area what stands in it.
    tag: Range<usize>,
    inner: Range<usize>,
    attributes: Attributes,
    options: Vec<Choice>,
}

struct Choice {
    tag: Range<usize>,
    attributes: Attributes,
    /// What it sends where it has no value of its own.
    text: String,
}

impl Choice {
    fn value(&self) -> &str {
        self.attributes
            .get("value")
            .map_or(self.text.trim(), String::as_str)
    }
}

struct Form {
    action: Option<String>,
    controls: Vec<Control>,
    /// What it stands in and is closed until it is wanted.
    details: Vec<(Range<usize>, Attributes)>,
}

/// The page with the form filled in, and above it what has happened. `path` is the page's own.
pub fn refill(page: &str, path: &str, typed: &TypedForm) -> String {
    let (forms, main) = parse_forms(page);
    let form = forms
        .iter()
        .filter(|form| target(form, path) == typed.path)
        .map(|form| (likeness(form, typed), form))
        .filter(|(likeness, _)| *likeness > 0)
        // The first of those that are equally like it.
        .rev()
        .max_by_key(|(likeness, _)| *likeness)
        .map(|(_, form)| form);
    let (mut edits, left) = match form {
        Some(form) => fill(form, typed),
        None => (Vec::new(), typed.fields.iter().collect()),
    };
    let notice = notice(form.is_some(), typed.files, &left).into_string();
    let at = main.unwrap_or(0);
    edits.push((at..at, notice));
    edits.sort_by_key(|(range, _)| range.start);
    let mut filled = String::with_capacity(page.len() + 1024);
    let mut copied = 0;
    for (range, text) in edits {
        filled.push_str(page.get(copied..range.start).unwrap_or_default());
        filled.push_str(&text);
        copied = range.end;
    }
    filled.push_str(page.get(copied..).unwrap_or_default());
    filled
}

fn notice(found: bool, files: bool, left: &[&(String, String)]) -> Markup {
    let texts: Vec<&str> = left
        .iter()
        .map(|(_, value)| value.trim())
        .filter(|value| !value.is_empty())
        .collect();
    html! {
        div.panel role="status" {
            @if found {
                p { "登录曾经过期。您刚才填写的内容已经放回表单，还没有提交，请核对后再提交。" }
            } @else {
                p { "登录曾经过期，您刚才填写的内容还没有提交。这一页上现在没有那张表单，可能已经有人办理。" }
            }
            @if files { p { "选好的文件没有保留，请重新选择。" } }
            @if !texts.is_empty() {
                p { "您填写的内容，可以复制：" }
                @for text in texts { pre { (text) } }
            }
        }
    }
}

fn range(span: Span<usize>) -> Range<usize> {
    span.start..span.end
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn attributes(tag: &StartTag<usize>) -> Attributes {
    tag.attributes
        .iter()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// The forms that are posted, and where the page's content begins.
fn parse_forms(page: &str) -> (Vec<Form>, Option<usize>) {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut forms = Vec::new();
    let mut form: Option<Form> = None;
    let mut details = Vec::new();
    let mut main = None;
    for token in Tokenizer::new_with_emitter(page, emitter) {
        let Ok(token) = token;
        let controls = form.as_mut().map(|form| &mut form.controls);
        match token {
            Token::StartTag(tag) => match (tag.name.as_slice(), controls) {
                (b"main", _) => main = Some(tag.span.end),
                (b"details", _) => details.push((range(tag.span), attributes(&tag))),
                (b"form", _) => {
                    let attributes = attributes(&tag);
                    form =
                        (attributes.get("method").map(String::as_str) == Some("post")).then(|| {
                            Form {
                                action: attributes.get("action").cloned(),
                                controls: Vec::new(),
                                details: details.clone(),
                            }
                        });
                }
                (b"option", Some(controls)) => {
                    if let Some(select) = controls.last_mut().filter(|it| it.kind == Kind::Select) {
                        select.options.push(Choice {
                            tag: range(tag.span),
                            attributes: attributes(&tag),
                            text: String::new(),
                        });
                    }
                }
                (name @ (b"input" | b"textarea" | b"select" | b"button"), Some(controls)) => {
                    controls.push(control(name, &tag));
                }
                _ => {}
            },
            Token::String(words) => {
                if let Some(Control {
                    kind: Kind::Select,
                    options,
                    ..
                }) = controls.and_then(|controls| controls.last_mut())
                    && let Some(choice) = options.last_mut()
                {
                    choice.text.push_str(&text(&words.value));
                }
            }
            Token::EndTag(tag) if tag.name.as_slice() == b"form" => forms.extend(form.take()),
            Token::EndTag(tag) if tag.name.as_slice() == b"details" => {
                details.pop();
            }
            Token::EndTag(tag) if tag.name.as_slice() == b"textarea" => {
                if let Some(area) = controls.and_then(|controls| controls.last_mut()) {
                    area.inner.end = tag.span.start;
                }
            }
            _ => {}
        }
    }
    (forms, main)
}

fn control(element: &[u8], tag: &StartTag<usize>) -> Control {
    let attributes = attributes(tag);
    let kind = match (element, attributes.get("type").map(String::as_str)) {
        (b"textarea", _) => Kind::Area,
        (b"select", _) => Kind::Select,
        (b"input", Some("hidden")) => Kind::Hidden,
        (b"input", Some("checkbox" | "radio")) => Kind::Tick,
        (b"input", Some("password" | "file" | "submit" | "button" | "image" | "reset")) => {
            Kind::Left
        }
        (b"input", _) => Kind::Line,
        _ => Kind::Left,
    };
    Control {
        kind,
        name: attributes.get("name").cloned().unwrap_or_default(),
        tag: range(tag.span),
        inner: tag.span.end..tag.span.end,
        attributes,
        options: Vec::new(),
    }
}

/// The path that a form is sent to.
fn target<'f>(form: &'f Form, own: &'f str) -> &'f str {
    let action = form.action.as_deref().unwrap_or("");
    match action.split(['?', '#']).next() {
        None | Some("") => own,
        Some(path) => path,
    }
}

/// How much a form is like the one that was sent: a page may hold several for one path, which differ in what they hide.
fn likeness(form: &Form, typed: &TypedForm) -> usize {
    let sent = |control: &&Control| typed.fields.iter().any(|(name, _)| *name == control.name);
    let hidden = |control: &&Control| {
        control.kind == Kind::Hidden
            && typed.fields.iter().any(|(name, value)| {
                *name == control.name && Some(value) == control.attributes.get("value")
            })
    };
    form.controls.iter().filter(hidden).count() * 100 + form.controls.iter().filter(sent).count()
}

type Edit = (Range<usize>, String);

/// What changes in the page's text, and what was typed that the form has no field for.
fn fill<'t>(form: &Form, typed: &'t TypedForm) -> (Vec<Edit>, Vec<&'t (String, String)>) {
    let mut values: BTreeMap<&str, VecDeque<&str>> = BTreeMap::new();
    for (name, value) in &typed.fields {
        values.entry(name).or_default().push_back(value);
    }
    let opened = |(place, attributes): &(Range<usize>, Attributes)| {
        mark(place, "details", attributes, "open", true)
    };
    let mut edits: Vec<Edit> = form.details.iter().map(opened).collect();
    for control in &form.controls {
        let own = values.entry(&control.name).or_default();
        match control.kind {
            Kind::Left => {}
            Kind::Hidden | Kind::Line => {
                if let Some(value) = own.pop_front() {
                    let mut attributes = control.attributes.clone();
                    attributes.insert("value".into(), value.to_owned());
                    edits.push((control.tag.clone(), tag("input", &attributes)));
                }
            }
            Kind::Area => {
                if let Some(value) = own.pop_front() {
                    // A line feed directly after the tag is not shown: ours goes in place of one that was typed.
                    edits.push((control.inner.clone(), format!("\n{}", escaped(value))));
                }
            }
            Kind::Tick => {
                let value = control.attributes.get("value").map_or("on", String::as_str);
                edits.push(mark(
                    &control.tag,
                    "input",
                    &control.attributes,
                    "checked",
                    own.contains(&value),
                ));
            }
            Kind::Select => {
                if let Some(value) = own.pop_front() {
                    edits.extend(control.options.iter().map(|choice| {
                        mark(
                            &choice.tag,
                            "option",
                            &choice.attributes,
                            "selected",
                            choice.value() == value,
                        )
                    }));
                }
            }
        }
    }
    let known = |name: &str| form.controls.iter().any(|control| control.name == name);
    let left = typed.fields.iter().filter(|(name, _)| !known(name));
    (edits, left.collect())
}

fn mark(
    place: &Range<usize>,
    element: &str,
    attributes: &Attributes,
    name: &str,
    on: bool,
) -> Edit {
    let mut attributes = attributes.clone();
    attributes.remove(name);
    if on {
        attributes.insert(name.to_owned(), String::new());
    }
    (place.clone(), tag(element, &attributes))
}

fn tag(element: &str, attributes: &Attributes) -> String {
    let mut tag = format!("<{element}");
    for (name, value) in attributes {
        tag.push(' ');
        tag.push_str(name);
        tag.push_str("=\"");
        tag.push_str(&escaped(value));
        tag.push('"');
    }
    tag.push('>');
    tag
}

fn escaped(text: &str) -> String {
    html! { (text) }.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!DOCTYPE html><html><body><main id="main" tabindex="-1"><h1>办理</h1>
<form method="get" action="/x/decide"><input name="note" value="not posted"></form>
<form method="post" action="/x/decide"><input type="hidden" name="id" value="1"><textarea name="note"></textarea></form>
<form method="post" action="/x/decide"><input type="hidden" name="id" value="2"><textarea id="n" name="note">旧</textarea>
<input name="due" type="date" value=""><input type="checkbox" name="filed" value="yes" checked><input type="checkbox" name="told" value="yes">
<select name="kind"><option value="a" selected>甲</option><option>乙</option></select><input type="password" name="secret">
<button name="verb" value="go">办</button></form><p>中文在后</p></main></body></html>"#;

    fn typed(fields: &[(&str, &str)]) -> TypedForm {
        TypedForm {
            path: "/x/decide".into(),
            fields: fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            files: false,
        }
    }

    #[test]
    fn what_was_typed_stands_in_the_form_it_was_typed_into_and_in_no_other() {
        let sent = typed(&[
            ("id", "2"),
            ("note", "\n现场 <检查>\r\n\"属实\""),
            ("due", "2026-12-01"),
            ("told", "yes"),
            ("kind", "乙"),
            ("secret", "p"),
            ("verb", "go"),
        ]);
        let page = refill(PAGE, "/x", &sent);
        assert!(
            page.contains("<textarea id=\"n\" name=\"note\">\n\n现场 &lt;检查&gt;\r\n&quot;属实&quot;</textarea>"),
            "{page}"
        );
        assert!(page.contains(r#"<input name="due" type="date" value="2026-12-01">"#));
        assert!(page.contains(r#"<input name="filed" type="checkbox" value="yes">"#));
        assert!(page.contains(r#"<input checked="" name="told" type="checkbox" value="yes">"#));
        assert!(page.contains(r#"<option value="a">甲</option><option selected="">乙</option>"#));
        assert!(page.contains(r#"<input type="password" name="secret">"#));
        assert!(page.contains(r#"<textarea name="note"></textarea></form>"#));
        assert!(page.contains(r#"value="not posted""#));
        assert!(page.contains("已经放回表单") && !page.contains("可以复制"));
        assert!(page.ends_with("<p>中文在后</p></main></body></html>"));
    }

    #[test]
    fn a_form_without_an_action_is_sent_to_its_own_page() {
        let page = "<main><form method=\"post\"><input name=\"note\"></form></main>";
        let sent = typed(&[("note", "话")]);
        assert!(refill(page, "/x/decide", &sent).contains("value=\"话\""));
        assert!(!refill(page, "/x/other", &sent).contains("value=\"话\""));
    }

    #[test]
    fn what_the_form_stands_in_is_opened() {
        let page = "<main><details id=\"other\"><p></p></details><details id=\"do\"><summary>办</summary><form method=\"post\" action=\"/x/decide\"><input name=\"note\"></form></details></main>";
        let page = refill(page, "/x", &typed(&[("note", "话")]));
        assert!(page.contains("<details id=\"do\" open=\"\">"), "{page}");
        assert!(page.contains("<details id=\"other\">"), "{page}");
    }

    #[test]
    fn where_the_form_is_gone_what_was_typed_is_shown_to_be_copied() {
        let page = refill(
            "<main><p>已办结</p></main>",
            "/x",
            &typed(&[("note", "现场<b>属实</b>")]),
        );
        assert!(
            page.contains("<pre>现场&lt;b&gt;属实&lt;/b&gt;</pre>"),
            "{page}"
        );
        assert!(page.contains("<p>已办结</p>"));
    }

    #[test]
    fn several_fields_of_one_name_get_their_values_in_order() {
        let page = "<main><form method=\"post\" action=\"/x/decide\"><input name=\"n\"><input name=\"n\"></form></main>";
        let page = refill(page, "/x", &typed(&[("n", "甲"), ("n", "乙")]));
        let at = |value: &str| page.find(&format!("value=\"{value}\""));
        assert!(at("甲").is_some() && at("甲") < at("乙"), "{page}");
    }
}
