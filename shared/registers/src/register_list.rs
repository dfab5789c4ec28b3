//! The list of a register, made from its declaration: what a record says as data, the columns, and what can be asked.

use crate::enterprises;
use crate::field::{Field, Kind};
use crate::list::{Column, Filter, Input, List, Member, Shape};
use crate::places;
use crate::register::Register;

/// A part of a statement or a text, kept as long as its list: for ever.
fn keep_text(sql: String) -> &'static str {
    sql.leak()
}

/// The list of a register.
pub(crate) fn list_of(register: &'static Register) -> List {
    let own_from = match register.about {
        Some(_) => keep_text(format!(
            "{} t LEFT JOIN enterprise_ledger e ON e.uscc = t.uscc",
            register.table
        )),
        None => keep_text(format!("{} t", register.table)),
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
        item.push(Member::text("id", keep_text(register.id())).always());
        item.push(Member::whole("version", "t.version").always());
    }
    for field in register.fields.iter().filter(|field| field.kept) {
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
            | Kind::Telephone => (column, Shape::Text),
            Kind::CreditCode => (
                format!("coalesce({column}, {})", enterprises::CODE_OF_NUMBER),
                Shape::Text,
            ),
            Kind::Town => (places::town_name(&column), Shape::Text),
            Kind::Village(town) => {
                let name = places::village_name(&format!("t.{town}"), &column);
                (name, Shape::Text)
            }
        };
        item.push(Member {
            name: field.api,
            sql: keep_text(sql),
            shape,
            always: field.is_always_there(),
        });
    }
    if let Some(about) = register.about {
        item.push(Member::text(about.name, "coalesce(e.name, '（台账里没有这家企业）')").always());
        item.push(Member::text("town", crate::town_name!("e.town")));
    }
    item.extend(register.computed.iter().map(|computed| computed.member));
    item
}

/// The columns of the list: what a record is known by, whose it is, and what it says. The business comes first where it is part of
/// what a record is known by.
fn columns(register: &Register) -> Vec<Column> {
    let is_business = |field: &Field| matches!(field.kind, Kind::Uscc);
    let shown = |field: &Field| {
        let mut column = field.list_column();
        if matches!(field.kind, Kind::Money) {
            column.heading = keep_text(format!("{}（元）", field.heading));
        }
        match field.sorted {
            true => column.by(keep_text(format!("t.{}", field.column))),
            false => column,
        }
    };
    let is_shown = |field: &&Field| {
        field.listed && field.kept && (register.about.is_none() || !is_business(field))
    };
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
        let page = keep_text(format!("{}/", register.path));
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

/// What the list can be narrowed to.
fn filters(register: &'static Register) -> Vec<Filter> {
    let mut filters: Vec<Filter> = search_filter(register).into_iter().collect();
    if register.about.is_some() {
        filters.push(Filter::town("e.town IN {towns}"));
    }
    filters.extend(register.fields.iter().filter_map(field_filter));
    for computed in register.computed.iter().filter(|one| one.filtered) {
        let (member, column) = (computed.member, computed.column);
        if let Shape::Word(words) = member.shape {
            filters.push(Filter {
                name: member.name,
                label: column.map_or(member.name, |column| column.heading),
                input: Input::Choice(words),
                condition: keep_text(format!("{} = {{}}", member.sql)),
            });
        }
    }
    filters
}

/// The search field, where anything is searched.
fn search_filter(register: &'static Register) -> Option<Filter> {
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
    (!conditions.is_empty()).then(|| {
        Filter::search(
            keep_text(names.join("、")),
            keep_text(conditions.join(" OR ")),
        )
    })
}

/// The filter of one field, where it has one.
fn field_filter(field: &'static Field) -> Option<Filter> {
    let condition = || keep_text(format!("t.{} = {{}}", field.column));
    match field.kind {
        Kind::Word(words) if field.filtered => Some(Filter {
            name: field.api,
            label: field.heading,
            input: Input::Choice(words.choices),
            condition: condition(),
        }),
        Kind::Town if field.filtered => {
            let condition = format!("t.{} IN {{towns}}", field.column);
            Some(Filter::town(keep_text(condition)))
        }
        Kind::Uscc => Some(Filter {
            name: "uscc",
            label: "企业",
            input: Input::Hidden,
            condition: "t.uscc = {}",
        }),
        _ if field.filtered => Some(Filter {
            name: field.api,
            label: field.heading,
            input: Input::Hidden,
            condition: condition(),
        }),
        _ => None,
    }
}
