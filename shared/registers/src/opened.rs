//! A register at work: what comes from its declaration, made once an instance and kept.

use crate::field::{Field, Kind};
use crate::form::{self, Typed};
use crate::import::check::{self, Found, Slices};
use crate::import::table::{Brought, Table};
use crate::list::{Column, Filter, Input, Item, List, Member, Shape};
use crate::record;
use crate::register::Register;
use sheets::Row;
use web::problem::FieldError;
use web::routes::Routes;
use web::{Answer, Context, Problem};

pub struct Opened {
    pub register: &'static Register,
    /// Its list.
    pub list: &'static List,
    /// Its columns in sheets, in the order of its fields.
    pub columns: &'static [sheets::Column],
    /// Its statements.
    pub table: Table,
}

impl Opened {
    /// Makes what comes from a declaration. It is never given back: once for each route table, not for each request.
    pub fn of(register: &'static Register) -> &'static Self {
        let columns: Vec<sheets::Column> = register
            .fields
            .iter()
            .map(|field| sheets::Column {
                name: field.heading,
                synonyms: field.synonyms,
                required: field.required,
            })
            .collect();
        Box::leak(Box::new(Self {
            register,
            list: Box::leak(Box::new(list(register))),
            columns: columns.leak(),
            table: table(register),
        }))
    }
}

/// For functions whose register has routes of its own.
impl Opened {
    /// Writes what can be taken of `given`, in the name of `by`; what is not named of a record stays as it is known.
    pub async fn write(
        &'static self,
        context: &Context,
        given: &[Item],
        by: &str,
    ) -> Result<Found, Problem> {
        let at = context.at();
        let mut all = Found::default();
        let mut number = 0;
        // Records that bring the same fields go in together.
        for group in given.chunk_by(|a, b| a.keys().eq(b.keys())) {
            let rows: Vec<Row> = group
                .iter()
                .map(|given| {
                    number += 1;
                    record::row(self, number, given)
                })
                .collect();
            let fields = self.register.fields.iter();
            let headings = fields
                .filter(|field| group[0].contains_key(field.api))
                .map(|field| field.heading)
                .collect();
            let mut slices = Slices::new(self, rows.into_iter(), headings, context.today());
            while let Some(slice) = slices.next(&context.store).await? {
                let sql = self.table.write(&|heading| slice.has(heading));
                let (created, updated) =
                    check::write(&context.store, &sql, &slice.records, by, &at).await?;
                slices.count(slice.count, created, updated);
            }
            all.add(slices.found);
        }
        for flaw in all.rejected.iter_mut().chain(&mut all.warnings) {
            let fields = &mut self.register.fields.iter();
            if let Some(field) = fields.find(|field| field.heading == flaw.field) {
                flaw.field = field.api.to_owned();
            }
        }
        Ok(all)
    }

    /// Whether the register has a field of this name as data.
    pub fn has(&self, name: &str) -> bool {
        let mut fields = self.register.fields.iter();
        fields.any(|field| field.api == name)
    }

    /// What is given that the register does not have.
    pub fn unknown(&self, given: &Item) -> Vec<FieldError> {
        record::unknown(self.register.fields, given)
    }

    /// `PATCH` of one record by its name in addresses; gives it as it is now.
    pub async fn change(
        &'static self,
        context: &Context,
        id: &str,
        given: Item,
    ) -> Result<String, Problem> {
        record::changed(self, context, id, given).await
    }

    /// The form to edit one record.
    pub async fn edit_page(&'static self, context: Context, id: String) -> Answer {
        form::edit(self, context, id).await
    }

    /// What came of that form.
    pub async fn edit_submitted(
        &'static self,
        context: Context,
        id: String,
        sent: Typed,
    ) -> Answer {
        form::submit_edit(self, context, id, sent).await
    }

    /// The routes of its imports.
    pub fn imports(&'static self, routes: Routes) -> Routes {
        crate::routes::importing(routes, self)
    }
}

fn table(register: &Register) -> Table {
    let brought = |field: &Field| Brought::by(field.column, field.heading);
    let written = register
        .written
        .iter()
        .map(|written| Brought::derived(written.column, written.with.map(|field| field.heading)));
    Table {
        name: register.table,
        key: register.keys().map(|field| field.column).collect(),
        key_expressions: register
            .keys()
            .map(|field| match field.is_always_there() {
                true => field.column.to_owned(),
                false => format!("coalesce({}, '')", field.column),
            })
            .collect(),
        values: register
            .fields
            .iter()
            .filter(|field| !field.key)
            .map(brought)
            .chain(written)
            .collect(),
    }
}

/// A part of a statement that is kept with its list.
fn kept(sql: String) -> &'static str {
    sql.leak()
}

fn list(register: &'static Register) -> List {
    let own_from = match register.about {
        Some(_) => kept(format!(
            "{} t LEFT JOIN enterprise_ledger e ON e.uscc = t.uscc",
            register.table
        )),
        None => kept(format!("{} t", register.table)),
    };
    List {
        name: register.noun,
        title: register.title,
        path: register.path,
        api: register.api,
        from: register.from.unwrap_or(own_from),
        id: register.number,
        sort: register.sort,
        item: item(register).leak(),
        filters: filters(register).leak(),
        columns: columns(register).leak(),
        town: register.town.unwrap_or(match register.about {
            Some(_) => "e.town",
            None => "NULL",
        }),
        cadre: register.cadre,
        condition: register.standing,
        nothing: register.nothing,
        above: register.above,
        register: Some(register),
        ..List::PLAIN
    }
}

/// What a record says as data.
fn item(register: &Register) -> Vec<Member> {
    let mut item = Vec::new();
    if register.edited {
        item.push(Member::text("id", kept(register.id())).always());
        item.push(Member::whole("version", "t.version").always());
    }
    for field in register.fields {
        let column = format!("t.{}", field.column);
        let (sql, shape) = match field.kind {
            Kind::Word(words) => (column, Shape::Word(words.choices)),
            Kind::PastDay | Kind::AnyDay => (column, Shape::Date),
            Kind::Money | Kind::Number { .. } => (column, Shape::Whole),
            Kind::YesNo => (
                format!("json(iif({column}, 'true', 'false'))"),
                Shape::YesNo,
            ),
            Kind::Code(_)
            | Kind::Uscc
            | Kind::LicenseNumber
            | Kind::Text(_)
            | Kind::LongText(_)
            | Kind::Telephone
            | Kind::Town => (column, Shape::Text),
        };
        item.push(Member {
            name: field.api,
            sql: kept(sql),
            shape,
            always: field.is_always_there(),
        });
    }
    if let Some(about) = register.about {
        item.push(Member::text(about.name, "coalesce(e.name, '（台账里没有这家企业）')").always());
        item.push(Member::text("town", "e.town"));
    }
    item.extend(register.computed.iter().map(|computed| computed.member));
    item
}

/// The columns of the list: what a record is known by, whose it is, and what it says. The business comes first where it is part of
/// what a record is known by.
fn columns(register: &Register) -> Vec<Column> {
    let is_business = |field: &Field| matches!(field.kind, Kind::Uscc);
    let shown = |field: &Field| {
        let mut column = field.shown();
        if matches!(field.kind, Kind::Money) {
            column.heading = kept(format!("{}（元）", field.heading));
        }
        match field.sorted {
            true => column.by(kept(format!("t.{}", field.column))),
            false => column,
        }
    };
    let is_shown =
        |field: &&Field| field.listed && (register.about.is_none() || !is_business(field));
    let fields = register.fields.iter().filter(is_shown);
    let (keys, others): (Vec<&Field>, Vec<&Field>) = fields.partition(|field| field.key);
    let mut columns: Vec<Column> = keys.iter().map(|field| shown(field)).collect();
    // What a record is known by leads to its page.
    let has_page = register.keys().any(|field| field.page.is_some());
    let named = keys.iter().rposition(|field| {
        matches!(
            field.kind,
            Kind::Code(_) | Kind::Text(_) | Kind::LicenseNumber
        )
    });
    if let Some(place) = named.filter(|_| register.edited && !has_page) {
        let (field, by) = (keys[place], columns[place].by);
        let page = kept(format!("{}/", register.path));
        columns[place] = Column {
            by,
            ..Column::link(field.heading, field.api, page, "id")
        };
    }
    if let Some(about) = register.about {
        let business = [
            Column::link("企业名称", about.name, about.page, "uscc").by("e.name"),
            Column::text("镇街", "town").by("e.town"),
        ];
        let by_business = register.keys().any(is_business);
        let place = if by_business { 0 } else { columns.len() };
        columns.splice(place..place, business);
    }
    columns.extend(others.into_iter().map(shown));
    let computed = register.computed.iter();
    columns.extend(computed.filter_map(|computed| computed.column));
    if register.about.is_some() {
        columns.push(Column::text("统一社会信用代码", "uscc"));
    }
    columns
}

fn filters(register: &'static Register) -> Vec<Filter> {
    let mut filters = Vec::new();
    let searched: Vec<&Field> = register
        .fields
        .iter()
        .filter(|field| field.searched)
        .collect();
    let mut conditions: Vec<String> = searched
        .iter()
        .map(|field| match field.kind {
            Kind::Code(_) | Kind::LicenseNumber => format!("{{begins t.{}}}", field.column),
            _ => format!("{{part t.{}}}", field.column),
        })
        .collect();
    let mut names: Vec<&str> = searched.iter().map(|field| field.heading).collect();
    for computed in register.computed.iter().filter(|one| one.searched) {
        conditions.push(format!("{{part {}}}", computed.member.sql));
        names.extend(computed.column.map(|column| column.heading));
    }
    if register.about.is_some() {
        conditions.push("{found t.uscc}".to_owned());
        names.push("企业名称或代码");
    }
    if !conditions.is_empty() {
        filters.push(Filter::search(
            kept(names.join("、")),
            kept(conditions.join(" OR ")),
        ));
    }
    if register.about.is_some() {
        filters.push(Filter::town("e.town = {}"));
    }
    for field in register.fields {
        match field.kind {
            Kind::Word(words) if field.filtered => filters.push(Filter {
                name: field.api,
                label: field.heading,
                input: Input::Choice(words.choices),
                condition: kept(format!("t.{} = {{}}", field.column)),
            }),
            Kind::Town if field.filtered => {
                filters.push(Filter::town(kept(format!("t.{} = {{}}", field.column))))
            }
            Kind::Uscc => filters.push(Filter {
                name: "uscc",
                label: "企业",
                input: Input::Hidden,
                condition: "t.uscc = {}",
            }),
            _ if field.filtered => filters.push(Filter {
                name: field.api,
                label: field.heading,
                input: Input::Hidden,
                condition: kept(format!("t.{} = {{}}", field.column)),
            }),
            _ => {}
        }
    }
    for computed in register.computed.iter().filter(|one| one.filtered) {
        let (member, column) = (computed.member, computed.column);
        if let Shape::Word(words) = member.shape {
            filters.push(Filter {
                name: member.name,
                label: column.map_or(member.name, |column| column.heading),
                input: Input::Choice(words),
                condition: kept(format!("{} = {{}}", member.sql)),
            });
        }
    }
    filters
}
