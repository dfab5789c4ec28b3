//! Publishing cases: what must still hold on the day, and what the public will read.

use crate::case_steps::{PlannedStep, facts_changed, take_steps};
use crate::findings::{businesses_that_meet, criteria_met_by};
use crate::generation::bring_up_to_date;
use crate::list_case::{ListCase, find_cases};
use crate::personal_data::{PersonalData, refuse_personal_in};
use crate::policy;
use axum::response::{IntoResponse as _, Redirect};
use chrono::NaiveDate;
use domain::red_black::{CaseMove, CaseStatus, ListKind, last_day};
use domain::words::Word as _;
use std::collections::BTreeMap;
use transparency::{Content, Evidence};
use web::routes::{OFFICE, Routes};
use web::{Answer, Context, Problem};

pub fn routes(routes: Routes) -> Routes {
    routes.post("/lists/cases/publish", OFFICE, publish_all)
}

/// What the contents of entries are made with beside the cases, read once for all of them.
pub struct PublicationTerms {
    /// How many months an entry of the red list is published at most.
    red_months: u32,
    /// The same of the black list.
    black_months: u32,
    /// The personal data of the businesses, by credit code.
    personal: BTreeMap<String, PersonalData>,
}

impl PublicationTerms {
    pub async fn read(context: &Context, cases: &[ListCase]) -> Result<Self, Problem> {
        let codes: Vec<&str> = cases.iter().map(|case| case.uscc.as_str()).collect();
        Ok(Self {
            red_months: policy::current_number(context, "red_list_months").await?,
            black_months: policy::current_number(context, "black_list_months").await?,
            personal: PersonalData::find(context, &codes).await?,
        })
    }
}

/// What is published of a case on a day.
///
/// # Errors
///
/// 409 where a penalty behind the case is no longer published itself, 422 where a text would name a person.
pub fn content_to_publish(
    case: &ListCase,
    terms: &PublicationTerms,
    today: NaiveDate,
) -> Result<Content, Problem> {
    let months = match case.list {
        ListKind::Red => terms.red_months,
        ListKind::Black => terms.black_months,
    };
    let until = last_day(today, months, case.rests_until)
        .ok_or_else(|| Problem::internal("a term beyond the calendar"))?;
    if until < today {
        return Err(Problem::rests_on_nothing(
            "所依据的处罚决定公示期已满，不能再列入",
        ));
    }
    let content = Content {
        id: case.id.clone(),
        list: case.list,
        uscc: case.uscc.clone(),
        name: case.name.clone(),
        town: case.town.clone(),
        sector: case.sector,
        ground: case.ground.clone(),
        rules: case.rules.clone(),
        published_on: today,
        until,
        reply: case.reply.clone(),
    };
    let mut texts = vec![content.ground.as_str()];
    texts.extend(content.reply.as_deref());
    for fact in content.rules.iter().flat_map(|met| &met.evidence) {
        texts.extend(fact.title.as_deref());
        texts.extend(fact.said.as_deref());
    }
    refuse_personal_in(terms.personal.get(&case.uscc), &texts, "ground")?;
    Ok(content)
}

/// Refuses cases of the red list whose business does not meet every criterion today: what has happened since the nomination counts.
pub async fn require_still_spotless(context: &Context, cases: &[ListCase]) -> Result<(), Problem> {
    let red = ListKind::Red.code();
    let mut reds = cases.iter().filter(|case| case.list == ListKind::Red);
    let fallen = match cases {
        [] => None,
        [one] => {
            let meets = criteria_met_by(context, red, &one.uscc).await?.is_some();
            reds.find(|_| !meets)
        }
        _ => {
            let meet = businesses_that_meet(context, red).await?;
            reds.find(|case| !meet.contains(&case.uscc))
        }
    };
    match fallen {
        None => Ok(()),
        Some(case) => Err(Problem::no_longer_meets(format!(
            "{}现在没有达到红榜的全部标准，请撤回这次提名",
            case.name
        ))),
    }
}

/// Refuses a case of the black list whose facts are not those that the business was told of: a penalty that was changed meanwhile asks
/// for another notice.
pub async fn require_facts_as_told(context: &Context, case: &ListCase) -> Result<(), Problem> {
    if case.list == ListKind::Red {
        return Ok(());
    }
    let sql = "SELECT json_group_array(json_object('kind', kind, 'number', number, 'happened_on', happened_on, 'title', title, 'said', said))
        FROM enterprise_fact WHERE uscc = ?1";
    let facts: Vec<Evidence> = context.store.json(sql, [case.uscc.as_str().into()]).await?;
    let told = case.rules.iter().flat_map(|met| &met.evidence);
    match told.into_iter().all(|fact| facts.contains(fact)) {
        true => Ok(()),
        false => Err(facts_changed(&case.name)),
    }
}

/// Publishes those of the cases that may be published, and then makes the documents.
async fn publish_cases(context: &Context, cases: &[ListCase], by: &str) -> Result<(), Problem> {
    let mut steps = Vec::with_capacity(cases.len());
    require_still_spotless(context, cases).await?;
    let terms = PublicationTerms::read(context, cases).await?;
    for case in cases {
        require_facts_as_told(context, case).await?;
        let content = content_to_publish(case, &terms, context.today())?;
        steps.push(PlannedStep::showing(case, CaseMove::Publish, None, content));
    }
    let published = take_steps(context, by, &steps).await?;
    if published > 0 {
        bring_up_to_date(context).await?;
    }
    Ok(())
}

/// Publishes all that has been decided.
async fn publish_all(context: Context) -> Answer {
    let caller = context.caller()?;
    let decided = "c.status = ?1";
    let cases = find_cases(&context, decided, CaseStatus::Approved.code()).await?;
    publish_cases(&context, &cases, &caller.account).await?;
    Ok(Redirect::to("/lists/cases?status=published").into_response())
}
