//! What a source calls its columns: told once by the office, and remembered under a name such as «许可系统».

use crate::opened::Opened;
use serde::Deserialize;
use sheets::ColumnAlias;
use std::collections::BTreeMap;
use web::{Context, Problem};

/// A source of sheets whose columns have names of their own.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub name: String,
    pub called: Vec<ColumnAlias>,
}

#[derive(Deserialize)]
struct SourceRow {
    name: String,
    /// Heading of the sheet → the register's heading.
    columns: BTreeMap<String, String>,
}

/// The sources of a register, by name.
pub(crate) async fn all(context: &Context, opened: &Opened) -> Result<Vec<Source>, Problem> {
    let sql = "SELECT json_group_array(json_object('name', name, 'columns', json(columns)))
        FROM (SELECT * FROM import_source WHERE register = ?1 AND columns <> '{}' ORDER BY name)";
    let rows: Vec<SourceRow> = context
        .store
        .json(sql, [opened.register.noun.into()])
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Source {
            name: row.name,
            called: row
                .columns
                .into_iter()
                .map(|(heading, column)| ColumnAlias { heading, column })
                .collect(),
        })
        .collect())
}

/// Remembers a source; one of the same name is told anew.
pub(crate) async fn remember(
    context: &Context,
    opened: &Opened,
    source: &Source,
) -> Result<(), Problem> {
    let columns: BTreeMap<&str, &str> = source
        .called
        .iter()
        .map(|called| (called.heading.as_str(), called.column.as_str()))
        .collect();
    let columns = serde_json::to_string(&columns).map_err(Problem::internal)?;
    let sql = "INSERT INTO import_source (register, name, columns, changed_by, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (register, name) DO UPDATE SET columns = excluded.columns, version = version + 1,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at";
    let parameters = [
        opened.register.noun.into(),
        source.name.as_str().into(),
        columns.into(),
        context.caller()?.account.as_str().into(),
        context.at().into(),
    ];
    context.store.run(sql, parameters).await?;
    Ok(())
}

/// Forgets what a source calls its columns; that it was told stays in the audit.
pub(crate) async fn forget(context: &Context, opened: &Opened, name: &str) -> Result<(), Problem> {
    let none = Source {
        name: name.to_owned(),
        called: Vec::new(),
    };
    match all(context, opened)
        .await?
        .iter()
        .any(|one| one.name == name)
    {
        true => remember(context, opened, &none).await,
        false => Err(Problem::not_found()),
    }
}
