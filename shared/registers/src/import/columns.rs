//! Which column is which: asked once where a sheet's headings are not known, and remembered for the next sheet of the same source.

use super::pages::{stage_pieces, unknown};
use super::source::{self, Source};
use super::waiting::Waiting;
use crate::opened::Opened;
use axum::response::{IntoResponse as _, Redirect};
use http::StatusCode;
use maud::html;
use sheets::Called;
use std::collections::BTreeMap;
use web::form::{Errors, Field, around};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page};

/// The longest name of a source.
const NAME: usize = 40;

type Typed = BTreeMap<String, String>;

pub(crate) async fn ask(opened: &'static Opened, context: Context, id: String) -> Answer {
    let waiting = Waiting::of(&context, opened, id)?;
    columns_page(
        opened,
        &context,
        &waiting,
        &Typed::new(),
        &Errors::default(),
    )
    .await
}

/// The name of the form's field for a column.
fn field(place: usize) -> String {
    format!("column-{place}")
}

async fn columns_page(
    opened: &Opened,
    context: &Context,
    waiting: &Waiting<'_>,
    typed: &Typed,
    errors: &Errors,
) -> Answer {
    let (file, headings) = unknown(waiting).await?;
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let path = opened.register.path;
    Ok(page::page(
        context,
        &errors.title("这些列是什么"),
        &html! {
            (errors.summary())
            h1 { "这些列是什么" }
            p { "文件：" (file) }
            p { "请指出每一项在您的表里叫什么。只要指一次，同样的表格下次就认识了。表里没有的项留空；已经认识的列不用指。" }
            form.stack method="post" {
                (Field::text("name", "给这种表格起个名字", value("name")).hint("例如：许可系统、12315导出").render(errors))
                @for (place, column) in opened.columns.iter().enumerate() {
                    @let name = field(place);
                    @let label = if column.required { format!("{}（必须有）", column.name) } else { column.name.to_owned() };
                    (around(&name, &label, None, errors.of(&name), &html! {
                        select id=(name) name=(name) aria-invalid=[errors.of(&name).map(|_| "true")] {
                            option value="" { "（不用指，或者表里没有）" }
                            @for heading in &headings {
                                option value=(heading) selected[value(&name) == heading] { (heading) }
                            }
                        }
                    }))
                }
                div.actions { button.main { "记住并继续" } a.second href={ (path) "/import" } { "换一份文件" } }
            }
        },
    ))
}

pub(crate) async fn tell(
    opened: &'static Opened,
    context: Context,
    id: String,
    typed: Typed,
) -> Answer {
    let waiting = Waiting::of(&context, opened, id)?;
    match remember(opened, &context, &waiting, &typed).await {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let errors = Errors(problem.errors);
            let page = columns_page(opened, &context, &waiting, &typed, &errors).await?;
            Ok(refused(problem.status, page))
        }
        Err(problem) => Err(problem),
    }
}

async fn remember(
    opened: &'static Opened,
    context: &Context,
    waiting: &Waiting<'_>,
    typed: &Typed,
) -> Result<String, Problem> {
    let (file, headings) = unknown(waiting).await?;
    let name = typed.get("name").map_or("", |name| name.trim()).to_owned();
    let mut errors = Vec::new();
    if name.is_empty() || name.chars().count() > NAME {
        errors.push(FieldError::new(
            "name",
            &*name,
            format!("请给这种表格起个名字，不超过 {NAME} 个字"),
        ));
    }
    let mut called: Vec<Called> = Vec::new();
    for (place, column) in opened.columns.iter().enumerate() {
        let told = typed.get(&field(place)).filter(|told| !told.is_empty());
        let Some(heading) = told else {
            continue;
        };
        if !headings.contains(heading) {
            errors.push(FieldError::new(&field(place), heading, "表里没有这一列"));
        } else if called.iter().any(|other| other.heading == *heading) {
            errors.push(FieldError::new(
                &field(place),
                heading,
                format!("“{heading}”已经指给另一项了"),
            ));
        } else {
            called.push(Called {
                heading: heading.clone(),
                column: column.name.to_owned(),
            });
        }
    }
    if errors.is_empty() && called.is_empty() {
        errors.push(FieldError::new(&field(0), "", "请至少指出一列"));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let pieces = waiting.file().await?;
    // What is told adds to what was told under this name, or else to what the file is read by now.
    let sources = source::all(context, opened).await?;
    let same = sources.iter().find(|source| source.name == name);
    let reads = |source: &&Source| super::open_by(opened, &pieces, &source.called).is_ok();
    let before = same.or_else(|| sources.iter().find(reads));
    let anew = |old: &&Called| {
        called
            .iter()
            .all(|new| new.heading != old.heading && new.column != old.column)
    };
    let kept: Vec<Called> = before
        .map(|source| source.called.iter().filter(anew).cloned().collect())
        .unwrap_or_default();
    let told = Source {
        name,
        called: called.into_iter().chain(kept).collect(),
    };
    // What does not make the file readable is not remembered.
    super::open_by(opened, &pieces, &told.called).map_err(|unread| match unread {
        super::Unread::NoHeader { missing, .. } => Problem::invalid(vec![FieldError::new(
            &field(0),
            "",
            format!("还缺这些必须有的列：{}", missing.join("、")),
        )]),
        super::Unread::Other(problem) => problem,
    })?;
    source::remember(context, opened, &told).await?;
    stage_pieces(opened, context, file, pieces).await
}
