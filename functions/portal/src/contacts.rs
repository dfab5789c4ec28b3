//! Whom to call or visit in the district, for everybody: which station and which food-safety office answer for a town, the bureau and the
//! office. The foot of every page leads here.

use domain::organisation::OrganisationKind;
use domain::words::Word as _;
use maud::html;
use web::routes::{Routes, Who};
use web::{Answer, Context, contacts, page};

pub fn routes(routes: Routes) -> Routes {
    routes.get_prepared("/contacts", Who::Everybody, show_contacts)
}

/// The kinds in the order in which a citizen looks for them.
const KINDS: [OrganisationKind; 4] = [
    OrganisationKind::Station,
    OrganisationKind::TownOffice,
    OrganisationKind::Bureau,
    OrganisationKind::Office,
];

async fn show_contacts(context: Context) -> Answer {
    let all = contacts::of_everybody(&context).await?;
    let title = "各镇街归谁管、打什么电话";
    Ok(page::page(
        &context,
        title,
        &html! {
            h1 { (title) }
            p.lead { "店里的食品有问题，找店所在镇街的市场监管所。也可以直接" a href="/complaints" { "在这里投诉举报" } "，或者拨打 " a href="tel:12315" { "12315" } "。" }
            @if all.is_empty() { p { "各单位的电话还没有登记。" } }
            @for kind in KINDS {
                @let of_kind: Vec<_> = all.iter().filter(|contact| contact.kind == kind).cloned().collect();
                (contacts::section(kind.chinese(), &of_kind))
            }
        },
    ))
}
