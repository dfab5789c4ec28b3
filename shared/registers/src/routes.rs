//! The routes of lists and registers.

use crate::form::{self, FormValues};
use crate::import::report::ImportReport;
use crate::import::{self, Options, columns, pages};
use crate::list::{Item, List, ListQuery};
use crate::opened::Opened;
use crate::record;
use crate::register::Register;
use axum::extract::Request;
use web::api::Api;
use web::extract::{Form, Json, Path, Query};
use web::routes::{Routes, Who};
use web::{Context, Token};

/// Routes that come from a declaration.
pub trait Declares {
    /// Page, workbook and data of a list.
    #[must_use]
    fn list(self, who: Who, list: &'static List) -> Self;

    /// Page and workbook of a list whose data have a handler of their own.
    #[must_use]
    fn list_pages(self, who: Who, list: &'static List) -> Self;

    /// Everything about a register.
    #[must_use]
    fn register(self, register: &'static Register) -> Self;
}

/// What an operation is called: `list_license_applications`.
fn operation(verb: &str, noun: &str) -> &'static str {
    format!("{verb}_{}", noun.replace('-', "_")).leak()
}

/// An address that is kept with its route.
fn address(parts: [&str; 2]) -> &'static str {
    parts.concat().leak()
}

impl Declares for Routes {
    fn list(self, who: Who, list: &'static List) -> Self {
        self.list_pages(who, list)
            .get(
                list.api,
                who,
                move |context: Context, Query(asked): Query<ListQuery>| list.data(context, asked),
            )
            .api(
                list.title,
                Api::default()
                    .named(operation("list", list.name))
                    .asks_value(|| list.described_query())
                    .gives_value(|| list.described_page()),
            )
    }

    fn list_pages(self, who: Who, list: &'static List) -> Self {
        self.get(
            list.path,
            who,
            move |context: Context, Query(asked): Query<ListQuery>| list.page(context, asked),
        )
        .get(
            address([list.path, "/export.xlsx"]),
            who,
            move |context: Context, Query(asked): Query<ListQuery>| list.workbook(context, asked),
        )
    }

    fn register(self, register: &'static Register) -> Self {
        let opened = Opened::of(register);
        let routes = self.list(register.sees, opened.list);
        let routes = importing(routes, opened);
        match register.edited {
            true => editing(routes, opened),
            false => routes,
        }
    }
}

pub(crate) fn importing(routes: Routes, opened: &'static Opened) -> Routes {
    let (path, who) = (opened.register.path, opened.register.changes);
    let under = |rest| address([path, rest]);
    routes
        .made_from(opened.register)
        .get(under("/import"), who, move |context: Context| {
            pages::start(opened, context)
        })
        .post(
            under("/import"),
            who,
            move |context: Context, request: Request| pages::stage(opened, context, request),
        )
        .post(
            under("/import/forget"),
            who,
            move |context: Context, Form(mut typed): Form<FormValues>| {
                let name = typed.remove("name").unwrap_or_default();
                pages::forget(opened, context, name)
            },
        )
        .get(
            under("/import/{id}"),
            who,
            move |context: Context, Path(id): Path<String>| pages::show(opened, context, id),
        )
        .post(
            under("/import/{id}/apply"),
            who,
            move |context: Context, Path(id): Path<String>| pages::apply(opened, context, id),
        )
        .get(
            under("/import/{id}/rejected.xlsx"),
            who,
            move |context: Context, Path(id): Path<String>| pages::rejected(opened, context, id),
        )
        .get(
            under("/import/{id}/columns"),
            who,
            move |context: Context, Path(id): Path<String>| columns::ask(opened, context, id),
        )
        .post(
            under("/import/{id}/columns"),
            who,
            move |context: Context, Path(id): Path<String>, Form(typed): Form<FormValues>| {
                columns::tell(opened, context, id, typed)
            },
        )
        .post(
            address([opened.register.api, "/import"]),
            who.or(Token::Import),
            move |context: Context, Query(options): Query<Options>, request: Request| {
                import::import(opened, context, options, request)
            },
        )
        .api(
            address(["导入", opened.register.title]),
            Api::default()
                .named(operation("import", opened.register.noun))
                .asks::<Options>()
                .takes_file()
                .gives_value(ImportReport::described),
        )
}

fn editing(routes: Routes, opened: &'static Opened) -> Routes {
    let register = opened.register;
    let (path, api, who) = (register.path, register.api, register.changes);
    let has_page = register.keys().any(|field| field.page.is_some());
    let routes = match has_page {
        true => routes,
        false => routes.get(
            address([path, "/{id}"]),
            register.sees,
            move |context: Context, Path(id): Path<String>| form::record_page(opened, context, id),
        ),
    };
    routes
        .get(
            address([path, "/new"]),
            who,
            move |context: Context, Query(asked): Query<FormValues>| {
                form::new_page(opened, context, asked)
            },
        )
        .post(
            address([path, "/new"]),
            who,
            move |context: Context, Form(sent): Form<FormValues>| {
                form::submit_new(opened, context, sent)
            },
        )
        .get(
            address([path, "/{id}/edit"]),
            who,
            move |context: Context, Path(id): Path<String>| form::edit_page(opened, context, id),
        )
        .post(
            address([path, "/{id}/edit"]),
            who,
            move |context: Context, Path(id): Path<String>, Form(sent): Form<FormValues>| {
                form::submit_edit(opened, context, id, sent)
            },
        )
        .get(
            address([api, "/{id}"]),
            register.sees,
            move |context: Context, Path(id): Path<String>| record::show(opened, context, id),
        )
        .api(
            address([register.title, "：一条"]),
            Api::default()
                .named(operation("show", register.noun))
                .gives_value(|| opened.list.described_item()),
        )
        .post(
            api,
            who.or(Token::Write),
            move |context: Context, Json(given): Json<Item>| record::add(opened, context, given),
        )
        .api(
            address(["登记", register.title]),
            Api::default()
                .named(operation("add", register.noun))
                .takes_value(|| register.described_new())
                .gives_new_value(|| opened.list.described_item())
                .refuses(&[409]),
        )
        .patch(
            address([api, "/{id}"]),
            who.or(Token::Write),
            move |context: Context, Path(id): Path<String>, Json(given): Json<Item>| {
                record::change(opened, context, id, given)
            },
        )
        .api(
            address(["修改", register.title]),
            Api::default()
                .named(operation("change", register.noun))
                .takes_value(|| register.described_change())
                .gives_value(|| opened.list.described_item())
                .refuses(&[409]),
        )
}
