//! The same fields for forms that are no register: what is asked is declared once. From it come the form, what is read of it and of the
//! JSON document of the same action, what is shown again beside its errors, and the description of the API.

use crate::description::{change_schema, field_schema, fields_schema, one_of};
use crate::field::{Field, Kind};
use crate::form::{self, FormValues};
use crate::list::{Item, towns};
use crate::places;
use crate::reading::{Reading, Rule};
use crate::record::{self, errors};
use crate::record_values::Record;
use chrono::NaiveDate;
use maud::{Markup, html};
use schemars::{JsonSchema, Schema};
use serde_json::Value as Json;
use std::borrow::Cow;
use web::api::Api;
use web::form::{Errors, select};
use web::problem::FieldError;
use web::{Context, Problem};

/// What a form or a document asks for.
#[derive(Clone, Copy)]
pub struct Questions {
    /// What its schema is called in the description of the API.
    pub name: &'static str,
    pub fields: &'static [Field],
    /// Rules over several of them.
    pub rules: &'static [Rule],
}

/// What was sent in answer to the questions.
#[derive(Clone, Copy)]
pub enum Submission<'s> {
    /// What a page's form sent: blank is nothing, and other names are not its own.
    Form(&'s FormValues),
    /// A JSON document: what it names must be asked for.
    Document(&'s Item),
}

impl Questions {
    /// Questions without rules over several of them.
    pub const fn of(name: &'static str, fields: &'static [Field]) -> Self {
        Self {
            name,
            fields,
            rules: &[],
        }
    }

    /// The values, by their fields, of towns the ids. Days that have not come and towns that are not the caller's are refused.
    ///
    /// # Errors
    ///
    /// 422 with an error for each field that cannot be taken, and for each name that is no field; 503 where the store does not answer.
    pub async fn read(&self, context: &Context, sent: Submission<'_>) -> Result<Record, Problem> {
        let only = context
            .caller
            .as_ref()
            .and_then(|caller| caller.only_town_names());
        let mut record = self
            .checked(sent, only, context.today())
            .map_err(Problem::invalid)?;
        let mut nowhere = record::unknown_references(context, self.fields, &record).await?;
        nowhere.extend(find_towns(context, self.fields, &mut record).await?);
        // A form of ours names a business by its number.
        if matches!(sent, Submission::Document(_)) {
            let named = record::find_enterprises(context, self.fields, &mut record, |_| true);
            nowhere.extend(named.await?);
        }
        match nowhere.is_empty() {
            true => Ok(record),
            false => Err(Problem::invalid(nowhere)),
        }
    }

    /// What can be told without the store.
    fn checked(
        &self,
        sent: Submission<'_>,
        only: Option<&[String]>,
        today: NaiveDate,
    ) -> Result<Record, Vec<FieldError>> {
        let given = match sent {
            Submission::Form(typed) => Cow::Owned(form::read_values(self.fields, typed)),
            Submission::Document(given) => {
                let mut wrong = record::wrong_types(self.fields, given);
                wrong.extend(record::unknown_names(self.fields, given));
                if !wrong.is_empty() {
                    return Err(wrong);
                }
                Cow::Borrowed(given)
            }
        };
        let mut reading = Reading::of_form(&given, only, today);
        let record = reading.record(self.fields, self.rules);
        let wrong = errors(self.fields, reading.into_rejected());
        match wrong.is_empty() {
            true => Ok(record),
            false => Err(wrong),
        }
    }

    /// What a form sent, as data.
    pub fn given(&self, sent: &FormValues) -> Item {
        form::read_values(self.fields, sent)
    }

    /// The form's fields, with what was typed and what is wrong with it.
    ///
    /// # Errors
    ///
    /// 503 where the store, which knows the towns, does not answer.
    pub async fn inputs(
        &self,
        context: &Context,
        typed: &FormValues,
        errors: &Errors,
    ) -> Result<Markup, Problem> {
        inputs(context, self.fields, typed, errors).await
    }

    /// What a route takes whose body answers the questions.
    pub fn taken(&'static self) -> Api {
        Api::default().takes_made(self.name, |_| self.described())
    }

    /// What a route takes that changes an answer: the fields that are named, and the version that was read.
    pub fn taken_as_change(&'static self, name: &'static str) -> Api {
        Api::default().takes_made(name, |_| change_schema(self.fields))
    }

    /// What a route takes whose body has the lists of `P` beside the answers.
    pub fn taken_with<P: JsonSchema>(&'static self) -> Api {
        Api::default().takes_made(self.name, |generator| {
            self.described_with(P::json_schema(generator))
        })
    }
}

impl Questions {
    /// The document of the same action. Words are described by their codes alone, though their names are read too.
    pub(crate) fn described(&self) -> Json {
        fields_schema(self.fields, |field| match field.kind {
            Kind::Word(words) if field.required => {
                let mut schema = one_of(words.choices);
                schema["title"] = field.heading.into();
                schema
            }
            _ => field_schema(field),
        })
    }

    /// The schema of the document with the properties of another schema beside its own.
    pub(crate) fn described_with(&self, beside: Schema) -> Json {
        let mut described = self.described();
        let beside = beside.to_value();
        if let (Some(properties), Some(others)) = (
            described["properties"].as_object_mut(),
            beside["properties"].as_object(),
        ) {
            properties.extend(others.clone());
        }
        if let (Some(required), Some(others)) = (
            described["required"].as_array_mut(),
            beside["required"].as_array(),
        ) {
            required.extend(others.clone());
        }
        described
    }
}

/// Sets for the name of each town its id; gives an error for each that is not known.
async fn find_towns(
    context: &Context,
    fields: &[Field],
    record: &mut Record,
) -> Result<Vec<FieldError>, Problem> {
    let mut errors = Vec::new();
    for field in fields
        .iter()
        .filter(|field| matches!(field.kind, Kind::Town))
    {
        let Some(name) = record.text(field).map(str::to_owned) else {
            continue;
        };
        match places::find_town(&context.store, &name).await? {
            Some(id) => record.set(field.column, id),
            None => errors.push(FieldError::new(field.api, name, places::UNKNOWN_TOWN)),
        }
    }
    Ok(errors)
}

/// Some fields of a form.
///
/// # Errors
///
/// 503 where the store, which knows the towns, does not answer.
pub async fn inputs(
    context: &Context,
    fields: &[Field],
    typed: &FormValues,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let towns = match fields.iter().any(|field| matches!(field.kind, Kind::Town)) {
        true => towns::of(&context.store, context.caller()?).await?,
        false => Vec::new(),
    };
    let towns: Vec<(&str, &str)> = std::iter::once(("", "请选择"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    Ok(html! {
        @for field in fields {
            @let value = form::prefilled_value(field, typed, context.today());
            @match field.kind {
                Kind::Town => (select(field.api, field.heading, &towns, &value, errors)),
                _ => (form::input(field, &value, errors)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;
    use crate::field::Usual;
    use serde_json::json;

    domain::words::words! {
        /// A made-up kind of words.
        Taste {
            /// One.
            Sweet = "sweet" "甜",
            /// Another.
            Salty = "salty" "咸",
        }
    }

    const USCC: Field = Field::uscc();
    const TASTE: Field = Field::word::<Taste>("taste", "口味").required();
    const TASTED_ON: Field = Field::past_day("tasted_on", "品尝日期").required();
    const NOTED_ON: Field = Field::past_day("noted_on", "登记日期").usually(Usual::Today);
    const TOWN: Field = Field::town("town", "镇街");
    const PEOPLE: Field = Field::count("people", "人数", 9);
    const NOTE: Field = Field::long_text("note", "说明", 10).usually(Usual::Text(""));
    static TASTING: Questions = Questions {
        rules: &[|reading, record| {
            if record.number(&PEOPLE) == Some(4) {
                reading.reject(&PEOPLE, "四个人坐不下");
            }
        }],
        ..Questions::of(
            "NewTasting",
            &[USCC, TASTE, TASTED_ON, NOTED_ON, TOWN, PEOPLE, NOTE],
        )
    };

    fn today() -> NaiveDate {
        "2026-11-20".parse().unwrap()
    }

    fn document(given: serde_json::Value) -> Result<Record, Vec<(String, String)>> {
        read(Submission::Document(given.as_object().unwrap()), None)
    }

    fn form(sent: &[(&str, &str)]) -> Result<Record, Vec<(String, String)>> {
        let sent = sent
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        read(Submission::Form(&sent), None)
    }

    fn read(
        sent: Submission<'_>,
        only: Option<&[String]>,
    ) -> Result<Record, Vec<(String, String)>> {
        TASTING.checked(sent, only, today()).map_err(|errors| {
            let said = errors.into_iter().map(|error| (error.field, error.reason));
            said.collect()
        })
    }

    fn wrong(read: Result<Record, Vec<(String, String)>>) -> Vec<(String, String)> {
        read.unwrap_err()
    }

    #[test]
    fn a_form_and_a_document_of_the_same_are_the_same() {
        let typed = form(&[
            ("uscc", ""),
            ("taste", "sweet"),
            ("tasted_on", "2026-11-20"),
            ("people", "3"),
            ("note", " 一\n二 "),
            ("version", "1"),
        ]);
        let given = document(
            json!({"uscc": null, "taste": "甜", "tasted_on": "2026年11月20日", "people": 3, "note": "一\n二"}),
        );
        let (typed, given) = (typed.unwrap(), given.unwrap());
        assert_eq!(typed.0, given.0);
        assert_eq!(typed.text(&NOTE), Some("一\n二"));
        assert_eq!(typed.word::<Taste>(&TASTE), Some(Taste::Sweet));
        assert_eq!(typed.number(&PEOPLE), Some(3));
        assert_eq!(typed.day(&NOTED_ON), Some(today()));
        assert_eq!(typed.text(&USCC), None);
    }

    #[test]
    fn each_field_that_cannot_be_taken_has_its_reason() {
        let said = |field: &str, reason: &str| (field.to_owned(), reason.to_owned());
        assert_eq!(
            wrong(document(json!({}))),
            [
                said("taste", "请选择口味"),
                said("tasted_on", "请填写品尝日期")
            ]
        );
        let all = json!({"taste": "sour", "tasted_on": "2026-11-21", "noted_on": "明天", "people": 0, "note": "一二三四五六七八九十一"});
        assert_eq!(
            wrong(document(all)),
            [
                said("taste", "应为：甜、咸"),
                said("tasted_on", "这个日期还没有到"),
                said(
                    "noted_on",
                    "看不懂这个日期，请写成 2026-03-01 或 2026年3月1日"
                ),
                said("people", "应为 1 到 9 的整数"),
                said("note", "说明超过 10 个字"),
            ]
        );
        let right = json!({"taste": "sweet", "tasted_on": "2026-11-20"});
        for (name, value, reason) in [
            ("people", json!(4), "四个人坐不下"),
            ("note", json!(["一"]), "应为一个值，不是列表或者对象"),
            ("note", json!(false), "应为文字"),
            ("taste", json!(1), "应为文字"),
            ("tasted_on", json!(20261120), "应为文字"),
            ("people", json!("3"), "应为整数"),
            ("salt", json!("多"), "没有名为 salt 的字段"),
        ] {
            let mut given = right.clone();
            given[name] = value;
            assert_eq!(wrong(document(given)), [said(name, reason)]);
        }
        assert_eq!(wrong(form(&[]))[0].0, "taste");
    }

    #[test]
    fn who_is_kept_to_towns_can_name_no_other() {
        let given = json!({"taste": "sweet", "tasted_on": "2026-11-20", "town": "乙镇"});
        let given = Submission::Document(given.as_object().unwrap());
        assert!(read(given, None).is_ok());
        assert!(read(given, Some(&["乙镇".to_owned()])).is_ok());
        assert_eq!(
            wrong(read(given, Some(&["甲镇".to_owned()]))),
            [("town".to_owned(), "这个镇街不在您的辖区".to_owned())]
        );
    }

    #[test]
    fn what_must_be_given_is_described_as_required() {
        let described = TASTING.described();
        assert_eq!(described["required"], json!(["taste", "tasted_on"]));
        assert_eq!(described["additionalProperties"], false);
        assert_eq!(
            described["properties"]["taste"]["enum"],
            json!(["sweet", "salty"])
        );
        assert_eq!(described["properties"]["people"]["anyOf"][0]["minimum"], 1);
    }
}
