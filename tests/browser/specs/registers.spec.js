// A register by hand and by sheets whose columns have names of their own.
const { test, expect, base, signedIn, isAccessible } = require("./people");

test("a record is typed in, refused where it is wrong, and kept when it is right", async ({ page, context }) => {
  await signedIn(context);
  await page.goto(`${base()}/facts/penalties`);
  await page.getByRole("link", { name: "登记一条" }).click();
  await isAccessible(page);
  await page.getByLabel("处罚决定书文号").fill("浔市监处〔2026〕99号");
  await page.getByLabel("统一社会信用代码").fill("91330503MYYG3CWJ95");
  await page.getByLabel("违法事实").fill("经营超过保质期的食品");
  await page.getByLabel("处罚种类").selectOption("fine");
  await page.getByLabel("罚没金额").fill("很多");
  await page.getByLabel("处罚日期").fill("2026-10-12");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page).toHaveTitle(/^错误：登记行政处罚/);
  await expect(page.locator(".error-summary")).toBeFocused();
  await isAccessible(page);
  await expect(page.getByLabel("罚没金额")).toHaveValue("很多");
  await page.getByLabel("统一社会信用代码").fill("91330503MYYG3CWJ94");
  await page.getByLabel("罚没金额").fill("1.2万");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("行政处罚：浔市监处〔2026〕99号");
  await page.getByRole("link", { name: "修改" }).click();
  await isAccessible(page);
  await expect(page.getByLabel("罚没金额")).toHaveValue("12000");
});

test("the office says once which column is which", async ({ page, context }) => {
  await signedIn(context);
  await page.goto(`${base()}/facts/inspections/import`);
  const csv = "单号,代码,检查时间,结论\nJ-900,91330503MYYG3CWJ94,2026-08-01,符合\nJ-901,91330503MYYG3CWJ94,2026-08-02,还行\n";
  const sheet = { name: "监管系统.csv", mimeType: "text/csv", buffer: Buffer.from(csv) };
  await page.getByLabel("选择文件").setInputFiles(sheet);
  await page.getByRole("button", { name: "上传并检查" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("这些列是什么");
  await isAccessible(page);
  await page.getByRole("button", { name: "记住并继续" }).click();
  await expect(page.locator(".error-summary")).toBeFocused();
  await isAccessible(page);
  await page.getByLabel("给这种表格起个名字").fill("监管系统");
  await page.getByLabel("检查编号").selectOption("单号");
  await page.getByLabel("统一社会信用代码").selectOption("代码");
  await page.getByLabel("检查日期").selectOption("检查时间");
  await page.getByLabel("检查结果").selectOption("结论");
  await page.getByRole("button", { name: "记住并继续" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("将有这些变化");
  await expect(page.getByRole("link", { name: "下载不能导入的行（Excel）" })).toBeVisible();
  await isAccessible(page);
  await page.goto(`${base()}/facts/inspections/import`);
  await expect(page.getByText("监管系统：“")).toBeVisible();
  await page.getByLabel("选择文件").setInputFiles(sheet);
  await page.getByRole("button", { name: "上传并检查" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("将有这些变化");
});
