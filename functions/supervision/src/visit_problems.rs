//! The problems of a visit, one by one on its form: what was found, its photographs, whether it was put right at once, and what the
//! business said.

use crate::new_visit::FoundProblem;
use crate::problem_photos::MOST_PHOTOS;
use attachments::{Attachment, PHOTOS, accept, plain_name};
use domain::office_date;
use maud::{Markup, html};
use registers::FormValues;
use web::Problem;
use web::form::Errors;
use web::problem::FieldError;
use web::upload::FormFile;

/// The problems that the form has room for; more of them are sent as another visit.
const ROWS: usize = 6;

/// The field of the photographs of a problem begins so; its place follows.
const PHOTO: &str = "photo-";

/// A photograph that came with the form.
pub struct FormPhoto {
    /// The place on the form of the problem that it shows.
    row: usize,
    pub name: String,
    pub attachment: Attachment,
}

/// A problem as the form names it, with its photographs.
pub struct TypedProblem {
    pub found: FoundProblem,
    pub photos: Vec<FormPhoto>,
}

/// Whether a field of the form holds photographs.
pub fn is_photo(field: &str) -> bool {
    field.starts_with(PHOTO)
}

/// The photographs of the form.
///
/// # Errors
///
/// 422 for a file that is no picture, 503 where there is no memory for it now.
pub fn photos(files: Vec<FormFile>) -> Result<Vec<FormPhoto>, Problem> {
    let mut photos = Vec::new();
    for file in files {
        let Some(row) = file
            .field
            .strip_prefix(PHOTO)
            .and_then(|row| row.parse().ok())
        else {
            continue;
        };
        let name = file.name.as_deref();
        let attachment =
            accept(file.bytes, PHOTOS).map_err(|error| error.problem(name.unwrap_or("")))?;
        photos.push(FormPhoto {
            row,
            name: plain_name(name, attachment.media_type),
            attachment,
        });
    }
    Ok(photos)
}

fn value<'t>(typed: &'t FormValues, name: &str, row: usize) -> &'t str {
    typed
        .get(&format!("{name}-{row}"))
        .map_or("", |value| value.trim())
}

/// The problems that the form names; an error for each that does not say whether it was put right, or until when it will be.
pub fn typed_problems(
    typed: &FormValues,
    photos: Vec<FormPhoto>,
) -> Result<Vec<TypedProblem>, Vec<FieldError>> {
    let mut problems = Vec::new();
    let mut errors = Vec::new();
    let mut photos = photos;
    for row in 0..ROWS {
        let text = value(typed, "problem", row);
        let (of_row, others): (Vec<_>, Vec<_>) = photos.into_iter().partition(|one| one.row == row);
        photos = others;
        let mut wrong = |given: &str, reason: String| {
            errors.push(FieldError::new(&format!("problem-{row}"), given, reason));
        };
        if text.is_empty() {
            if !of_row.is_empty() {
                wrong("", format!("问题 {} 有照片，请写明是什么问题", row + 1));
            }
            continue;
        }
        if of_row.len() > usize::try_from(MOST_PHOTOS).unwrap_or(usize::MAX) {
            wrong(text, format!("一个问题最多 {MOST_PHOTOS} 张照片"));
        }
        let mend_by = match (value(typed, "mended", row), value(typed, "mend", row)) {
            ("now", _) => None,
            ("later", "") => {
                wrong(text, format!("问题 {}：请填企业答应哪天改好", row + 1));
                None
            }
            (_, "") => {
                wrong(
                    text,
                    format!("问题 {}：请选当场改好了，还是还没有改好", row + 1),
                );
                None
            }
            (_, day) => match office_date::parse(day) {
                Ok(day) => Some(day),
                Err(error) => {
                    wrong(day, error.to_string());
                    None
                }
            },
        };
        let found = FoundProblem {
            text: text.to_owned(),
            mend_by,
            said: value(typed, "said", row).to_owned(),
        };
        problems.push(TypedProblem {
            found,
            photos: of_row,
        });
    }
    match errors.is_empty() {
        true => Ok(problems),
        false => Err(errors),
    }
}

/// The problems of the form: the first stands open, and each further one under the one before it.
pub fn problem_rows(typed: &FormValues, errors: &Errors) -> Markup {
    html! {
        div.found-problems id="problems" {
            @if let Some(error) = errors.of("problems") { p.error { strong { "错误：" } (error) } }
            @if let Some(error) = errors.of("file") { p.error id="file" { strong { "错误：" } (error) "。照片请重新选。" } }
            p.hint { "督导不是检查：发现的问题转监管所处理。" }
            (problem_row(0, typed, errors))
        }
    }
}

fn problem_row(row: usize, typed: &FormValues, errors: &Errors) -> Markup {
    let of = |name: &str| value(typed, name, row);
    let id = |name: &str| format!("{name}-{row}");
    let problem = id("problem");
    let error = errors.of(&problem);
    let next_is_used = (row + 1..ROWS).any(|next| {
        !value(typed, "problem", next).is_empty() || errors.of(&format!("problem-{next}")).is_some()
    });
    html! {
        fieldset.field.wrong[error.is_some()] { legend { "问题 " (row + 1) }
            @if let Some(error) = error { p.error { strong { "错误：" } (error) } }
            label for=(problem) { "发现了什么" }
            textarea.short id=(problem) name=(problem) rows="2" maxlength="300" autocomplete="off" { (of("problem")) }
            label for=(id("photo")) { "照片" }
            input id=(id("photo")) name=(id("photo")) type="file" accept="image/*" multiple;
            div.choices {
                (mended(row, "now", "当场改好了", of("mended"))) (mended(row, "later", "还没有改好", of("mended")))
            }
            div.promised {
                label for=(id("mend")) { "企业答应哪天改好" }
                input id=(id("mend")) name=(id("mend")) type="date" value=(of("mend"));
            }
            label for=(id("said")) { "企业怎么说（可以不填）" }
            input id=(id("said")) name=(id("said")) value=(of("said")) maxlength="300" autocomplete="off";
        }
        @if row + 1 < ROWS {
            details open[next_is_used] { summary { "还有一个问题" } (problem_row(row + 1, typed, errors)) }
        }
    }
}

fn mended(row: usize, code: &str, label: &str, chosen: &str) -> Markup {
    let id = format!("mended-{row}-{code}");
    html! {
        label.choice for=(id) { input id=(id) type="radio" name={ "mended-" (row) } value=(code) checked[code == chosen]; (label) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> FormValues {
        let fields = fields.iter();
        fields
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_problem_says_whether_it_was_put_right_and_until_when_it_will_be() {
        let typed = form(&[
            ("problem-0", "冷柜温度偏高"),
            ("mended-0", "later"),
            ("mend-0", "2026-12-08"),
            ("said-0", "师傅周二来"),
            ("problem-1", "地面有水"),
            ("mended-1", "now"),
        ]);
        let problems = typed_problems(&typed, Vec::new()).ok().unwrap();
        let days: Vec<Option<String>> = problems
            .iter()
            .map(|one| one.found.mend_by.map(|day| day.to_string()))
            .collect();
        assert_eq!(days, [Some("2026-12-08".to_owned()), None]);
        assert_eq!(problems[0].found.said, "师傅周二来");
    }

    #[test]
    fn a_problem_that_does_not_say_so_is_asked_about() {
        for (fields, asked) in [
            (vec![("problem-0", "地面有水")], "当场改好了"),
            (
                vec![("problem-0", "地面有水"), ("mended-0", "later")],
                "答应哪天改好",
            ),
        ] {
            let errors = typed_problems(&form(&fields), Vec::new()).err().unwrap();
            assert!(errors[0].reason.contains(asked), "{}", errors[0].reason);
        }
    }
}
