//! Forms in the manner of the GOV.UK patterns: an error summary that takes the focus and links each field, the same words
//! again beside the field, and what was typed kept.

use crate::Answer;
use crate::problem::{FieldError, Problem};
use crate::respond::refused;
use axum::response::{IntoResponse as _, Redirect};
use maud::{Markup, html};

/// The errors of a form that was sent.
#[derive(Debug, Clone, Default)]
pub struct Errors(pub Vec<FieldError>);

impl Errors {
    /// Why this field cannot be taken; none where it can.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.reason.as_str())
    }

    /// What stands before the page's title.
    pub fn title(&self, title: &str) -> String {
        if self.0.is_empty() {
            title.to_owned()
        } else {
            format!("错误：{title}")
        }
    }

    /// The summary above the form; nothing where there is no error.
    pub fn summary(&self) -> Markup {
        html! {
            @if !self.0.is_empty() {
                div.error-summary role="alert" tabindex="-1" autofocus aria-labelledby="error-summary-title" {
                    h2 id="error-summary-title" { "请更正以下内容" }
                    ul {
                        @for error in &self.0 {
                            li { a href={ "#" (error.field) } { (error.reason) } }
                        }
                    }
                }
            }
        }
    }
}

/// What comes of a form that was sent: on to where the outcome leads, or the page again with what is wrong. A problem that is of no field
/// is the whole request's.
///
/// # Errors
///
/// A problem that is of no field, and whatever keeps the page from being made.
pub async fn outcome<T>(
    outcome: Result<T, Problem>,
    next: impl FnOnce(T) -> String,
    again: impl AsyncFnOnce(Errors) -> Answer,
) -> Answer {
    match outcome {
        Ok(done) => Ok(Redirect::to(&next(done)).into_response()),
        Err(problem) if problem.errors.is_empty() => Err(problem),
        Err(problem) => Ok(refused(
            problem.status,
            again(Errors(problem.errors)).await?,
        )),
    }
}

/// A field of one line, or of a password.
pub struct Field<'f> {
    pub name: &'f str,
    pub label: &'f str,
    pub hint: Option<&'f str>,
    pub value: &'f str,
    pub kind: &'f str,
    /// Which keys a telephone shows.
    pub inputmode: Option<&'f str>,
    pub autocomplete: &'f str,
}

impl<'f> Field<'f> {
    /// A field of one line, in which a browser completes nothing.
    pub fn text(name: &'f str, label: &'f str, value: &'f str) -> Self {
        Self {
            name,
            label,
            hint: None,
            value,
            kind: "text",
            inputmode: None,
            autocomplete: "off",
        }
    }

    /// A field for a password, in which nothing that was typed stands again; `autocomplete` as HTML names it.
    pub fn password(name: &'f str, label: &'f str, autocomplete: &'f str) -> Self {
        Self {
            kind: "password",
            autocomplete,
            ..Self::text(name, label, "")
        }
    }

    /// A whole number, typed as text: no browser changes it by the wheel or leaves out what it takes for no number.
    pub fn whole_number(self) -> Self {
        Self {
            inputmode: Some("numeric"),
            ..self
        }
    }

    /// The field with a line above it that says how to fill it in.
    pub fn hint(self, hint: &'f str) -> Self {
        Self {
            hint: Some(hint),
            ..self
        }
    }

    /// The field with its label, its hint and what is wrong with it.
    pub fn render(&self, errors: &Errors) -> Markup {
        let error = errors.of(self.name);
        html! {
            (around(self.name, self.label, self.hint, error, &html! {
                input id=(self.name) name=(self.name) type=(self.kind) inputmode=[self.inputmode] value=(self.value)
                    autocomplete=(self.autocomplete) spellcheck="false"
                    aria-invalid=[error.map(|_| "true")]
                    aria-describedby=[described_by(self.name, self.hint, error)];
            }))
        }
    }
}

/// A field of several lines; short where a sentence or two is expected. `id` may differ from `name` where one page has several.
pub fn area(
    (id, name): (&str, &str),
    label: &str,
    hint: Option<&str>,
    value: &str,
    short: bool,
    errors: &Errors,
) -> Markup {
    let error = errors.of(id);
    around(
        id,
        label,
        hint,
        error,
        &html! {
            textarea.short[short] id=(id) name=(name) aria-invalid=[error.map(|_| "true")]
                aria-describedby=[described_by(id, hint, error)] { (value) }
        },
    )
}

/// A choice of one; values with their names.
pub fn select(
    name: &str,
    label: &str,
    choices: &[(&str, &str)],
    chosen: &str,
    errors: &Errors,
) -> Markup {
    let error = errors.of(name);
    around(
        name,
        label,
        None,
        error,
        &html! {
            select id=(name) name=(name) aria-invalid=[error.map(|_| "true")] aria-describedby=[described_by(name, None, error)] {
                @for (value, text) in choices {
                    option value=(value) selected[*value == chosen] { (text) }
                }
            }
        },
    )
}

/// Label, hint and error around an input.
pub fn around(
    name: &str,
    label: &str,
    hint: Option<&str>,
    error: Option<&str>,
    input: &Markup,
) -> Markup {
    html! {
        div.field.wrong[error.is_some()] {
            label for=(name) { (label) }
            @if let Some(hint) = hint {
                p.hint id={ (name) "-hint" } { (hint) }
            }
            @if let Some(error) = error {
                p.error id={ (name) "-error" } { strong { "错误：" } (error) }
            }
            (input)
        }
    }
}

fn described_by(name: &str, hint: Option<&str>, error: Option<&str>) -> Option<String> {
    let ids: Vec<String> = [
        hint.map(|_| format!("{name}-hint")),
        error.map(|_| format!("{name}-error")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_typed_as_text_on_the_keys_of_digits() {
        let field = Field::text("people", "人数", "3").whole_number();
        let html = field.render(&Errors::default()).into_string();
        assert!(
            html.contains(r#"type="text" inputmode="numeric""#),
            "{html}"
        );
    }
}
