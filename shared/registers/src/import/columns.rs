//! Which column is which: asked once where a sheet's headings are not known, and remembered for the next sheet of the same source.

use super::pages::{stage_pieces, unknown};
use super::source::{self, Source};
use super::staged_import::StagedImport;
use crate::form::FormValues;
use crate::opened::Opened;
use axum::response::{IntoResponse as _, Redirect};
use bytes::Bytes;
use http::StatusCode;
use maud::html;
use sheets::ColumnAlias;
use web::form::{Errors, Field, around};
use web::problem::FieldError;
use web::respond::refused;
use web::{Answer, Context, Problem, page};

/// The longest name of a source.
const NAME: usize = 40;

pub(crate) async fn ask(opened: &'static Opened, context: Context, id: String) -> Answer {
    let waiting = StagedImport::find(&context, opened, id)?;
    columns_page(
        opened,
        &context,
        &waiting,
        &FormValues::new(),
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
    waiting: &StagedImport<'_>,
    typed: &FormValues,
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
    typed: FormValues,
) -> Answer {
    let waiting = StagedImport::find(&context, opened, id)?;
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
    waiting: &StagedImport<'_>,
    typed: &FormValues,
) -> Result<String, Problem> {
    let (file, headings) = unknown(waiting).await?;
    let name = typed.get("name").map_or("", |name| name.trim()).to_owned();
    let called = read_answers(opened, &name, &headings, typed).map_err(Problem::invalid)?;
    let pieces = waiting.file().await?;
    let source = extend_known(opened, context, &pieces, Source { name, called }).await?;
    // What does not make the file readable is not remembered.
    super::open_by(opened, &pieces, &source.called).map_err(|unread| match unread {
        super::UnreadableFile::NoHeader { missing, .. } => Problem::invalid(vec![FieldError::new(
            &field(0),
            "",
            format!("还缺这些必须有的列：{}", missing.join("、")),
        )]),
        super::UnreadableFile::Other(problem) => problem,
    })?;
    source::remember(context, opened, &source).await?;
    stage_pieces(opened, context, file, pieces).await
}

/// Which heading was said to be which column.
fn read_answers(
    opened: &Opened,
    name: &str,
    headings: &[String],
    typed: &FormValues,
) -> Result<Vec<ColumnAlias>, Vec<FieldError>> {
    let mut errors = Vec::new();
    if name.is_empty() || name.chars().count() > NAME {
        errors.push(FieldError::new(
            "name",
            name,
            format!("请给这种表格起个名字，不超过 {NAME} 个字"),
        ));
    }
    let mut called: Vec<ColumnAlias> = Vec::new();
    for (place, column) in opened.columns.iter().enumerate() {
        let answer = typed.get(&field(place)).filter(|text| !text.is_empty());
        let Some(heading) = answer else {
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
            called.push(ColumnAlias {
                heading: heading.clone(),
                column: column.name.to_owned(),
            });
        }
    }
    if errors.is_empty() && called.is_empty() {
        errors.push(FieldError::new(&field(0), "", "请至少指出一列"));
    }
    match errors.is_empty() {
        true => Ok(called),
        false => Err(errors),
    }
}

/// The source with what is known already: of the source of this name, or else of the one by which the file can be read now. What is
/// said anew takes the place of what was known of the same heading or column.
async fn extend_known(
    opened: &Opened,
    context: &Context,
    pieces: &[Bytes],
    source: Source,
) -> Result<Source, Problem> {
    let sources = source::all(context, opened).await?;
    let same = sources.iter().find(|known| known.name == source.name);
    let reads = |known: &&Source| super::open_by(opened, pieces, &known.called).is_ok();
    let before = same.or_else(|| sources.iter().find(reads));
    let is_untouched = |old: &&ColumnAlias| {
        source
            .called
            .iter()
            .all(|new| new.heading != old.heading && new.column != old.column)
    };
    let kept: Vec<ColumnAlias> = before
        .map(|known| {
            let untouched = known.called.iter().filter(is_untouched);
            untouched.cloned().collect()
        })
        .unwrap_or_default();
    Ok(Source {
        called: source.called.into_iter().chain(kept).collect(),
        ..source
    })
}
