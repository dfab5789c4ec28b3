// Prepares a store with something in each list, once for all tests; every worker starts the real program on a copy of its own.
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const root = path.resolve(__dirname, "../..");
const PASSWORD = "correct horse battery";
const SETUP_TOKEN = "the token of the setup";
const SCHEDULER_TOKEN = "the token of the scheduler";
const DAY = "2026-11-22T10:00:00+08:00";
const LISTED = "91330503MA2D2BJJ02";
const LONG_NAME = "云溪区某某街道中华人民共和国第一超级无敌长名字食品科技发展有限责任公司（云港街道东庄社区第三分公司）";

async function post(base, route, body, headers = {}) {
  const response = await fetch(base + route, { method: "POST", body, headers });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
  return response;
}

/** 许可服务前移 with something in each list: a case on its way, an unclear scope, a licence, a canteen, a matter. */
async function outreach(base, cookie) {
  const send = (route, body) =>
    post(base, `/api/v1/${route}`, JSON.stringify(body), { "content-type": "application/json", cookie }).then((answer) => answer.json());
  await send("enterprises", { uscc: LISTED, name: LONG_NAME, town: "云港街道", founded_on: "2026-11-01", business_scope: "农副产品加工；蔬菜加工；日用百货销售" });
  const first = await fetch(`${base}/api/v1/license-outreach/candidates`, { headers: { cookie } }).then((answer) => answer.json());
  const opened = await send("license-outreach/cases", { uscc: first.items[0].uscc });
  const at = `license-outreach/cases/${opened.id}`;
  await send(`${at}/contact`, { contacted_on: "2026-11-10", note: "企业负责人在场，准备租用二号厂房" });
  await send(`${at}/stages/site_selection`, { begun_on: "2026-11-10", done_on: "2026-11-12", expert: "周工（市食品生产许可审评组）", note: "厂房原做五金，需先清退化学品库；距垃圾中转站 80 米，可行。" });
  await send(`${at}/stages/drawing`, { begun_on: "2026-11-16", note: "平面图已看过一次" });
  const csv = `食品生产许可证编号,统一社会信用代码,类别,发证日期,有效期至,状态\nSC12733050370007,91330503MYYG3CWJ94,糕点,2022-01-01,2026-12-31,有效\n`;
  await post(base, "/api/v1/licenses/import", csv, { cookie });
  const canteen = await send("license-outreach/canteens", { name: "浙江某某智能制造产业园职工食堂", company: "浙江某某科技有限公司", town: "云港街道", contacts: "项目方 张经理 13800000000\n施工方 李工 13900000000", entered_on: "2026-09-30", begun_on: "2026-11-02" });
  await send(`license-outreach/canteens/${canteen.id}/visits`, { step: "entered", visited_on: "2026-10-12", note: "看了平面图，建议加大粗加工间" });
  const matter = await send("license-outreach/matters", { kind: "simple_change", applicant: "云港街道阿婆糕团店", town: "云港街道", received_on: "2026-11-18" });
  const training = { uscc: "91330503MYYG3CWJ94", kind: "yearly", held_on: "2026-11-05", note: "食品安全总监、食品安全员共 3 人，抽考合格" };
  await send("license-outreach/trainings", training);
  process.env.SHIAN_CASE = `/license-outreach/cases/${opened.id}`;
  process.env.SHIAN_CANTEEN = `/license-outreach/canteens/${canteen.id}`;
  process.env.SHIAN_MATTER = `/license-outreach/matters/${matter.id}`;
}

/** The papers of a Friday morning: letters to the towns, and a report upwards that waits for its signature. Gives one of the officials of a letter. */
async function papers(base, cookie) {
  const at = (route) => fetch(base + route, { headers: { cookie } }).then((answer) => answer.json());
  const headers = { "content-type": "application/json", authorization: `Bearer ${SCHEDULER_TOKEN}` };
  await post(base, "/internal/sweep", JSON.stringify({ as_of: "2026-11-20" }), headers);
  const letter = (await at(`/api/v1/notices?kind=reminder_letter&status=issued&limit=1&town=${encodeURIComponent("云港街道")}`)).items[0];
  process.env.SHIAN_LETTER = `/notices/${letter.id}`;
  process.env.SHIAN_DRAFT = `/notices/${(await at("/api/v1/notices?status=drafted&limit=1")).items[0].id}`;
  process.env.SHIAN_TOWN_COOKIE = await townOffice(base, cookie, letter.addressee.id);
  return letter.breaches.find((line) => line.rule === "visit").owed_by;
}

/** Somebody of a town's food-safety office, signed in. */
async function townOffice(base, cookie, town) {
  const json = { "content-type": "application/json" };
  const made = await post(base, "/api/v1/staff", JSON.stringify({ account: "town", name: "钱大宝", role: "town", towns: [town] }), { ...json, cookie }).then((answer) => answer.json());
  const first = await enter(base, "town", made.initial_password);
  await post(base, "/api/v1/session/password", JSON.stringify({ current: made.initial_password, new: PASSWORD }), { ...json, cookie: first });
  return enter(base, "town", PASSWORD);
}

/** An official who has a letter and holds businesses, signed in. */
async function official(base, cookie, cadre_no) {
  const json = { "content-type": "application/json" };
  const held = await fetch(`${base}/api/v1/supervision/obligations?status=due&limit=1&cadre_no=${cadre_no}`, { headers: { cookie } }).then((answer) => answer.json());
  const account = { account: "cadre", name: "沈阿根", role: "cadre", towns: [], cadre_no: held.items[0].cadre_no };
  const made = await post(base, "/api/v1/staff", JSON.stringify(account), { ...json, cookie }).then((answer) => answer.json());
  const enter = async (password) => {
    const session = await post(base, "/api/v1/session", JSON.stringify({ account: "cadre", password }), json);
    return session.headers.get("set-cookie").split(";")[0];
  };
  const first = await enter(made.initial_password);
  await post(base, "/api/v1/session/password", JSON.stringify({ current: made.initial_password, new: PASSWORD }), { ...json, cookie: first });
  process.env.SHIAN_CADRE_COOKIE = await enter(PASSWORD);
  process.env.SHIAN_HELD = `/supervision/mine/${held.items[0].uscc}`;
}

/** 投诉举报 with something in each list, and a station that handles them. */
async function complaints(base, cookie) {
  const json = { "content-type": "application/json" };
  const made = await post(base, "/api/v1/staff", JSON.stringify({ account: "station", name: "云港监管所", role: "station", towns: ["云港街道"] }), { ...json, cookie }).then((answer) => answer.json());
  const first = await enter(base, "station", made.initial_password);
  await post(base, "/api/v1/session/password", JSON.stringify({ current: made.initial_password, new: PASSWORD }), { ...json, cookie: first });
  process.env.SHIAN_STATION_COOKIE = await enter(base, "station", PASSWORD);
  const found = await fetch(`${base}/api/v1/enterprises?town=${encodeURIComponent("云港街道")}&status=operating&limit=1`, { headers: { cookie } }).then((answer) => answer.json());
  const { uscc, name } = found.items[0];
  process.env.SHIAN_SHOP = name;
  const contact = { name: "诸葛孔明", phone: "13800000000", address: "云港街道东庄社区幸福里小区十八幢二单元三百零一室" };
  const file = (document, from) => post(base, "/api/v1/complaints", JSON.stringify(document), { ...json, "x-forwarded-for": from }).then((answer) => answer.json());
  const complaint = await file({ kind: "complaint", uscc, happened_on: "2026-11-18", category: "spoiled", text: "买了两袋面包，保质期到 11 月 30 日，打开就有霉点。\n回店里找，店员说拆了封不退。", wants: "退款 35 元，并且道歉", contact }, "192.0.2.1");
  await file({ kind: "complaint", uscc, happened_on: "2026-11-19", category: "label", text: "标签上的日期被改过，擦一擦就掉了。", wants: "按规定赔偿", contact }, "192.0.2.2");
  const report = await file({ kind: "report", place: "菜场东门左边第三个摊位，没有招牌，每天早上五点到八点", town: "云港街道", happened_on: "2026-11-20", category: "hygiene", text: "生熟不分，地上都是水。", anonymous: true }, "192.0.2.3");
  const act = (code, verb, order) => post(base, `/api/v1/complaints/${code}/${verb}`, JSON.stringify(order), { ...json, cookie });
  await act(complaint.code, "accept", { note: "已经联系商家核实。" });
  await act(complaint.code, "reply", { text: "商家愿意退款 35 元，您同意吗？" });
  await act(report.code, "decide", { filed: true, note: "现场检查属实。" });
  const proposed = await fetch(`${base}/api/v1/complaints/handlers`, { method: "PUT", body: JSON.stringify({ first: "office", second: "station" }), headers: { ...json, cookie } }).then((answer) => answer.json());
  const second = await enter(base, "second", PASSWORD);
  await post(base, "/api/v1/complaints/handlers/confirm", JSON.stringify({ id: proposed.change.id }), { ...json, cookie: second });
  const insider = await file({ kind: "report", insider: true, place: "某食品厂二号车间", happened_on: "2026-11-20", category: "additive", text: "每天晚上往馅料里加白色粉末。", anonymous: true }, "192.0.2.4");
  process.env.SHIAN_INSIDER = `/complaints/cases/${insider.code}`;
  for (const food of ["校门口的炸串", "菜场的活虾"]) await post(base, "/api/v1/sampling", JSON.stringify({ food, reason: "孩子常吃" }), { ...json, "x-forwarded-for": "192.0.2.5" });
  await post(base, "/api/v1/sampling/1/publish", "{}", { ...json, cookie });
  process.env.SHIAN_COMPLAINT = `/complaints/cases/${complaint.code}`;
  process.env.SHIAN_REPORT = `/complaints/cases/${report.code}`;
  process.env.SHIAN_KEY = JSON.stringify(complaint);
}

/** 问题清单 with a problem of a long name that nobody has yet, and one that waits for another person. */
async function problems(base, cookie) {
  const by = (who) => (route, body) => post(base, `/api/v1/${route}`, JSON.stringify(body), { "content-type": "application/json", cookie: who }).then((answer) => answer.json());
  const [office, station] = [by(cookie), by(process.env.SHIAN_STATION_COOKIE)];
  const text = "后厨下水口没有防鼠网，冷藏柜里生熟混放，从业人员健康证明有两张过期，进货台账从十月起没有记";
  const found = await office("problems", { enterprise_no: LISTED, source: "patrol", text, found_on: "2026-11-19", level: "larger" });
  const settled = await office("problems", { enterprise_no: "91330503MYYG3CWJ94", source: "sample", source_id: "CY0003", text: "红豆面包标签没有配料表", found_on: "2026-11-16", level: "general" });
  await office(`problems/${settled.id}/assign`, { to: "station", person: "station", note: "请月底前看一次。" });
  await station(`problems/${settled.id}/accept`, {});
  await station(`problems/${settled.id}/rectify`, { note: "标签已重印，旧标签当场销毁。" });
  process.env.SHIAN_PROBLEM = `/problems/${found.id}`;
  process.env.SHIAN_PROBLEM_RECTIFIED = `/problems/${settled.id}`;
}

/** Organisations that can be called: two stations of one town as after a merger, long names, and a department. */
async function organisations(base, cookie) {
  const json = { "content-type": "application/json" };
  for (const name of ["云港街道", "石湖镇"]) await post(base, "/api/v1/places", JSON.stringify({ kind: "town", name }), { ...json, cookie });
  const address = `${base}/api/v1/organisations`;
  const office = await fetch(`${address}/office`, { headers: { cookie } }).then((answer) => answer.json());
  const { kind, name, mark, part_of, version } = office;
  const reached = { telephone: "0572-0000001、12345", address: "某区人民路 1 号市民服务中心 3 号楼 5 楼 518 室", hours: "周一至周五 8:30—12:00、14:00—17:30" };
  await fetch(`${address}/office`, { method: "PUT", body: JSON.stringify({ kind, name, mark, part_of, version, ...reached, contact: "陆主任" }), headers: { ...json, cookie } });
  for (const organisation of [
    { kind: "bureau", name: "某区市场监督管理局（某区知识产权局）", ...reached },
    { kind: "station", name: "某区市场监督管理局云港市场监督管理所", towns: ["云港街道"], ...reached, telephone: "0572-0000002转801" },
    { kind: "station", name: "某区市场监督管理局石湖市场监督管理所", towns: ["石湖镇"], ...reached, telephone: "0572-0000003" },
    { kind: "town_office", name: "云港街道食品药品安全委员会办公室", towns: ["云港街道"], telephone: "0572-0000004" },
    { kind: "department", name: "某区教育和体育局（某区人民政府教育督导委员会办公室）" },
  ])
    await post(base, "/api/v1/organisations", JSON.stringify(organisation), { ...json, cookie });
}

/** Ten days before: a business with a long name is told that it is up for the black list. */
async function beforehand(base, cookie) {
  const send = (route, body) =>
    post(base, `/api/v1/${route}`, JSON.stringify(body), { "content-type": "application/json", cookie }).then((answer) => answer.json());
  await send("enterprises", { uscc: LISTED, name: LONG_NAME, town: "云港街道", founded_on: "2026-11-01", business_scope: "农副产品加工；蔬菜加工；日用百货销售" });
  const penalties = `处罚决定书文号,统一社会信用代码,违法事实,处罚依据,处罚种类,罚没金额（元）,处罚日期,公示截止日期\n云市监处罚〔2026〕118号,${LISTED},使用超过保质期的食品原料加工蔬菜制品，并且没有按规定查验供货者的许可证和食品出厂检验合格证,食品安全法第一百二十四条,罚款,68000,2026-10-20,2027-10-20\n`;
  await post(base, "/api/v1/penalties/import", penalties, { cookie });
  const samples = `抽样编号,统一社会信用代码,食品名称,批次,抽样日期,检验依据,检验结果,不合格项目,检验机构\nCY0001,${LISTED},酱腌菜,20260901,2026-09-03,GB 2714-2015,不合格,苯甲酸及其钠盐、脱氢乙酸及其钠盐,市食品检验检测研究院\nCY0002,${LISTED},酱腌菜,20261001,2026-10-09,GB 2714-2015,不合格,苯甲酸及其钠盐,市食品检验检测研究院\nCY0003,91330503MYYG3CWJ94,红豆面包,20261101,2026-11-03,GB 7099-2015,合格,,市食品检验检测研究院\n`;
  await post(base, "/api/v1/samples/import", samples, { cookie });
  const found = await fetch(`${base}/api/v1/enterprises?limit=200&status=operating`, { headers: { cookie } }).then((answer) => answer.json());
  const officers = found.items.flatMap(({ uscc }) => [`${uscc},食品安全总监,甲某,2024-01-01,2026-06-01,合格`, `${uscc},食品安全员,乙某,2024-01-01,2026-06-01,合格`]);
  await post(base, "/api/v1/officers/import", `统一社会信用代码,岗位,姓名,任职日期,考核日期,考核结果\n${officers.join("\n")}\n`, { cookie });
  const made = await send("staff", { account: "second", name: "李副主任", role: "office", towns: [] });
  const first = await enter(base, "second", made.initial_password);
  await post(base, "/api/v1/session/password", JSON.stringify({ current: made.initial_password, new: PASSWORD }), { "content-type": "application/json", cookie: first });
  const { id } = await send("list-cases", { uscc: LISTED, list: "black", ground: "使用超过保质期的食品原料，罚没六万八千元；连续两批次抽检不合格。" });
  await send(`list-cases/${id}/notify`, { note: "当面送达，厂长签收。" });
  return id;
}

/** The entry is published; another case still waits for its term; somebody is helped. */
async function lists(base, cookie, id) {
  const send = (route, body, by = cookie) =>
    post(base, `/api/v1/${route}`, JSON.stringify(body), { "content-type": "application/json", cookie: by }).then((answer) => answer.json());
  const second = await enter(base, "second", PASSWORD);
  await send(`list-cases/${id}/decide`, { approved: true, note: "事实清楚，企业没有申辩。" }, second);
  await send(`list-cases/${id}/publish`, {});
  await send(`list-cases/${id}/reply`, { note: "问题原料已经全部销毁，换了供货商，请大家监督。" });
  await send("list-facts/publish-samples", {});
  const help = await send("key-help", { uscc: LISTED });
  await send(`key-help/${help.id}/pair`, { expert: "周工", expert_from: "市食品检验检测研究院，蔬菜制品工艺" });
  const other = "91330503MYYG3CWJ94";
  await post(base, "/api/v1/inspections/import", `检查编号,统一社会信用代码,检查日期,检查类型,检查结果,发现问题数,备注\nJC0009,${other},2026-11-16,飞行检查,拒绝检查,0,\n`, { cookie });
  const running = await send("list-cases", { uscc: other, list: "black", ground: "拒绝监督检查。" });
  await send(`list-cases/${running.id}/notify`, { note: "邮寄送达。" });
  process.env.SHIAN_SECOND_COOKIE = second;
  process.env.SHIAN_ENTRY = `/lists/entries/${id}`;
  process.env.SHIAN_LIST_CASE = `/lists/cases/${id}`;
  process.env.SHIAN_RUNNING = `/lists/cases/${running.id}`;
  process.env.SHIAN_HELP = `/lists/cases/key-help/${help.id}`;
}

async function enter(base, account, password) {
  const session = await post(base, "/api/v1/session", JSON.stringify({ account, password }), { "content-type": "application/json" });
  return session.headers.get("set-cookie").split(";")[0];
}

/** Starts the program on the data of `folder` at an hour, and gives its process and the address that it says it is served on. */
async function start(folder, clock) {
  const file = path.join(folder, "log");
  const log = fs.openSync(file, "w");
  const child = spawn(
    process.env.SHIAN_PROGRAM || path.join(root, "target/release/shian"),
    ["up", "--no-build", "--listen", "127.0.0.1:0", "--data", path.join(folder, "data"), "--secrets", path.join(folder, "secrets.toml"), "--clock", clock,
      "--variable", `setup_token=${SETUP_TOKEN}`, "--variable", `scheduler_token=${SCHEDULER_TOKEN}`, "--variable", "issuer=云溪区食药安办", "--variable", "trusted_proxies=127.0.0.1"],
    { cwd: root, stdio: ["ignore", "ignore", log] },
  );
  fs.closeSync(log);
  const began = Date.now();
  for (;;) {
    const said = fs.readFileSync(file, "utf8");
    const served = /is served on (http:\S+).*\n/.exec(said);
    if (served) return { child, base: served[1] };
    if (child.exitCode !== null || Date.now() - began > 300_000) throw new Error(said);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function end(child) {
  const gone = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

/** A folder in memory, where the system has such a place. */
function scratch() {
  const memory = "/dev/shm";
  return fs.mkdtempSync(path.join(fs.existsSync(memory) ? memory : os.tmpdir(), "shian-browser-"));
}

/** The prepared store, and in the environment what stands in it. */
async function prepare() {
  const folder = scratch();
  fs.mkdirSync(path.join(folder, "data"));
  const json = { "content-type": "application/json" };
  const account = { token: SETUP_TOKEN, account: "office", name: "王主任", password: PASSWORD };
  const earlier = await start(folder, "2026-11-12T10:00:00+08:00");
  let { base } = earlier;
  const roster = (kind, cookie) => post(base, `/api/v1/${kind}/import`, fs.readFileSync(path.join(root, "tests/data", `${kind}.xlsx`)), { cookie });
  await post(base, "/api/v1/setup", JSON.stringify(account), json);
  let cookie = await enter(base, "office", PASSWORD);
  await roster("enterprises", cookie);
  const listed = await beforehand(base, cookie);
  await end(earlier.child);
  const later = await start(folder, DAY);
  ({ base } = later);
  cookie = await enter(base, "office", PASSWORD);
  for (const kind of ["cadres", "assignments", "visits"]) await roster(kind, cookie);
  await outreach(base, cookie);
  await organisations(base, cookie);
  await complaints(base, cookie);
  await problems(base, cookie);
  await official(base, cookie, await papers(base, cookie));
  await lists(base, cookie, listed);
  await end(later.child);
  process.env.SHIAN_COOKIE = cookie;
  process.env.SHIAN_PREPARED = folder;
  return () => fs.rmSync(folder, { recursive: true, force: true });
}

/** The program on a copy of the prepared store; `end` ends it. */
async function serve() {
  const folder = scratch();
  fs.cpSync(process.env.SHIAN_PREPARED, folder, { recursive: true });
  const { child, base } = await start(folder, DAY);
  return {
    base,
    end: async () => {
      await end(child);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

module.exports = prepare;
module.exports.serve = serve;
