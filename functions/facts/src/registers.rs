//! The registers of facts: what was lawfully established about a business, and its 两员 (97号令 第6条), which are kept here as well.

use axum::response::{IntoResponse as _, Redirect};
use domain::red_black::{ExamResult, OfficerPost};
use domain::words::{AccidentGrade, HonourKind, InspectionResult, PenaltyKind, SampleResult};
use maud::{Markup, html};
use registers::Declares as _;
use registers::{About, Column, Computed, Field, LONGEST, Member, Register, Usual};
use web::routes::{BUREAU, DESK, OFFICE_AND_BUREAU, Routes};
use web::{Answer, Context, page};

pub fn routes(routes: Routes) -> Routes {
    routes
        .section("抽检处罚")
        .get("/facts", DESK, front)
        .register(&SAMPLES)
        .register(&PENALTIES)
        .register(&INSPECTIONS)
        .register(&HONOURS)
        .register(&ACCIDENTS)
        .register(&OFFICERS)
}

const fn revoked_on() -> Computed {
    Computed::data(Member::date("revoked_on", "t.revoked_on"))
}

/// What all registers have in common: a fact is about a business, and one that was revoked is not shown.
const FACT: Register = Register {
    about: Some(About::called("name")),
    standing: "t.revoked_on IS NULL",
    computed: &[revoked_on()],
    above: fact_tabs,
    changes: BUREAU,
    ..Register::PLAIN
};

/// 抽检: a batch, what it was tested for, the result.
#[rustfmt::skip]
pub static SAMPLES: Register = Register {
    noun: "samples", title: "抽检结果", table: "sample", path: "/facts/samples", api: "/api/v1/samples",
    sort: Some("-sampled_on"), nothing: "还没有抽检结果。请导入抽检系统导出的表格。",
    actions: publish_button,
    fields: &[
        Field::code("sample_no", "抽样编号", 80).or(&["抽样单编号", "样品编号"]).called("number").key().required().searched().leads_to("/facts/fact?kind=sample&number="),
        Field::uscc().required(),
        Field::text("food", "食品名称", 120).or(&["样品名称", "产品名称"]).required().searched().sorted(),
        Field::text("batch", "批次", LONGEST).or(&["批号", "生产日期/批号", "生产日期"]),
        Field::past_day("sampled_on", "抽样日期").required(),
        Field::word::<SampleResult>("result", "检验结果").or(&["结果", "检验结论"]).required().filtered(),
        Field::long_text("failed_items", "不合格项目", LONGEST),
        Field::long_text("standard", "检验依据", LONGEST).or(&["执行标准", "判定依据"]),
        Field::text("institution", "检验机构", LONGEST).or(&["承检机构"]),
    ],
    computed: &[
        Computed::shown(Member::date("published_on", "t.published_on"), Column::date("公布", "published_on").by("t.published_on")),
        revoked_on(),
    ],
    ..FACT
};

/// 处罚: number, ground, amount, date, and until when its publication lasts.
#[rustfmt::skip]
pub static PENALTIES: Register = Register {
    noun: "penalties", title: "行政处罚", table: "penalty", path: "/facts/penalties", api: "/api/v1/penalties",
    sort: Some("-decided_on"), nothing: "还没有行政处罚。请导入执法系统导出的表格。",
    fields: &[
        Field::code("decision_no", "处罚决定书文号", 80).or(&["决定书文号", "行政处罚决定书文号"]).called("number").key().required().searched().leads_to("/facts/fact?kind=penalty&number="),
        Field::uscc().required(),
        Field::long_text("ground", "违法事实", 300).or(&["案由", "违法行为"]).required().searched(),
        Field::long_text("basis", "处罚依据", LONGEST),
        Field::word::<PenaltyKind>("kind", "处罚种类").or(&["处罚类别"]).required().filtered(),
        Field::money("amount", "罚没金额").or(&["罚没款（元）", "罚款金额", "处罚金额"]).usually(Usual::Number(0)),
        Field::past_day("decided_on", "处罚日期").or(&["处罚决定日期"]).required(),
        Field::any_day("published_until", "公示截止日期").or(&["公示截止期"]),
    ],
    computed: &[Computed::data(Member::number("yuan", "t.amount / 100.0")), revoked_on()],
    ..FACT
};

/// 监督检查 (49号令).
#[rustfmt::skip]
pub static INSPECTIONS: Register = Register {
    noun: "inspections", title: "监督检查", table: "inspection", path: "/facts/inspections", api: "/api/v1/inspections",
    sort: Some("-inspected_on"), nothing: "还没有监督检查记录。请导入监管系统导出的表格。",
    fields: &[
        Field::code("inspection_no", "检查编号", 80).or(&["检查记录编号", "检查表编号"]).called("number").key().required().searched().leads_to("/facts/fact?kind=inspection&number="),
        Field::uscc().required(),
        Field::past_day("inspected_on", "检查日期").required(),
        Field::text("kind", "检查类型", LONGEST).or(&["检查类别"]),
        Field::word::<InspectionResult>("result", "检查结果").or(&["结果"]).required().filtered(),
        Field::number("hazards", "发现问题数", 10_000).or(&["问题数"]).usually(Usual::Number(0)),
        Field::long_text("note", "备注", LONGEST),
    ],
    ..FACT
};

/// 荣誉和认证: ISO 22000, HACCP, demonstration units.
#[rustfmt::skip]
pub static HONOURS: Register = Register {
    noun: "honours", title: "荣誉认证", table: "honour", path: "/facts/honours", api: "/api/v1/honours",
    sort: Some("-issued_on"), nothing: "还没有荣誉和认证。", changes: OFFICE_AND_BUREAU,
    fields: &[
        Field::code("honour_no", "证书编号", 80).or(&["编号", "文号"]).called("number").key().required().searched().leads_to("/facts/fact?kind=honour&number="),
        Field::uscc().required(),
        Field::word::<HonourKind>("kind", "种类").or(&["类别"]).required().filtered(),
        Field::text("name", "名称", 120).or(&["荣誉名称", "证书名称"]).called("title").required().searched(),
        Field::text("issuer", "发证机构", LONGEST).or(&["授予机关", "认证机构"]),
        Field::past_day("issued_on", "发证日期").or(&["授予日期"]).required(),
        Field::any_day("expires_on", "有效期至").or(&["到期日期"]),
    ],
    ..FACT
};

/// 食品安全事故.
#[rustfmt::skip]
pub static ACCIDENTS: Register = Register {
    noun: "accidents", title: "食品安全事故", table: "accident", path: "/facts/accidents", api: "/api/v1/accidents",
    sort: Some("-happened_on"), nothing: "没有食品安全事故的记录。", changes: OFFICE_AND_BUREAU,
    fields: &[
        Field::code("accident_no", "事故编号", 80).or(&["事件编号"]).called("number").key().required().searched().leads_to("/facts/fact?kind=accident&number="),
        Field::uscc().required(),
        Field::past_day("happened_on", "发生日期").or(&["事故日期"]).required(),
        Field::word::<AccidentGrade>("grade", "事故级别").or(&["级别"]).required().filtered(),
        Field::long_text("note", "说明", LONGEST).or(&["备注", "经过"]).usually(Usual::Text("")),
    ],
    ..FACT
};

/// 食品安全总监 and 食品安全员 in post, and how their last examination went (000 §三(四)). Names stay in the office.
#[rustfmt::skip]
pub static OFFICERS: Register = Register {
    noun: "officers", title: "食品安全“两员”", table: "officer", path: "/facts/officers", api: "/api/v1/officers",
    nothing: "还没有登记食品安全总监、食品安全员。请导入企业报来的名单和抽考结果。", changes: OFFICE_AND_BUREAU,
    about: Some(About::called("enterprise")),
    fields: &[
        Field::uscc().key().required(),
        Field::word::<OfficerPost>("post", "岗位").or(&["职务"]).key().required().filtered(),
        Field::text("name", "姓名", 40).key().required().searched(),
        Field::past_day("appointed_on", "任职日期").or(&["任命日期"]).required(),
        Field::past_day("left_on", "离任日期").or(&["离职日期"]),
        Field::past_day("examined_on", "考核日期").or(&["抽考日期", "培训考核日期"]),
        Field::word::<ExamResult>("exam", "考核结果").or(&["抽考结果"]),
    ],
    computed: &[],
    ..FACT
};

/// The front page of the facts is the register of samples.
async fn front() -> Answer {
    Ok(Redirect::to(SAMPLES.path).into_response())
}

/// The tabs that lead between the registers.
pub fn fact_tabs(context: &Context) -> Markup {
    let registers = [
        SAMPLES,
        PENALTIES,
        INSPECTIONS,
        HONOURS,
        ACCIDENTS,
        OFFICERS,
    ];
    let tabs = registers.map(|register| (register.path, register.title));
    page::tabs(context, "抽检处罚", &tabs)
}

/// The button by which the office makes results of samples public (`result_publication`).
fn publish_button(context: &Context) -> Markup {
    html! {
        @if SAMPLES.may_change(context) {
            form method="post" action="/facts/publish" { button.second { "公布可以公布的结果" } }
        }
    }
}
