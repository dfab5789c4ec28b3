//! The page of 任务均衡: how evenly officials are loaded, and a proposal to take over.

use crate::ASSIGNING;
use crate::balance::{BalanceQuery, LoadedOfficial, Spread, load_officials};
use crate::proposal::{Proposal, ProposalAcceptance, ProposedMove, propose, write_moves};
use crate::tabs::tabs;
use domain::words::Word as _;
use maud::{Markup, html};
use std::collections::BTreeSet;
use web::extract::{Form, Query};
use web::form::{Errors, Field, outcome, select};
use web::routes::{DESK, Routes};
use web::{Answer, Context, page as frame};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/supervision/balance", DESK, balance_page).post(
        "/supervision/balance",
        ASSIGNING,
        submit_acceptance,
    )
}

/// The most moves and the most officials that the page shows; the other moves are proposed again once these are made.
const MOST_SHOWN: usize = 200;

async fn balance_page(context: Context, Query(query): Query<BalanceQuery>) -> Answer {
    render_balance(&context, query.town.as_deref(), &Errors::default()).await
}

async fn render_balance(context: &Context, town: Option<&str>, errors: &Errors) -> Answer {
    let officials = load_officials(context, town).await?;
    let proposal = propose(&officials);
    let towns = registers::towns::of(&context.store, context.caller()?).await?;
    let towns: Vec<(&str, &str)> = std::iter::once(("", "全部"))
        .chain(towns.iter().map(|town| (town.as_str(), town.as_str())))
        .collect();
    Ok(frame::page(
        context,
        &errors.title("任务均衡"),
        &html! {
            (tabs(context))
            (errors.summary())
            h1 { "任务均衡" }
            form.filters method="get" { (select("town", "镇街", &towns, town.unwrap_or(""), &Errors::default())) div.actions { button.main { "查看" } } }
            @if officials.is_empty() { p { "没有包保干部。" } } @else { (spread_table(&proposal.before, &proposal.after)) }
            h2 { "调整建议" }
            @if proposal.moves.is_empty() {
                p { "同一镇街、同一层级的干部之间相差不超过一家，或者再调就要跨村，不需要调整。" }
            } @else {
                (proposal_form(context, town, &proposal, errors))
            }
            h2 { "每名干部" }
            (load_table(&officials))
        },
    ))
}

fn proposal_form(
    context: &Context,
    town: Option<&str>,
    proposal: &Proposal,
    errors: &Errors,
) -> Markup {
    let may_assign = crate::may_assign(context);
    let tomorrow = (context.today() + chrono::Days::new(1)).to_string();
    html! {
        p { "按片区就近、移动最少的办法，建议调整 " strong { (proposal.moves.len()) } " 家；村社区干部只接自己村里的企业。看过以后勾选要采纳的，可以整组，也可以一家一家地选。" }
        form method="post" {
            @if let Some(town) = town { input type="hidden" name="town" value=(town); }
            @for group in groups_of(&proposal.moves) { (group_of_moves(group, may_assign)) }
            @if proposal.moves.len() > MOST_SHOWN { p { "另有 " (proposal.moves.len() - MOST_SHOWN) " 家，采纳这些以后再列出。" } }
            @if may_assign {
                (Field { kind: "date", ..Field::text("starts_on", "从哪天起", &tomorrow) }.render(errors))
                div.actions { button.main { "采纳选中的" } }
            }
        }
    }
}

/// The moves that are shown, those from one official to another together.
fn groups_of(moves: &[ProposedMove]) -> Vec<Vec<&ProposedMove>> {
    let mut groups: Vec<Vec<&ProposedMove>> = Vec::new();
    for step in moves.iter().take(MOST_SHOWN) {
        let same = |group: &&mut Vec<&ProposedMove>| {
            let first = group.first();
            first.is_some_and(|first| first.from == step.from && first.to == step.to)
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(step),
            None => groups.push(vec![step]),
        }
    }
    groups
}

fn value_of(step: &ProposedMove) -> String {
    format!("{}:{}", step.assignment, step.to)
}

fn business_of(step: &ProposedMove) -> Markup {
    html! { (step.enterprise) @if let Some(village) = &step.village { "（" (village) "）" } }
}

/// From one official to another: the whole group can be ticked, or its businesses one by one. Nothing is ticked beforehand.
fn group_of_moves(group: Vec<&ProposedMove>, may_assign: bool) -> Markup {
    let Some(first) = group.first() else {
        return Markup::default();
    };
    let title = format!(
        "{} → {}：{} 家",
        first.from_name,
        first.to_name,
        group.len()
    );
    let all: Vec<String> = group.iter().map(|step| value_of(step)).collect();
    html! {
        fieldset.field {
            legend { (title) }
            @if may_assign && group.len() > 1 {
                label.line { input type="checkbox" name="move" value=(all.join(",")); span { "整组采纳" } }
            }
            @if may_assign {
                @for step in &group { label.line { input type="checkbox" name="move" value=(value_of(step)); span { (business_of(step)) } } }
            } @else {
                ul { @for step in &group { li { (business_of(step)) } } }
            }
        }
    }
}

/// What was ticked: each move once, also where its group and it itself are.
fn ticked(values: Vec<String>) -> Vec<String> {
    let each = values.iter().flat_map(|value| value.split(','));
    let once: BTreeSet<&str> = each.collect();
    once.into_iter().map(str::to_owned).collect()
}

/// The officials, the heaviest load first.
fn load_table(officials: &[LoadedOfficial]) -> Markup {
    let mut loads: Vec<&LoadedOfficial> = officials.iter().collect();
    loads.sort_by_key(|one| std::cmp::Reverse(one.enterprises.len()));
    html! {
        div.scroll tabindex="0" role="region" aria-label="每名干部" { table {
            thead { tr { th scope="col" { "干部" } th scope="col" { "镇街" } th scope="col" { "层级" } th.number scope="col" { "包保" } } }
            tbody { @for one in loads.iter().take(MOST_SHOWN) {
                tr { td { a href={ "/supervision/cadres/" (frame::encode(&one.cadre_no)) } { (one.name) } } td.tight { (one.town.as_deref().unwrap_or("区级")) } td.tight { (one.tier.chinese()) }
                    td.number { a href={ "/supervision/assignments?cadre_no=" (frame::encode(&one.cadre_no)) } { (one.enterprises.len()) } } }
            } }
        } }
    }
}

/// The spread of each group as it is, and as it would be `after` the moves.
fn spread_table(spreads: &[Spread], after: &[Spread]) -> Markup {
    let most = spreads
        .iter()
        .map(|spread| spread.most)
        .max()
        .unwrap_or(0)
        .max(1);
    let bar = |spread: &Spread| {
        html! {
            svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.ground x="0" y="0" width="100" height="10" {}
                rect.fill x=(spread.least * 100 / most) y="0" width=(((spread.most - spread.least) * 100 / most).max(1)) height="10" {}
            }
        }
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="各组任务" { table {
            thead { tr { th scope="col" { "镇街" } th scope="col" { "层级" } th.number scope="col" { "干部" } th.number scope="col" { "包保" } th.number scope="col" { "人均" }
                th scope="col" { "最少到最多" } th.number scope="col" { "最少" } th.number scope="col" { "最多" } th.number scope="col" { "调整后最少" } th.number scope="col" { "调整后最多" } } }
            tbody { @for (place, spread) in spreads.iter().enumerate() {
                tr { th scope="row" { (spread.town.as_deref().unwrap_or("区级")) } td.tight { (spread.tier.chinese()) } td.number { (spread.officials) } td.number { (spread.total) }
                    td.number { (spread.mean) } td.bar-cell { (bar(spread)) } td.number { (spread.least) } td.number { (spread.most) }
                    @if let Some(after) = after.get(place) { td.number { (after.least) } td.number { (after.most) } } }
            } }
        } }
    }
}

async fn submit_acceptance(context: Context, Form(pairs): Form<Vec<(String, String)>>) -> Answer {
    let all = |name: &str| {
        pairs
            .iter()
            .filter(move |(field, _)| field == name)
            .map(|(_, value)| value.clone())
            .collect::<Vec<String>>()
    };
    let town = all("town").pop();
    let acceptance = ProposalAcceptance {
        moves: ticked(all("move")),
        starts_on: all("starts_on").pop().unwrap_or_default(),
    };
    outcome(
        write_moves(&context, &acceptance).await,
        |_| {
            let town = town.as_deref().unwrap_or("");
            format!("/supervision/balance?town={}", frame::encode(town))
        },
        async |errors| render_balance(&context, town.as_deref(), &errors).await,
    )
    .await
}
