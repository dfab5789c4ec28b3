//! 投诉举报: filed in three minutes, sealed, followed by number and passphrase, handled by the days of the law; and 你点我检.
//! Owns the tables of `migrations/*_complaint_intake*`.

mod access;
mod calendar;
mod cases;
mod desk;
mod drafts;
mod figures;
mod filed;
mod filing;
mod follow;
mod following;
mod front;
mod handlers;
mod handling;
mod handover;
mod housekeeping;
mod inbox;
mod insiders;
mod intake;
mod limits;
mod messages;
mod moves;
mod open311;
mod passphrase;
mod questions;
mod redating;
mod resealing;
mod sampling;
mod sealing;
mod tabs;
mod templates;
mod uploads;
mod way_out;

use domain::words::Role;
use http::StatusCode;
use inbox::INBOX;
use registers::Declares as _;
use web::Token;
use web::Who::Everybody;
use web::api::{Api, ListPage, asks, at, gives, gives_nothing, takes, takes_fields};
use web::routes::{OFFICE, Routes, Who};

/// Who handles complaints and reports.
const HANDLERS: Who = Who::Roles(&[Role::Office, Role::Station]);

/// Who proposes the handlers of insiders' reports, or confirms what another proposed.
const SECOND: Who = Who::Roles(&[Role::Office, Role::Chair]);
/// Who hands over what has no handler.
const CHAIR: Who = Who::Roles(&[Role::Chair]);

pub fn routes() -> Routes {
    let routes = public_pages(Routes::default().section("投诉举报"));
    let routes = desk_pages(routes);
    let routes = api(routes);
    open311(sampling(routes))
}

fn public_pages(routes: Routes) -> Routes {
    routes
        .get("/complaints", Everybody, front::page)
        .get("/complaints/insiders", Everybody, front::insiders)
        .get("/complaints/leave", Everybody, way_out::away)
        .post("/complaints/leave", Everybody, way_out::leave)
        .get("/complaints/new/{question}", Everybody, questions::show)
        .post("/complaints/new/{question}", Everybody, questions::submit)
        .post(
            "/complaints/new/photos/add",
            Everybody,
            questions::add_photos,
        )
        .get(
            "/complaints/new/photos/{id}",
            Everybody,
            questions::show_photo,
        )
        .post(
            "/complaints/new/photos/{id}/remove",
            Everybody,
            questions::remove_photo,
        )
        .get("/complaints/filed", Everybody, filed::page)
        .get("/complaints/filed/done", Everybody, filed::done)
        .post("/complaints/filed/done", Everybody, filed::forget)
        .get("/complaints/filed/receipt.txt", Everybody, filed::receipt)
        .get("/complaints/follow", Everybody, follow::start)
        .post("/complaints/follow", Everybody, follow::submit)
        .get("/complaints/follow/case", Everybody, follow::show)
        .post("/complaints/follow/case/{what}", Everybody, follow::act)
        .get(
            "/complaints/follow/files/{id}",
            Everybody,
            follow::show_file,
        )
        .get(
            "/complaints/follow/files/{id}/small",
            Everybody,
            follow::show_small,
        )
        .get("/complaints/figures", Everybody, figures::figures_page)
}

fn desk_pages(routes: Routes) -> Routes {
    routes
        .list(HANDLERS, &INBOX)
        .get(
            "/complaints/cases/{code}",
            HANDLERS.or(Token::Person),
            desk::show,
        )
        .post("/complaints/cases/{code}/{verb}", HANDLERS, desk::submit)
        .get(
            "/complaints/cases/{code}/files/{id}",
            HANDLERS.or(Token::Person),
            desk::show_file,
        )
        .get(
            "/complaints/cases/{code}/files/{id}/small",
            HANDLERS.or(Token::Person),
            desk::show_small,
        )
        .get(
            "/complaints/insider-cases",
            HANDLERS.or(Token::Person),
            insiders::page,
        )
        .post(
            "/complaints/insider-cases/told",
            HANDLERS,
            insiders::submit_told,
        )
        .get(
            "/complaints/handlers",
            SECOND.or(Token::Person),
            handlers::page,
        )
        .post("/complaints/handlers", OFFICE, handlers::submit)
        .post(
            "/complaints/handlers/confirm",
            SECOND,
            handlers::submit_confirm,
        )
        .post(
            "/complaints/handlers/withdraw",
            SECOND,
            handlers::submit_withdraw,
        )
        .post("/complaints/handlers/waiting", CHAIR, handover::submit)
        .get("/complaints/templates", HANDLERS, templates::page)
        .post("/complaints/templates", OFFICE, templates::submit)
}

fn api(routes: Routes) -> Routes {
    routes
        .post_once("/api/v1/complaints", Everybody, intake::file_complaint)
.api("提交投诉或举报；投诉要有 wants 和 contact，只有举报可以匿名。照片和视频用 multipart 的 file，最多 6 个，合起来 30 MB。一小时内第四件起要带 Proof-Of-Work 请求头或者等候", takes::<filing::Asked>().takes_form::<intake::FormAsked>().heeds("Proof-Of-Work", "429 的 current.proof_of_work 里 challenge 的解：一个整数 n，使 SHA-256(challenge:n) 以 bits 个零位开头").gives_new::<filing::Receipt>().refuses(&[429]))
        .post(
            "/api/v1/complaints/status",
            Everybody,
            following::complaint_status,
        )
.api("凭编号和查询码看进展", takes::<following::Key>().gives::<cases::ForCitizen>().refuses(&[404, 429]))
        .post_filing(
            "/api/v1/complaints/messages",
            Everybody,
            following::send_complaint_message,
        )
.api("凭编号和查询码留言、要求重新办理（not_fixed）、评价、补留姓名", takes::<following::Sent>().gives::<cases::ForCitizen>().refuses(&[404, 429]))
        .get(
            "/api/v1/complaints/insiders",
            HANDLERS.or(Token::Person),
            insiders::list_insider_reports,
        )
.api("内部举报；只给办理它的两名经办人。told 是经办人自己要知道的事", gives::<insiders::List>())
        .post(
            "/api/v1/complaints/insiders/told",
            HANDLERS,
            insiders::read_insider_told,
        )
.api("经办人看过一条通知", takes::<insiders::Read>().gives_nothing().refuses(&[404]))
        .get(
            "/api/v1/complaints/insiders/waiting",
            CHAIR.or(Token::Person),
            handover::list_insider_reports_without_handler,
        )
.api("没有经办人的在办内部举报，只有一个说明不了什么的 id", gives::<ListPage<handover::Waiting>>())
        .post(
            "/api/v1/complaints/insiders/waiting",
            CHAIR,
            handover::hand_over_insider_report,
        )
.api("把一件没有经办人的内部举报交给现任的两名经办人", takes::<handover::Which>().gives_nothing().refuses(&[404]))
        .get(
            "/api/v1/complaints/handlers",
            SECOND.or(Token::Person),
            handlers::show_insider_handlers,
        )
.api("内部举报的两名经办人，和等待确认的更换", gives::<handlers::Handlers>())
        .put(
            "/api/v1/complaints/handlers",
            OFFICE,
            handlers::propose_insider_handlers,
        )
.api("提议内部举报的两名经办人；由另一个人确认以后生效，原经办人会得到通知", takes::<handlers::Named>().gives_as::<handlers::Handlers>(StatusCode::ACCEPTED))
        .post(
            "/api/v1/complaints/handlers/confirm",
            SECOND,
            handlers::confirm_insider_handlers,
        )
.api("确认别人提议的经办人", takes::<handlers::Which>().gives::<handlers::Handlers>())
        .post(
            "/api/v1/complaints/handlers/withdraw",
            SECOND,
            handlers::withdraw_insider_handlers,
        )
.api("撤回还没有确认的提议", takes::<handlers::Which>().gives::<handlers::Handlers>())
        .get(
            "/api/v1/complaints/{code}",
            HANDLERS.or(Token::Person),
            handling::show_complaint,
        )
.api("一件投诉举报的全部内容；每次打开都有记录", gives::<cases::ForStaff>())
        .get(
            "/api/v1/complaints/{code}/audit",
            HANDLERS.or(Token::Person),
            insiders::list_insider_report_audit,
        )
.api("一件内部举报的变更和打开记录；只给办理它的两名经办人", gives::<ListPage<insiders::Done>>())
        .post(
            "/api/v1/complaints/{code}/{verb}",
            HANDLERS,
            handling::handle_complaint,
        )
.api("办理：每一步只在允许的状态下进行，note 会告诉对方；交给别人办以后自己看不到，返回 204", at::<handling::OfVerb>().may_take::<handling::Order>().gives::<cases::ForStaff>().gives_nothing())
        .get(
            "/api/v1/public/complaints/figures",
            Everybody,
            figures::complaint_figures,
        )
.api("每月办理情况；小数字不公布，为 null", gives::<figures::Figures>())
        .post(
            "/internal/complaints",
            Who::Scheduler,
            housekeeping::complaint_housekeeping,
        )
.api("每天 03:30：清除过期的草稿和限次记录，到期抹去个人信息，更换 data_key 后重新加密", gives::<housekeeping::Done>())
}

fn sampling(routes: Routes) -> Routes {
    routes
        .section("你点我检")
        .get("/sampling", Everybody, sampling::page)
        .post("/sampling", Everybody, sampling::submit)
        .get("/sampling/thanks", Everybody, sampling::thanks)
        .post("/sampling/{id}/vote", Everybody, sampling::vote_submit)
        .get("/sampling/desk", OFFICE, sampling::desk)
        .post("/sampling/{id}/{verb}", OFFICE, sampling::desk_submit)
        .get("/api/v1/sampling", Everybody, sampling::list_sampling)
        .api(
            "你点我检：公开的提议",
            gives::<ListPage<sampling::Proposal>>(),
        )
        .post_filing("/api/v1/sampling", Everybody, sampling::propose_sampling)
        .api(
            "提议抽检一种食品；审核后公开",
            takes::<sampling::Proposed>()
                .gives_only(StatusCode::ACCEPTED)
                .refuses(&[429]),
        )
        .post(
            "/api/v1/sampling/{id}/vote",
            Everybody,
            sampling::vote_sampling,
        )
        .api("投一票；一个浏览器一票", gives_nothing().refuses(&[429]))
        .post(
            "/api/v1/sampling/{id}/{verb}",
            OFFICE,
            sampling::decide_sampling,
        )
        .api(
            "审核、列入抽检、公布结果",
            at::<sampling::OfVerb>()
                .may_take::<sampling::Decided>()
                .gives_nothing(),
        )
}

/// The specification names the format by an ending, or none.
fn open311(routes: Routes) -> Routes {
    use open311::{Definition, Receipt, Refused, Sent, Service, Told, Wanted};
    let xml = |api: Api, status| api.gives_bytes(status, "text/xml");
    let refused = |api: Api, statuses: &[StatusCode]| {
        statuses.iter().fold(api, |api, status| {
            xml(api.gives_as::<Vec<Refused>>(*status), *status)
        })
    };
    let services = xml(gives::<Vec<Service>>(), StatusCode::OK);
    let list = xml(asks::<Wanted>().gives::<Vec<Told>>(), StatusCode::OK);
    let list = refused(list, &[StatusCode::BAD_REQUEST]);
    let file = takes_fields::<Sent>().takes_form::<Sent>();
    let file = xml(file.gives_new::<Vec<Receipt>>(), StatusCode::CREATED);
    let file = refused(
        file,
        &[
            StatusCode::BAD_REQUEST,
            StatusCode::NOT_FOUND,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::TOO_MANY_REQUESTS,
        ],
    );
    let mut routes = routes.section("Open311");
    for (path, name) in [
        ("/open311/v2/services", "services"),
        ("/open311/v2/services.json", "services_json"),
        ("/open311/v2/services.xml", "services_xml"),
    ] {
        routes = routes
            .get(path, Everybody, open311::services)
            .api("可以举报哪些问题", services.clone().named(name));
    }
    for (path, listing, filing) in [
        ("/open311/v2/requests", "list_requests", "file_request"),
        (
            "/open311/v2/requests.json",
            "list_requests_json",
            "file_request_json",
        ),
        (
            "/open311/v2/requests.xml",
            "list_requests_xml",
            "file_request_xml",
        ),
    ] {
        routes = routes
            .get(path, Everybody, open311::list_requests)
            .api(
                "从这里提交的举报；没有人写下的内容",
                list.clone().named(listing),
            )
            .post_filing(path, Everybody, open311::file_request)
            .api("提交一件举报", file.clone().named(filing));
    }
    let not_found = [StatusCode::NOT_FOUND];
    let definition = refused(xml(gives::<Definition>(), StatusCode::OK), &not_found);
    let request = refused(xml(gives::<Vec<Told>>(), StatusCode::OK), &not_found);
    routes
        .get(
            "/open311/v2/services/{code}",
            Everybody,
            open311::service_definition,
        )
        .api("一类问题要填什么", definition)
        .get(
            "/open311/v2/requests/{id}",
            Everybody,
            open311::show_request,
        )
        .api("一件举报", request)
}

web::component!();
