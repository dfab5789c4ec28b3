// 许可服务前移 as people use it: an owner with a business scope, an official with a list, two officials at one case.
const { test, expect, base, signedIn, isAccessible, picture } = require("./people");

test("an owner pastes a scope and is told what is needed and what comes first", async ({ page }, info) => {
  await page.goto(base() + "/");
  await page.getByRole("link", { name: "要不要办食品生产许可证" }).click();
  await page.getByLabel("经营范围").fill("许可项目：糕点生产；食品销售。一般项目：农副产品加工。");
  await page.getByRole("button", { name: "查一查" }).press("Enter");
  await expect(page.getByRole("heading", { name: "需要办食品生产许可证" })).toBeVisible();
  await expect(page.getByText("糕点（124）")).toBeVisible();
  await expect(page.getByText("厂区选址")).toBeVisible();
  await isAccessible(page);
  await picture(page, `${info.project.name}-check-yes`);
  await page.getByLabel("换一段经营范围再查").fill("食品销售");
  await page.getByRole("button", { name: "查一查" }).click();
  await expect(page.getByRole("heading", { name: "不需要办食品生产许可证" })).toBeVisible();
  await isAccessible(page);
  await page.getByLabel("换一段经营范围再查").fill(" ");
  await page.getByRole("button", { name: "查一查" }).click();
  await expect(page.locator(".error-summary")).toBeFocused();
  await isAccessible(page);
});

test("an official chooses candidates, and their cases begin", async ({ page, context }, info) => {
  await signedIn(context);
  await page.goto(base() + "/license-outreach?stage=none");
  const boxes = page.getByRole("checkbox");
  await boxes.nth(info.project.name.includes("phone") ? 0 : 1).check();
  await page.getByRole("button", { name: "为选中的企业开始上门服务" }).click();
  await expect(page).toHaveURL(/license-outreach\/cases\//);
  await page.getByText("填写厂区选址").click();
  await page.locator("#site_selection-note").fill("地点合适");
  await page.locator("#site_selection").getByRole("button", { name: "保存" }).click();
  await expect(page.locator("#site_selection")).toContainText("地点合适");
  await isAccessible(page);
});

test("the second of two officials sees what the first has written, and keeps their own words", async ({ page, context }, info) => {
  await signedIn(context);
  const other = await context.newPage();
  await page.goto(base() + process.env.SHIAN_CASE);
  await other.goto(base() + process.env.SHIAN_CASE);
  for (const [one, words] of [[page, `甲${info.project.name}`], [other, `乙${info.project.name}`]]) {
    await one.getByText("填写产品执行标准").click();
    await one.locator("#product_standard-note").fill(words);
  }
  await page.locator("#product_standard").getByRole("button", { name: "保存" }).click();
  await expect(page.locator("#product_standard > p")).toHaveText(`甲${info.project.name}`);
  await other.locator("#product_standard").getByRole("button", { name: "保存" }).click();
  await expect(other.locator(".error-summary")).toContainText(`甲${info.project.name}`);
  await expect(other.locator("#product_standard-note")).toHaveValue(`乙${info.project.name}`);
  await isAccessible(other);
  await picture(other, `${info.project.name}-case-conflict`);
  await other.locator("#product_standard").getByRole("button", { name: "保存" }).click();
  await expect(other.locator("#product_standard > p")).toHaveText(`乙${info.project.name}`);
});

test("lists are sorted by a click on their heading", async ({ page, context }) => {
  await signedIn(context);
  await page.goto(base() + "/license-outreach");
  await page.locator("th").getByRole("link", { name: "镇街" }).click();
  await expect(page).toHaveURL(/sort=town/);
  await expect(page.locator("th[aria-sort=ascending]")).toContainText("镇街");
});
