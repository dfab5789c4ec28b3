//! The first page: what complaining and reporting are, what they promise, and the ways on; and the first page for insiders.

use crate::way_out::way_out;
use maud::html;
use web::{Answer, Context, Routes, Who::Everybody, contacts, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .get_prepared("/complaints", Everybody, front_page)
        .get("/complaints/insiders", Everybody, insiders_page)
}

async fn front_page(context: Context) -> Answer {
    let contacts = contacts::of_district(&context).await?;
    Ok(page::page(
        &context,
        "投诉举报",
        &html! {
            h1 { "投诉举报" }
            p.lead { "遇到食品安全问题，三分钟就能告诉我们。填到一半可以回头改，断网了也不会白填。" }
            div.actions {
                a.main href="/complaints/new/what?insider=0" { "现在开始" }
                a.second href="/complaints/follow" { "查进展" }
            }
            h2 { "投诉和举报有什么不同" }
            dl.facts {
                dt { "投诉" } dd { "您自己吃了亏，希望退款、赔偿、更换。要留姓名和联系方式。七个工作日内告诉您受不受理，受理以后六十天内调解结束。" }
                dt { "举报" } dd { "您发现有人违法，希望查处。可以不留姓名。十五个工作日内核查并决定立不立案；留了姓名的，决定后五个工作日内告诉您。" }
            }
            p { "两样都想要也可以，填写时选“两样都要”。" }
            h2 { "我们怎么保护您" }
            ul {
                li { "您是谁、怎么联系、写了什么，都加密保存，只有办理这件事的工作人员能打开，每次打开都有记录。" }
                li { "不留姓名的举报，不保存您的网络地址。" }
                li { "照片里的拍摄地点和手机型号会自动去掉。" }
            }
            h2 { "您在这家企业上班？" }
            p { "企业内部人员举报有专门的通道，只有两名指定的人员能看到。" }
            p { a href="/complaints/insiders" { "内部人员举报" } }
            h2 { "急事请打电话" }
            p { "正在发生的危险、多人不舒服，请马上拨打 " a href="tel:120" { "120" } "（急救）或者 " a href="tel:12315" { "12315" } "。" }
            (contacts::directory("联系我们", &contacts))
            p { a href="/complaints/figures" { "每月办理情况" } " · " a href="/sampling" { "你点我检：您想让我们抽检什么" } }
        },
    ))
}

async fn insiders_page(context: Context) -> Answer {
    Ok(page::page_to_insider(
        &context,
        "内部人员举报",
        &html! {
            (way_out())
            h1 { "内部人员举报" }
            p.lead { "您在企业里看到了不该发生的事。告诉我们，只有两名指定的人员能看到。" }
            h2 { "先保护好自己" }
            ul {
                li { "不要用单位的电脑、手机和网络。最好用自己的手机流量。" }
                li { "不要写姓名、岗位、班次，不要写只有您一个人知道的细节。" }
                li { "照片里不要有您的手、工牌和影子；几个人都能拍到的照片更好。拍摄地点和手机型号会自动去掉。" }
                li { "编号和查询码记在纸上，放在家里，不要拍照、不要发给别人。" }
                li { "看完以后，按“马上离开”。" }
            }
            h2 { "以后怎么联系" }
            p { "我们不问您是谁，也没有办法打电话给您。请过几天用编号和查询码回来看留言。想领奖励的，可以在查询页面留下姓名，留不留、什么时候留，由您决定。" }
            div.actions { a.main href="/complaints/new/what?insider=1" { "开始填写" } a.second href="/complaints/follow" { "查进展、看留言" } }
        },
    ))
}
