//! What may differ from the release before, each with its reason. Whatever else differs is a fault.

use serde_json::Value;

/// Facts are a function of their own: their pages have moved, and the old addresses say where.
const MOVED: [(&str, &str); 2] = [
    ("/lists/facts", "/facts"),
    ("/lists/samples", "/facts/results"),
];

/// What the items of registers say besides: by which name and version one is edited, and the day on a licence's paper where another holds.
const MEMBERS: [&str; 3] = ["id", "version", "expires_on_paper"];

/// The numbers by which a business is known besides its credit code.
const NUMBERS: [&str; 4] = [
    "enterprise_no",
    "old_no",
    "food_business_no",
    "registration_no",
];

/// Their columns in a roster, and the code's, without which a row can be known too. The names as the page of the import has them.
const NUMBER_COLUMNS: [&str; 6] = [
    "统一社会信用代码 | 信用代码 | 是 |",
    "统一社会信用代码 | 信用代码、社会信用代码、统一社会信用代码/注册号 | 否 |",
    "主体编号 | | 否 |",
    "注册号 | | 否 |",
    "食品经营许可证编号 | 经营许可证编号、备案编号 | 否 |",
    "登记证编号 | 小作坊登记证编号、小餐饮登记证编号、小食杂店登记证编号 | 否 |",
];

/// Lists that are declared as registers now: their columns come in the order of the fields and are headed as these are called, and the
/// code of the business is the last.
const REGISTERS: [&str; 5] = [
    "/supervision/cadres",
    "/supervision/assignments",
    "/supervision/visits",
    "/license-outreach/licenses",
    "/license-outreach/applications",
];

/// What the pages of registers say otherwise.
const REWORDED: [(&str, &[&str]); 12] = [
    // A record can be added by hand.
    ("导入", &["导入登记一条"]),
    ("导入导出 Excel", &["导入登记一条导出 Excel"]),
    // A tab is called as its list is.
    ("两员", &["食品安全“两员”"]),
    // What is searched and filtered is called as its column is.
    ("结果", &["检验结果", "检查结果"]),
    ("种类", &["处罚种类"]),
    ("级别", &["事故级别"]),
    ("姓名或工号", &["工号、姓名"]),
    (
        "干部姓名、工号、企业名称或代码",
        &[
            "工号、包保干部、企业名称或代码",
            "工号、督导干部、企业名称或代码",
        ],
    ),
    (
        "编号、企业名称或代码",
        &[
            "食品生产许可证编号、企业名称或代码",
            "检查编号、企业名称或代码",
            "事故编号、企业名称或代码",
        ],
    ),
    (
        "编号、名称、企业名称或代码",
        &["证书编号、名称、企业名称或代码"],
    ),
    (
        "抽样编号、食品、企业名称或代码",
        &["抽样编号、食品名称、企业名称或代码"],
    ),
    (
        "文号、违法事实、企业名称或代码",
        &["处罚决定书文号、违法事实、企业名称或代码"],
    ),
];

/// Where a fact is shown, it can be edited.
const EDIT: &str = "修改";

/// What a source calls its columns is asked once, and the page of an import says so.
const ASKED_ONCE: &str =
    "表里的列名和下面都对不上也没关系：上传以后请您指一次哪一列是什么，系统会记住。";

/// What a fact is called on the page of its business: one word everywhere.
const FACTS: [(&str, &str); 3] = [
    ("处罚", "行政处罚"),
    ("检查", "监督检查"),
    ("事故", "食品安全事故"),
];

/// Who is signed in sees first what waits for him, and no longer what the house is and where to sign in.
const HOME_BEFORE: [&str; 4] = [
    "食品安全，人人可查可问",
    "工作人员登录",
    "区食药安办、镇街食安办、监管所和包保干部从这里进入。",
    "您不用注册就能使用。",
];

/// Whoever can owe a deadline can be chosen among what is overdue.
const OWING: [&str; 2] = ["部门", "食药安委"];

/// Where the list of what a token may write begins: it has each register.
const SCOPES: &str = "读取数据导入名单和登记表写入：";

/// What stands behind the name of a field that may stay blank, and how one page said it.
const MAY_STAY_BLANK: [&str; 2] = ["（可不填）", "（可以不填）"];

/// A choice that nobody has made is not made by the page.
const NOT_CHOSEN: &str = "*请选择";

/// One name of a field, beside it and in its error.
const REASON: [&str; 2] = ["理由", "判断的理由"];

/// Terms that were numbers in triggers are policy now, and the page of the lists says how long the one is.
const NEW_POLICIES: [(&str, &str); 25] = [
    ("talk_workdays", "责任约谈以后至少留几个工作日再升级"),
    ("visit_position_months", "督导时记下的位置保存几个月"),
    (
        "notice_term_workdays",
        "文书的办理期限，规则没有另定的（工作日）",
    ),
    (
        "objection_workdays",
        "拟列入黑榜的陈述申辩期限（告知后多少个工作日）",
    ),
    (
        "withdrawn_draft_workdays",
        "撤回的拟稿，所列事项多少个工作日后重新拟稿",
    ),
    // The terms of problems.
    ("problem_assign_workdays", "问题登记后多少个工作日内分派"),
    (
        "problem_general_workdays",
        "一般问题分派后多少个工作日内整改",
    ),
    (
        "problem_larger_workdays",
        "较大问题分派后多少个工作日内整改",
    ),
    ("problem_major_workdays", "重大问题分派后多少个工作日内整改"),
    ("problem_verify_workdays", "问题整改后多少个工作日内复核"),
    // How often is visited, and when a period is closed.
    (
        "entries_a_year_cap",
        "一家企业一年最多入企多少次，超过时提醒（0 为没有定）",
    ),
    (
        "visit_backdate_days",
        "督导最多补记多少个工作日以前的（食药安办导入的不限）",
    ),
    ("visit_close_after", "一个督导周期结束后第几个工作日封存"),
    (
        "visit_close_from",
        "从哪一天起按期封存；此前结束的周期随这一天所在的季度一起封存",
    ),
    (
        "visit_on_site_canteen",
        "学校、幼儿园食堂须现场督导（1 是，0 否）",
    ),
    (
        "visit_on_site_central_kitchen",
        "中央厨房须现场督导，按登记的食品经营许可认定（1 是，0 否）",
    ),
    (
        "visit_on_site_elderly_canteen",
        "养老机构食堂须现场督导，按登记的食品经营许可认定（1 是，0 否）",
    ),
    (
        "visit_on_site_grade_c_maker",
        "风险等级 C 级的生产企业须现场督导（1 是，0 否）",
    ),
    (
        "visit_on_site_grade_d",
        "风险等级 D 级的企业须现场督导（1 是，0 否）",
    ),
    (
        "visit_on_site_group_meals",
        "集体用餐配送单位须现场督导，按登记的食品经营许可认定（1 是，0 否）",
    ),
    (
        "visit_on_site_special_food_maker",
        "保健食品、特殊医学用途配方食品、婴幼儿配方食品生产企业须现场督导，按登记的食品生产许可认定（1 是，0 否）",
    ),
    (
        "visits_a_year_level_a",
        "A级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改",
    ),
    (
        "visits_a_year_level_b",
        "B级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改",
    ),
    (
        "visits_a_year_level_c",
        "C级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改",
    ),
    (
        "visits_a_year_level_d",
        "D级主体每年督导几次（4 每季度，2 每半年，1 每年）；从某年年初起改",
    ),
];
const OBJECTION_TERM: [&str; 2] = [
    "上黑榜以前，先告知企业，给它五个工作日陈述申辩，申辩要答复。",
    "上黑榜以前，先告知企业，给它 5 个工作日陈述申辩，申辩要答复。",
];

/// What visits find stands in the register of problems, and their list says where: in data, in a column, and in a line of the problem's page.
const REGISTERED: [&str; 2] = ["problem", "problem_status"];

/// A problem that is not rectified is chased from whichever source it comes, by a version of the rule of its own, and two rules are new.
const PROBLEM_RULE: [&str; 2] = ["督导发现的问题未按期整改", "问题未按期整改"];
const PROBLEM_RULE_FROM: &str = "2026-12-01";
const NEW_RULES: [(&str, &str); 3] = [
    ("talk", "责任约谈未记录"),
    ("problem_assign", "问题未按期分派"),
    ("problem_verify", "整改后未按期复核"),
];

/// The page of a business has a part for each function, among those that it had.
const NEW_PARTS: [&str; 6] = [
    "生产许可证",
    "食品安全总监、食品安全员",
    "问题",
    "投诉举报",
    "红黑榜",
    "文书",
];
const PARTS_BEFORE: [&str; 3] = ["包保干部", "抽检、处罚、检查、荣誉", "督导记录"];

/// Each of them shows the latest few and leads to its register, where before fifty were shown.
const CAPTIONS_BEFORE: [&str; 2] = ["最近 50 条", "最近 50 次"];
const WAY_TO_REGISTERS: &str = "全部：";

/// The ledger is sorted by its columns, and the heading says by which.
const LEDGER_SORTED: [&str; 2] = ["企业名称 | ", "企业名称 ↑ | "];

/// The form at the door begins with the way of the visit, and asks of problems one by one: of the page before only what stands above it is
/// as it was.
const FORM_AT_THE_DOOR: &str = "方式";

/// The tabs of 包保督导, which stand in groups now: a page has those of its own group, and the names of the groups.
const SUPERVISION_TABS: [&str; 16] = [
    "督导进度",
    "应督导事项",
    "包保关系",
    "任务均衡",
    "包保干部",
    "提级申请",
    "督导记录",
    "督导要点",
    "补录",
    "发现的问题",
    "承诺和报告",
    "督查",
    "年度任务",
    "三张清单",
    "承诺书",
    "年度报告",
];

/// Tabs above the ledger, and what the page of a business says besides: a link to merge it, and its permits.
const LEDGER_TABS: [&str; 4] = ["企业台账", "许可备案登记", "停业", "曾用名和别名"];
const BUSINESS_LINKS: [&str; 2] = ["修改变更记录", "修改和另一家是同一家变更记录打印门店码"];

/// The codes at the doors are printed from the ledger and from the page of a business.
const DOOR_CODES: &str = "打印门店码";
const PERMITS: [&str; 5] = [
    "许可、备案、登记",
    "食品生产许可 ",
    "食品经营许可 ",
    "备案 ",
    "登记 ",
];

/// Who proposes and confirms handlers: those who do the acts of the bureau.
const HANDLERS_REWORDED: [&str; 2] = [
    "（区食药安办或者食药安委主任）",
    "（区市场监管局、设在市场监管局的区食药安办，或者食药安委主任）",
];

/// What an account says besides: the organisation of a department.
const ORGANISATION: &str = "organisation";

/// Roles that can be chosen, and the organisation of a department, on the pages of accounts and tokens.
const NEW_ROLES: [&str; 4] = [
    "区市场监管局",
    "区级部门",
    "所属单位（只有区级部门需要）",
    "*（没有）",
];

/// How the pages of accounts said it, and how they do: a chair may have towns, and a department has an organisation.
const ROLES_REWORDED: [[&str; 2]; 2] = [
    [
        "账号 | 姓名 | 角色 | 镇街 | 工号 | 状态 |",
        "账号 | 姓名 | 角色 | 镇街或单位 | 工号 | 状态 |",
    ],
    [
        "镇街食安办填一个，监管所可填多个，用顿号隔开；其他角色不填",
        "镇街食安办填一个，监管所可填多个，用顿号隔开；食药安委主任填了就是镇街食药安委主任，只看这些镇街；其他角色不填",
    ],
];

/// A tab that led stations to a page that is not for them.
const NOT_FOR_STATIONS: &str = "你点我检";

/// Who writes the audit of a migration.
const MIGRATION: &str = "migration";

/// The form of a reward, from its heading to its button. It stands on the page of a report only once a reward is due: after the case is
/// filed and the report closed.
const REWARD_FORM: [&str; 2] = ["举报奖励", "提出举报奖励"];

/// What is said of obligations besides: whose they are where no official holds them any more, when their period was closed, and when they were
/// met after it; and of a period, what was recorded after its closing.
const CLOSED: [&str; 3] = ["owed_by", "closed_on", "met_since"];
const CLOSED_PERIOD: [&str; 3] = ["closed_on", "late_entries", "accepted"];

/// An official may hold several posts: what the items of their roster and of assignments say of one, what its list can be narrowed to, and
/// the columns of the roster, in which 工号 may be missing.
const OF_A_POST: [&str; 5] = ["post_no", "duty", "fields", "village", "starts_on"];
const DUTIES: [&str; 4] = ["岗位类别", "协管员", "联络员", "*全部"];
const POST_COLUMNS: [&str; 6] = [
    "工号 | | 是 |",
    "工号 | | 否 |",
    "岗位类别 | | 否 |",
    "村社区 | | 否 |",
    "分管领域 | | 否 |",
    "岗位编号 | | 否 |",
];

/// A roster of assignments or visits may name its official by name and mobile together, where it has no number.
const NAMED_COLUMNS: [&str; 4] = [
    "工号 | | 是 |",
    "工号 | | 否 |",
    "姓名 | 干部姓名、包保干部 | 否 |",
    "手机 | 手机号、干部手机 | 否 |",
];
const NAMED_IN: [&str; 2] = [
    "/supervision/assignments/import",
    "/supervision/visits/import",
];

/// The page of an official has a part for each post: of the page before only what stands above it is as it was.
const POSTS: [&str; 4] = ["职务", "层级", "手机", "现在包保"];

/// What is proposed to even out the loads stands in groups, with nothing ticked.
const PROPOSAL_BEFORE: [&str; 3] = ["按片区就近", "采纳", "企业 | 村社区 | 现在 |"];

/// How often officials came to a business this year, on its page and at the door.
const ENTRIES: &str = "今年已入企 ";

const ANOTHER_ORDER: &str = " (in another order)";

/// The new address of a page that has moved.
pub fn new_address(path: &str) -> Option<String> {
    MOVED.iter().find_map(|(old, new)| {
        let rest = path.strip_prefix(old)?;
        (rest.is_empty() || rest.starts_with(['/', '?'])).then(|| format!("{new}{rest}"))
    })
}

/// Whether a document may have a new member of that name at that path.
pub fn may_have_member(path: &str, name: &str) -> bool {
    let of_an_item = |list: &str| path.starts_with(list) && path.ends_with(']');
    let is_whole = path.is_empty() || path == ".";
    (of_an_item(".items[") && MEMBERS.contains(&name))
        || ((of_an_item(".items[") || is_whole) && NUMBERS.contains(&name))
        || (of_an_item(".items[") && REGISTERED.contains(&name))
        // A visit has a page of its own.
        || (of_an_item(".items[") && name == "id")
        || (of_an_item(".items[") && CLOSED.contains(&name))
        || (of_an_item(".items[") && OF_A_POST.contains(&name))
        || (is_whole && CLOSED_PERIOD.contains(&name))
        || ((of_an_item(".items[") || is_whole) && name == ORGANISATION)
        // How a term of a complaint stands is a word of its own.
        || (of_an_item(".deadlines[") && name == "standing")
}

/// Whether a document may have another value at that path: a term that is paused has no due date until it goes on, and the public documents,
/// which lead to the results of samples where they are now, are made in the next format.
pub fn may_say_otherwise(path: &str, now: &Value) -> bool {
    let of_a_term = path.starts_with(".deadlines[") && path.ends_with(".due");
    let format = [".format", ".head.format"].contains(&path);
    let rule = path.ends_with(".title") && *now == PROBLEM_RULE[1];
    of_a_term && now.is_null() || format && *now == 4 || rule
}

/// Takes out of today's document what it may have in front of what was there: rows of the audit that a migration wrote, which push as many
/// of the oldest off the page, and policies that are new.
pub fn leave_out_new(path: &str, before: &mut Value, now: &mut Value) {
    let place = path.split('?').next().unwrap_or_default();
    let is_new = |item: &Value| match place {
        "/api/v1/audit" => item["actor"] == MIGRATION,
        "/api/v1/policy" => NEW_POLICIES.iter().any(|(name, _)| item["name"] == *name),
        "/api/v1/sweep/policy" => NEW_RULES.iter().any(|(rule, _)| item["rule"] == *rule),
        _ => false,
    };
    let Some(items) = now.get_mut("items").and_then(Value::as_array_mut) else {
        return;
    };
    let all = items.len();
    items.retain(|item| !is_new(item));
    for rule in items.iter_mut().filter(|item| item["rule"] == "problem") {
        if let Some(versions) = rule.get_mut("versions").and_then(Value::as_array_mut) {
            versions.retain(|version| version["valid_from"] != PROBLEM_RULE_FROM);
        }
    }
    let (left, gone) = (items.len(), all - items.len());
    if gone == 0 {
        return;
    }
    if place == "/api/v1/audit" {
        before["items"].as_array_mut().unwrap().truncate(left);
        now["next"] = before["next"].clone();
    }
    if let Some(total) = now["total"].as_u64() {
        now["total"] = (total - gone as u64).into();
    }
}

/// The page of the rules without those that are new, and without the version that the one of problems gets.
fn without_new_rules(page: &str) -> String {
    let mut hidden = false;
    let mut rungs_to_come = 0;
    let mut lines = Vec::new();
    for line in page.lines() {
        hidden |= NEW_RULES.iter().any(|(_, title)| *title == line);
        match line {
            _ if hidden => {}
            "2026年12月1日起改为：" => rungs_to_come = 4,
            _ if rungs_to_come > 0 => rungs_to_come -= 1,
            _ => lines.push(line),
        }
        hidden &= !NEW_RULES
            .iter()
            .any(|(_, title)| line.strip_prefix("修改：") == Some(title));
    }
    lines.join("\n")
}

/// The page of a business without the parts that are new.
fn without_new_parts(page: &str) -> String {
    let mut hidden = false;
    let shown = page.lines().filter(|line| {
        hidden = (hidden || NEW_PARTS.contains(line)) && !PARTS_BEFORE.contains(line);
        !hidden && !line.starts_with(WAY_TO_REGISTERS)
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// The page of policies without those that are new, each from its title to its button.
fn without_new_policies(page: &str) -> String {
    let mut hidden = false;
    let mut lines = Vec::new();
    for line in page.lines() {
        let is_title = NEW_POLICIES.iter().any(|(_, title)| *title == line);
        let is_button = NEW_POLICIES
            .iter()
            .any(|(_, title)| line.strip_prefix("设定：") == Some(title));
        hidden |= is_title;
        if !hidden {
            lines.push(line);
        }
        hidden &= !is_button;
    }
    lines.join("\n")
}

/// How a page differs from the one before, apart from what may differ; blank where it does not.
pub fn page_differences(path: &str, before: &str, now: &str) -> String {
    let place = path.split('?').next().unwrap_or_default();
    let under = |folder: &str| place.starts_with(folder);
    let has_forms = under("/license-outreach/") || under("/supervision/assignments/");
    let is_import = place.ends_with("/import");
    let is_of_accounts = under("/staff") || under("/tokens");
    let loses_a_tab = under("/complaints/") && !now.contains(NOT_FOR_STATIONS);
    let is_list = !is_import && (REGISTERS.contains(&place) || under("/facts/"));
    let redirect = before.strip_prefix("→ ").and_then(new_address);
    if redirect.is_some_and(|moved| now == format!("→ {moved}")) {
        return String::new();
    }
    let of_papers = under("/sweep") || under("/notices");
    let without_papers: Vec<&str> = now
        .lines()
        .filter(|line| !of_papers || !is_of_papers(line) || before.lines().any(|was| was == *line))
        .collect();
    let without_papers = without_papers.join("\n");
    let now = match of_papers {
        true => without_papers.as_str(),
        false => now,
    };
    // The audit names records and fields in words: when, and who.
    if place == "/audit" {
        let now = times_and_actors(now);
        let by_people: Vec<&str> = now
            .lines()
            .filter(|line| !line.ends_with(MIGRATION))
            .collect();
        let before = times_and_actors(before);
        let before: Vec<&str> = before.lines().take(by_people.len()).collect();
        return differences(&before.join("\n"), &by_people.join("\n"), |was, is| {
            was == is
        });
    }
    if place == "/policy" {
        return differences(before, &without_new_policies(now), |was, is| was == is);
    }
    if place == "/sweep/policy" {
        return differences(before, &without_new_rules(now), |was, is| was == is);
    }
    if place == "/sweep/policy/problem" {
        let is_new = |line: &&str| line.starts_with("2026年12月1日起，系统初始值：");
        let now: Vec<&str> = now.lines().filter(|line| !is_new(line)).collect();
        return differences(before, &now.join("\n"), |was, is| was == is);
    }
    let business = match under("/enterprises/") {
        true => without_new_parts(now),
        false => now.to_owned(),
    };
    let tabs = format!("{}\n", LEDGER_TABS.join("\n"));
    let business = match place == "/enterprises" {
        true => business.replacen(&tabs, "", 1),
        false => business,
    };
    let now = business.as_str();
    if place == "/" {
        let known = |line: &&str| HOME_BEFORE.iter().any(|gone| line.ends_with(gone));
        let before: Vec<&str> = before.lines().filter(|line| !known(line)).collect();
        let now: Vec<&str> = now.lines().filter(|line| before.contains(line)).collect();
        return differences(&before.join("\n"), &now.join("\n"), |was, is| was == is);
    }
    if place == "/supervision/balance" {
        let mut hidden = false;
        let mut is_gone = |line: &str| {
            let begins = PROPOSAL_BEFORE.iter().any(|gone| line.starts_with(gone));
            hidden = begins || hidden && is_row(line);
            hidden
        };
        let before: Vec<&str> = before
            .lines()
            .filter(|line| !is_gone(line) && !SUPERVISION_TABS.contains(line))
            .collect();
        let now: Vec<&str> = now.lines().filter(|line| before.contains(line)).collect();
        return differences(&before.join("\n"), &now.join("\n"), |was, is| was == is);
    }
    if under("/supervision/cadres/") && !is_import {
        let above = |page: &str| -> Vec<String> {
            let lines = page.lines().filter(|line| !SUPERVISION_TABS.contains(line));
            lines
                .take_while(|line| !POSTS.contains(line))
                .map(str::to_owned)
                .collect()
        };
        return differences(
            &above(before).join("\n"),
            &above(now).join("\n"),
            |was, is| was == is,
        );
    }
    if under("/supervision/mine/") {
        let above = |page: &str| -> Vec<String> {
            let lines = page.lines().map(str::to_owned);
            lines
                .take_while(|line| {
                    let is_new = ["上次", ENTRIES, "许可证、"]
                        .iter()
                        .any(|new| line.starts_with(new));
                    !is_new && line != FORM_AT_THE_DOOR
                })
                .collect()
        };
        return differences(
            &above(before).join("\n"),
            &above(now).join("\n"),
            |was, is| was == is,
        );
    }
    let new = |line: &str| {
        (under("/supervision") && SUPERVISION_TABS.contains(&line))
            || (place == "/supervision/cadres" && DUTIES.contains(&line))
            || (under("/enterprises/") && line == DOOR_CODES)
            || (is_import && line == ASKED_ONCE)
            || (under("/license-outreach/") && line == NOT_CHOSEN && !before.contains(NOT_CHOSEN))
            || (under("/facts/fact") && line == EDIT)
            || (place == "/sweep/breaches" && OWING.contains(&line))
            || (under("/supervision/problems/")
                && (line == "问题清单" || line.ends_with("，由监管所处理") || line == "已销号"))
            || (is_of_accounts && NEW_ROLES.contains(&line))
            || ((under("/enterprises/") || under("/supervision/mine/"))
                && line.starts_with(ENTRIES))
            || (under("/enterprises/") && PERMITS.iter().any(|permit| line.starts_with(permit)))
    };
    let of_numbers = |line: &&str| {
        place == "/enterprises/import" && NUMBER_COLUMNS.contains(&line.trim())
            || place == "/supervision/cadres/import" && POST_COLUMNS.contains(&line.trim())
            || NAMED_IN.contains(&place) && NAMED_COLUMNS.contains(&line.trim())
    };
    let before: String = before
        .lines()
        .filter(|line| !of_numbers(line))
        .filter(|line| !(under("/enterprises/") && CAPTIONS_BEFORE.contains(line)))
        .filter(|line| !(under("/supervision") && SUPERVISION_TABS.contains(line)))
        .filter(|line| !(place == "/supervision/cadres" && DUTIES.contains(line)))
        .filter(|line| !(loses_a_tab && *line == NOT_FOR_STATIONS))
        .map(|line| format!("{line}\n"))
        .collect();
    let before = before.as_str();
    let now: Vec<&str> = now
        .lines()
        .filter(|line| !new(line) && !of_numbers(line))
        .collect();
    let headed_before = before.lines().find(|line| is_row(line));
    let headed_now = now.iter().copied().find(|line| is_row(line));
    let same = |was: &str, is: &str| {
        was == is
            || (has_forms
                && (without_optional_note(was) == without_optional_note(is) || [was, is] == REASON))
            || (is_list && headed_before == Some(was) && headed_now == Some(is))
            || ((is_list || is_import || under("/enterprises/"))
                && is_row(was)
                && is_row(is)
                && has_cells(was, is, under("/enterprises/")))
            || ((is_list || is_import) && is_reworded(was, is))
            || (place == "/supervision/problems"
                && is_row(was)
                && is_row(is)
                && has_cells(was, is, false))
            || (place == "/sweep" && was.replace(PROBLEM_RULE[0], PROBLEM_RULE[1]) == is)
            || (is_of_accounts && ROLES_REWORDED.contains(&[was, is]))
            || (under("/enterprises/") && [was, is] == BUSINESS_LINKS)
            || (place == "/enterprises" && is.strip_suffix(DOOR_CODES) == Some(was))
            || (place == "/enterprises"
                && was.replacen(LEDGER_SORTED[0], LEDGER_SORTED[1], 1) == is)
            || (place == "/complaints/handlers"
                && was.replace(HANDLERS_REWORDED[0], HANDLERS_REWORDED[1]) == is)
            || (place == "/lists" && [was, is] == OBJECTION_TERM)
            || (under("/notices/") && is.strip_prefix("打印") == Some(was))
            // The notice to a business is a paper to read and print, and so is the decision.
            || (under("/lists/cases/")
                && is.trim_end_matches(" · 决定书") == was.replace("打印告知书", "告知书"))
            || (place == "/tokens" && was.starts_with(SCOPES) && is.starts_with(SCOPES))
            || (under("/complaints/cases/") && is == without_due(was))
    };
    // A report that is not closed has no form of a reward.
    let [heading, button] = REWARD_FORM;
    let mut before: Vec<&str> = before.lines().collect();
    if under("/complaints/cases/") && !now.contains(&heading) {
        let start = before.iter().position(|line| *line == heading);
        let end = before.iter().rposition(|line| *line == button);
        if let (Some(start), Some(end)) = (start, end) {
            before.drain(start..=end);
        }
    }
    let differs = differences(&before.join("\n"), &now.join("\n"), same);
    // The columns that an import knows are in the order of the fields.
    match is_import {
        true => differs
            .lines()
            .filter(|line| !line.ends_with(ANOTHER_ORDER))
            .map(|line| format!("{line}\n"))
            .collect(),
        false => differs,
    }
}

/// Whether a line of the pages of papers and of the sweep is new: the tabs of routes and templates, two kinds of papers, the day until which something
/// is excused, and who had a paper printed and when.
fn is_of_papers(line: &str) -> bool {
    let known = [
        "发文关系",
        "文书模板",
        "通报",
        "专报",
        "免予督办到哪一天",
        "撤回或者办结归档时，还没有销号的事项到这一天为止不再督办，最迟到下一季度末；撤回时不填则重新拟稿",
        "[]",
    ];
    known.contains(&line) || line.ends_with("印发")
}

/// The name of a field without whether it may stay blank.
fn without_optional_note(line: &str) -> String {
    MAY_STAY_BLANK
        .iter()
        .fold(line.to_owned(), |line, said| line.replace(said, ""))
}

/// When each step was, and who made it.
fn times_and_actors(page: &str) -> String {
    let steps = page.lines().filter(|line| line.starts_with("20"));
    steps
        .map(|line| line.split(" | ").take(2).collect::<Vec<_>>().join(" | ") + "\n")
        .collect()
}

/// The row of a term that is paused.
fn without_due(row: &str) -> String {
    let mut cells: Vec<&str> = row.split(" | ").collect();
    if let [_, due, standing, ..] = cells.as_mut_slice()
        && standing.contains("暂停")
    {
        *due = "";
    }
    cells.join(" | ").replace("  ", " ")
}

/// The lines that go with none of the other page, in their order.
fn differences(before: &str, now: &str, same: impl Fn(&str, &str) -> bool) -> String {
    let mut rest: Vec<&str> = now.lines().collect();
    let mut all = String::new();
    let mut passed = 0;
    for was in before.lines() {
        match rest.iter().position(|is| same(was, is)) {
            // What comes sooner than it did is in another order.
            Some(at) => {
                if at < passed {
                    all += &format!("  - {was}{ANOTHER_ORDER}\n");
                }
                rest.remove(at);
                passed = at;
            }
            None => all += &format!("  - {was}\n"),
        }
    }
    all + &rest
        .iter()
        .map(|is| format!("  + {is}\n"))
        .collect::<String>()
}

fn is_row(line: &str) -> bool {
    line.contains(" | ")
}

/// Whether a row of today has all that one had, among what else it may have. An amount says fen where there are any.
fn has_cells(was: &str, is: &str, of_a_business: bool) -> bool {
    let mut there: Vec<&str> = cells(is).collect();
    cells(was).all(|cell| {
        let called = FACTS.iter().find(|(old, _)| of_a_business && *old == cell);
        let cell = called.map_or(cell, |(_, new)| new);
        let amount = |text: &str| text.parse::<f64>().ok();
        let found = there.iter().position(|other| {
            *other == cell || (amount(cell).is_some() && amount(cell) == amount(other))
        });
        found.map(|at| there.remove(at)).is_some()
    })
}

/// Of a column in the list of those that an import knows, each of its names.
fn cells(row: &str) -> impl Iterator<Item = &str> {
    let cells = row.split(['|', '、']).map(str::trim);
    cells.filter(|cell| !cell.is_empty())
}

/// With what is typed into the field after its label.
fn is_reworded(was: &str, is: &str) -> bool {
    let (was, typed_then) = was.split_once('[').unwrap_or((was, ""));
    let (is, typed_now) = is.split_once('[').unwrap_or((is, ""));
    let words = REWORDED.iter().find(|(old, _)| *old == was);
    typed_then == typed_now && words.is_some_and(|(_, new)| new.contains(&is))
}
