//! The front page: what one can do here, in plain words. Whoever is signed in sees first what waits for them.

use crate::{setup, tasks};
use maud::{Markup, html};
use web::routes::{Routes, Who};
use web::{Answer, Context, page};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/", Who::Everybody, home)
}

async fn home(context: Context) -> Answer {
    if let Some(to_setup) = setup::redirect_to_setup(&context).await? {
        return Ok(to_setup);
    }
    // Whoever must change their password first is shown nothing else.
    let waiting = match &context.caller {
        Some(caller) if !caller.must_change_password => {
            Some(tasks::find_tasks(&context, caller).await?)
        }
        _ => None,
    };
    Ok(page::page(
        &context,
        "首页",
        &html! {
            @match waiting {
                Some(waiting) => {
                    h1 { "等您办的事" }
                    (tasks::task_list(&waiting, context.today()))
                    p.note { "下面是公众在首页看到的服务。" }
                    (services(false))
                },
                None => {
                    h1 { "食品安全，人人可查可问" }
                    p.lead { "这里是" (context.issuer()) "的食品安全服务。您不用注册就能使用。" }
                    (services(context.caller.is_none()))
                },
            }
            h2 { "关于这里的信息" }
            p { "企业信息来自登记台账，不显示负责人姓名、电话和住址。发现有误，请联系所在镇街的食安办。" }
        },
    ))
}

/// What the public can do here. Whoever works here finds the way to sign in among it.
fn services(with_sign_in: bool) -> Markup {
    html! {
        ul.cards {
            li {
                h2 { a href="/look-up" { "查一家企业" } }
                p { "输入店名里的任意两个字，看看它是否登记在册、做哪一类食品生意、有没有食品生产许可证。" }
            }
            li {
                h2 { a href="/lists" { "红黑榜" } }
                p { "红榜是做得好的，黑榜是被依法查处的。每一条都写明依据和期限，还能看抽检结果。" }
            }
            li {
                h2 { a href="/license-outreach/check" { "要不要办食品生产许可证" } }
                p { "粘贴营业执照上的经营范围，马上告诉您要不要办、办哪一类、先做哪几步。" }
            }
            li {
                h2 { a href="/complaints" { "投诉举报" } }
                p { "买到坏的、吃了不舒服、看到有人违法，三分钟就能告诉我们，还能随时查进展。也可以拨打 " a href="tel:12315" { "12315" } "。" }
            }
            li {
                h2 { a href="/sampling" { "你点我检" } }
                p { "说说您最担心哪种食品，给别人提的投一票。票多的我们去抽检，结果公布在那里。" }
            }
            @if with_sign_in {
                li {
                    h2 { a href="/sign-in" { "工作人员登录" } }
                    p { "区食药安办、市场监管局、镇街食安办、监管所、各部门和包保干部从这里进入。" }
                }
            }
        }
    }
}
