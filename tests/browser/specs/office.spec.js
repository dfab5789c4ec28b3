// The office: signing in, importing, finding, correcting.
const path = require("node:path");
const { test, expect, base, signedIn, isAccessible } = require("./people");

test("a wrong password is said twice, takes the focus, and keeps the account", async ({ page }) => {
  await page.goto(`${base()}/enterprises`);
  await expect(page).toHaveURL(/sign-in\?next=/);
  await isAccessible(page);
  await page.getByLabel("账号").fill("nobody");
  await page.getByLabel("密码").fill("no such phrase");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page).toHaveTitle(/^错误：/);
  await expect(page.locator(".error-summary")).toBeFocused();
  await expect(page.getByLabel("账号")).toHaveValue("nobody");
  await page.getByRole("link", { name: "账号或密码不对" }).click();
  await expect(page.getByLabel("密码")).toBeFocused();
  await isAccessible(page);
});

for (const javaScriptEnabled of [true, false]) {
  test(`a workbook goes in ${javaScriptEnabled ? "" : "without JavaScript"}`, async ({ browser }, info) => {
    const context = await browser.newContext({ ...info.project.use, javaScriptEnabled });
    await signedIn(context);
    const page = await context.newPage();
    await page.goto(`${base()}/supervision/cadres`);
    await page.getByRole("link", { name: "导入" }).click();
    if (javaScriptEnabled) await isAccessible(page);
    await page.getByLabel("选择文件").setInputFiles({ name: "x.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") });
    await page.getByRole("button", { name: "上传并检查" }).click();
    await expect(page.getByRole("alert")).toContainText("只能读取 .xlsx 或 .csv");
    if (javaScriptEnabled) await isAccessible(page);
    const csv = "工号,姓名,层级,所属镇街\nT1,测试干部,区,\nT2,,镇街,云港街道\n";
    await page.getByLabel("选择文件").setInputFiles({ name: "干部.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
    await page.getByRole("button", { name: "上传并检查" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("将有这些变化");
    await expect(page.getByRole("cell", { name: "姓名不能为空" })).toBeVisible();
    if (javaScriptEnabled) await isAccessible(page);
    await page.getByRole("button", { name: "确认导入" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("导入完成");
    if (javaScriptEnabled) await isAccessible(page);
    await context.close();
  });
}

test("3,000 businesses are watched going in", async ({ page, context }) => {
  await signedIn(context);
  await page.goto(`${base()}/enterprises/import`);
  await page.getByLabel("选择文件").setInputFiles(path.join(__dirname, "../../data/enterprises.xlsx"));
  await page.getByRole("button", { name: "上传并检查" }).click();
  await expect(page.locator(".counts")).toContainText("3000共读到");
  await page.getByRole("button", { name: "确认导入" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("导入完成");
});

test("a business is found by initials, opened, corrected, and a slip is explained", async ({ page, context }, info) => {
  await signedIn(context);
  await page.goto(`${base()}/enterprises`);
  await page.getByLabel("名称、代码或拼音首字母").fill("yxlhscs");
  await page.getByRole("button", { name: "查找" }).click();
  await expect(page).toHaveURL(/q=yxlhscs/);
  await page.getByRole("link", { name: "云溪隆禾盛超市有限公司" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("云溪隆禾盛超市有限公司");
  await page.getByRole("link", { name: "修改" }).first().click();
  await isAccessible(page);
  await page.getByLabel("食品生产许可证编号").fill("SC1");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.locator(".error-summary")).toContainText("SC 加 14 位数字");
  await isAccessible(page);
  await page.getByLabel("食品生产许可证编号").fill("");
  await page.getByLabel("联系电话").fill(`0572-${info.project.name.length}`);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText(`0572-${info.project.name.length}`)).toBeVisible();
});

test("an account is made and its first password shown once", async ({ page, context }, info) => {
  await signedIn(context);
  await page.goto(`${base()}/staff`);
  await page.getByRole("textbox", { name: "账号" }).fill(`li.na-${info.project.name}`);
  await page.getByLabel("姓名").fill("李娜");
  await page.getByLabel("角色").selectOption("镇街食安办");
  await page.getByRole("button", { name: "新建账号" }).click();
  await expect(page.locator(".error-summary")).toContainText("应填写一个镇街");
  await page.getByRole("textbox", { name: "镇街" }).fill("云港街道");
  await page.getByRole("button", { name: "新建账号" }).click();
  await expect(page.getByRole("status")).toContainText("初始密码");
  await isAccessible(page);
});

test("an account of a department belongs to its organisation", async ({ page, context }, info) => {
  await signedIn(context);
  await page.goto(`${base()}/staff`);
  await page.getByRole("textbox", { name: "账号" }).fill(`edu-${info.project.name}`);
  await page.getByLabel("姓名").fill("欧阳教育");
  await page.getByLabel("角色").selectOption("区级部门");
  await page.getByRole("button", { name: "新建账号" }).click();
  const summary = page.locator(".error-summary");
  await expect(summary).toContainText("部门的账号应选择所属单位");
  await summary.getByRole("link").first().click();
  await expect(page.getByLabel("所属单位")).toBeFocused();
  await expect(page.getByLabel("姓名")).toHaveValue("欧阳教育");
  await isAccessible(page);
  await page.getByLabel("所属单位").selectOption({ label: "某区教育和体育局（某区人民政府教育督导委员会办公室）" });
  await page.getByRole("button", { name: "新建账号" }).click();
  await expect(page.getByRole("status")).toContainText("初始密码");
  await expect(page.getByRole("row", { name: `edu-${info.project.name}` })).toContainText("某区教育和体育局");
});
