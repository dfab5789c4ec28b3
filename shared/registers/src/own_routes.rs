//! A register whose function has routes of its own for it: what the routes of every other register do, to be called.

use crate::form::{self, FormValues};
use crate::import;
use crate::import::check::{self, Slices};
use crate::import::report::ImportReport;
use crate::list::Item;
use crate::opened::Opened;
use crate::record;
use sheets::SheetRow;
use web::problem::FieldError;
use web::routes::Routes;
use web::{Answer, Context, Problem};

impl Opened {
    /// Writes what can be taken of `given`, in the name of `by`; what is not named of a record stays as it is known.
    pub async fn write(
        &'static self,
        context: &Context,
        given: &[Item],
        by: &str,
    ) -> Result<ImportReport, Problem> {
        let at = context.at();
        let mut all = ImportReport::default();
        let mut number = 0;
        // Records that bring the same fields go in together.
        for group in given.chunk_by(|a, b| a.keys().eq(b.keys())) {
            let rows: Vec<SheetRow> = group
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
            let mut slices =
                Slices::new(self, rows.into_iter(), headings, context.today()).written_at_once();
            while let Some(slice) = slices.next(&context.store).await? {
                let sql = self.table.write(&|heading| slice.has(heading));
                let (created, updated) =
                    check::write(&context.store, &sql, &slice.records, by, &at).await?;
                slices.count(slice.count, created, updated);
            }
            import::keep_unplaced(self, context, &slices.unplaced, by).await?;
            all.add(slices.report);
        }
        for flaw in all.rejected.iter_mut().chain(&mut all.warnings) {
            let fields = &mut self.register.fields.iter();
            if let Some(field) = fields.find(|field| field.heading == flaw.field) {
                flaw.field = field.api.to_owned();
            }
        }
        Ok(all)
    }

    /// Writes one record that was read before, with what it says.
    ///
    /// # Errors
    ///
    /// 503 where the store does not answer.
    pub async fn write_record(
        &'static self,
        context: &Context,
        record: &serde_json::Value,
    ) -> Result<(), Problem> {
        let says = |heading: &str| {
            let mut fields = self.register.fields.iter();
            fields.any(|field| field.heading == heading && record.get(field.column).is_some())
        };
        let sql = self.table.write(&says);
        let records = serde_json::Value::Array(vec![record.clone()]).to_string();
        let by = &context.caller()?.account;
        check::write(&context.store, &sql, &records, by, &context.at()).await?;
        Ok(())
    }

    /// Whether the register has a field of this name as data.
    pub fn has(&self, name: &str) -> bool {
        let mut fields = self.register.fields.iter();
        fields.any(|field| field.api == name)
    }

    /// What is given that the register does not have.
    pub fn unknown(&self, given: &Item) -> Vec<FieldError> {
        record::unknown_names(self.register.fields, given)
    }

    /// `PATCH` of one record by its name in addresses; gives it as it is now.
    pub async fn change(
        &'static self,
        context: &Context,
        id: &str,
        given: Item,
    ) -> Result<String, Problem> {
        record::change_or_conflict(self, context, id, given).await
    }

    /// The form to edit one record.
    pub async fn edit_page(&'static self, context: Context, id: String) -> Answer {
        form::edit_page(self, context, id).await
    }

    /// What came of that form.
    pub async fn edit_submitted(
        &'static self,
        context: Context,
        id: String,
        sent: FormValues,
    ) -> Answer {
        form::submit_edit(self, context, id, sent).await
    }

    /// The routes of its imports.
    pub fn imports(&'static self, routes: Routes) -> Routes {
        crate::routes::importing(routes, self)
    }
}
