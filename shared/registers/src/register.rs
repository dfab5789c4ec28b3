//! A register as it is declared: one value, from which everything about it comes.

use crate::field::Field;
use crate::identity::{Identify, KeepUnplaced};
use crate::list::{Buttons, Column, Member};
use crate::reading::Rule;
use maud::{Markup, html};
use web::Context;
use web::routes::Who;

/// A register. What most leave as it is has its place in [`Register::PLAIN`].
#[derive(Clone, Copy)]
pub struct Register {
    /// Its name in addresses and file names: `samples`.
    pub noun: &'static str,
    pub title: &'static str,
    pub table: &'static str,
    /// Its list; the pages to import, add and edit lie under it.
    pub path: &'static str,
    /// Its address as data.
    pub api: &'static str,
    /// Who sees it; towns and stations see their own.
    pub sees: Who,
    /// Who imports, adds and edits.
    pub changes: Who,
    /// Which business a record is about.
    pub about: Option<About>,
    pub fields: &'static [Field],
    /// Whether records are added and edited by hand. Where they move by steps of their own, or are never changed, they only come in
    /// by sheets.
    pub edited: bool,
    /// What is true of every record that is shown: those taken back are not.
    pub standing: &'static str,
    /// A whole number of each record, by which the list goes where nothing else is asked.
    pub number: &'static str,
    /// The order to begin with, as `?sort=` names it.
    pub sort: Option<&'static str>,
    /// What the page says where there is no record.
    pub nothing: &'static str,
    /// What a town sees only its own of, where it is not the town of the business.
    pub town: Option<&'static str>,
    /// What an official sees only their own of.
    pub cadre: Option<&'static str>,
    /// What stands above the list: where else to go.
    pub above: fn(&Context) -> Markup,
    /// Buttons of its own beside those to import and add.
    pub actions: fn(&Context) -> Markup,

    /// First hatch: rules over several fields, in this order.
    pub rules: &'static [Rule],
    /// What only the store can tell to be doubtful.
    pub doubts: &'static [Doubt],
    /// Second hatch: what is computed, when it is shown or when it is written.
    pub computed: &'static [Computed],
    pub written: &'static [DerivedColumn],
    /// How a row is known to be a record that is there, where that is more than its key: then rows are identified before they are written.
    pub identify: Option<Identify>,
    /// Where rows wait that only a person can place.
    pub keep_unplaced: Option<KeepUnplaced>,
    /// Third hatch: where the list comes from, with the register as `t`.
    pub from: Option<&'static str>,
}

/// The business that a record is about, whose code stands in the column `uscc`.
#[derive(Clone, Copy)]
pub struct About {
    /// What the business's name is called as data.
    pub name: &'static str,
    /// The address to which the name leads, up to the code in which it ends.
    pub page: &'static str,
}

impl About {
    /// Under this name, and leads to the business's own page.
    pub const fn called(name: &'static str) -> Self {
        Self {
            name,
            page: "/enterprises/",
        }
    }
}

/// Rows that are taken with a warning.
#[derive(Clone, Copy)]
pub struct Doubt {
    /// Which field the warning is about.
    pub field: &'static Field,
    /// A SELECT over the records `json_each(?1) r`: of each doubtful one `r.key AS place`, and the `reason`.
    pub sql: &'static str,
}

/// A value that is shown and not kept.
#[derive(Clone, Copy)]
pub struct Computed {
    pub member: Member,
    /// Its column of the list; none where it is only data.
    pub column: Option<Column>,
    /// Whether the list can be narrowed to one of its words.
    pub filtered: bool,
    /// Whether it is found by what is typed into the search field.
    pub searched: bool,
}

impl Computed {
    /// Only data.
    pub const fn data(member: Member) -> Self {
        Self {
            member,
            column: None,
            filtered: false,
            searched: false,
        }
    }

    /// A column of the list too.
    pub const fn shown(member: Member, column: Column) -> Self {
        Self {
            member,
            column: Some(column),
            filtered: false,
            searched: false,
        }
    }

    /// The list can be narrowed to one of its words.
    #[must_use]
    pub const fn filtered(mut self) -> Self {
        self.filtered = true;
        self
    }

    /// Found by what is typed into the search field.
    #[must_use]
    pub const fn searched(mut self) -> Self {
        self.searched = true;
        self
    }
}

/// A column that rules fill in: it is no change by itself.
#[derive(Clone, Copy)]
pub struct DerivedColumn {
    pub column: &'static str,
    /// The column is written where this field is; none: with every record.
    pub with: Option<&'static Field>,
}

fn nothing_more(_: &Context) -> Markup {
    Markup::default()
}

impl Register {
    /// What most registers leave as it is.
    pub const PLAIN: Self = Self {
        noun: "",
        title: "",
        table: "",
        path: "",
        api: "",
        sees: web::routes::DESK,
        changes: web::routes::OFFICE,
        about: None,
        fields: &[],
        edited: true,
        standing: "true",
        number: "t.rowid",
        sort: None,
        nothing: "还没有记录。",
        town: None,
        cadre: None,
        above: nothing_more,
        actions: nothing_more,
        rules: &[],
        doubts: &[],
        computed: &[],
        written: &[],
        identify: None,
        keep_unplaced: None,
        from: None,
    };

    /// Whether the caller may change the register.
    pub fn may_change(&self, context: &Context) -> bool {
        self.changes.admits(context.caller.as_ref())
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &'static Field> {
        self.fields.iter().filter(|field| field.key)
    }

    /// Whether every record has the field: what identifies the register's own records is found where a row does not say it.
    pub(crate) fn is_always_there(&self, field: &Field) -> bool {
        field.is_always_there() || (field.key && self.names_itself())
    }

    /// Whether the register finds the numbers of its own records, as those of businesses and of officials do.
    pub(crate) const fn names_itself(&self) -> bool {
        self.identify.is_some() && self.about.is_none()
    }

    /// What a record is called in addresses: its key, or its keys with `~` between.
    pub(crate) fn id(&self) -> String {
        let keys: Vec<String> = self
            .keys()
            .map(|field| match self.is_always_there(field) {
                true => format!("t.{}", field.column),
                false => format!("coalesce(t.{}, '')", field.column),
            })
            .collect();
        keys.join(" || '~' || ")
    }
}

impl Buttons for Register {
    /// The buttons that lead to the pages to import and add, for who may.
    fn buttons(&self, context: &Context) -> Markup {
        html! {
            @if self.may_change(context) {
                a.main href={ (self.path) "/import" } { "导入" }
                @if self.edited { a.second href={ (self.path) "/new" } { "登记一条" } }
            }
            ((self.actions)(context))
        }
    }
}
