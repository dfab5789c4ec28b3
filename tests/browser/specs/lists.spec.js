// 红黑榜: what a citizen reads before eating, and how the office gets there.
const { test, expect, base, signedIn, isAccessible, picture } = require("./people");

test("a citizen reads why a shop is on the black list, and what it answers", async ({ page }) => {
  await page.goto(base());
  await page.getByRole("main").getByRole("link", { name: "红黑榜" }).click();
  await isAccessible(page);
  await page.getByRole("main").getByRole("link", { name: "黑榜" }).first().click();
  await page.getByLabel("企业名称或代码").fill("第三分公司");
  await page.getByLabel("企业名称或代码").press("Enter");
  await expect(page.getByText("共 1 家")).toBeVisible();
  await isAccessible(page);
  await page.getByRole("main").getByRole("link", { name: /第三分公司/ }).click();
  await expect(page.getByText("问题原料已经全部销毁，换了供货商，请大家监督。")).toBeVisible();
  await expect(page.getByText("云市监处罚〔2026〕118号", { exact: false }).first()).toBeVisible();
  await expect(page.getByText("不是国家严重违法失信名单", { exact: false })).toBeVisible();
  await page.getByRole("button", { name: "大字版" }).click();
  await isAccessible(page);
});

test("the look-up tells that a shop is on a list", async ({ page }) => {
  await page.goto(`${base()}/look-up?q=${encodeURIComponent("第三分公司")}`);
  await page.getByRole("link", { name: /在食品安全黑榜上/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("第三分公司");
});

test("the sheet prints with the code that leads to the entry, and nothing around it", async ({ page }) => {
  await page.goto(`${base()}${process.env.SHIAN_ENTRY}/sheet`);
  const code = page.getByRole("img", { name: /二维码/ });
  expect(await code.evaluate((image) => image.complete && image.naturalWidth > 0)).toBe(true);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("banner")).toBeHidden();
  await expect(page.getByText("食品安全黑榜公示单")).toBeVisible();
  await picture(page, `${test.info().project.name}-sheet-print`);
});

test("two people put a business on the red list, and the public sees it at once", async ({ page, context, browser }, info) => {
  await signedIn(context);
  await page.goto(`${base()}/lists/cases/suggestions?list=red`);
  await page.getByRole("link", { name: /^提名\s*：/ }).first().click();
  await isAccessible(page);
  const name = await page.getByRole("definition").first().textContent();
  await page.getByLabel("理由").fill("");
  await page.getByRole("button", { name: "提名" }).click();
  await expect(page).toHaveTitle(/错误/);
  await expect(page.getByRole("alert")).toBeFocused();
  await isAccessible(page);
  await page.getByLabel("理由").fill("连续两年没有问题，管理人员全部考核合格。");
  await page.getByRole("button", { name: "提名" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(name.trim());
  // The nominator cannot decide.
  await page.getByText("决定列入", { exact: true }).first().click();
  await page.getByLabel("决定的理由").first().fill("达标");
  await page.getByRole("button", { name: "决定列入" }).click();
  await expect(page.getByRole("alert")).toContainText("请另一位同事来决定");
  await isAccessible(page);
  await picture(page, `${info.project.name}-list-case-error`);
  const address = page.url().replace(/\/approve$/, "");
  const other = await browser.newContext({ viewport: page.viewportSize() });
  await signedIn(other, process.env.SHIAN_SECOND_COOKIE);
  const second = await other.newPage();
  await second.goto(address);
  await second.getByText("决定列入", { exact: true }).first().click();
  await second.getByLabel("决定的理由").first().fill("材料齐全，同意。");
  await second.getByRole("button", { name: "决定列入" }).click();
  await second.goto(`${base()}/lists/cases`);
  await second.getByRole("button", { name: "公布全部已决定的" }).click();
  await isAccessible(second);
  const citizen = await (await browser.newContext({ viewport: page.viewportSize() })).newPage();
  await citizen.goto(`${base()}/lists/red`);
  await citizen.getByRole("link", { name: name.trim() }).click();
  await expect(citizen.getByText("连续两年没有问题")).toBeVisible();
  await isAccessible(citizen);
});

test("the black list waits for the days to object, and the paper says which", async ({ page, context }) => {
  await signedIn(context, process.env.SHIAN_SECOND_COOKIE);
  await page.goto(`${base()}${process.env.SHIAN_RUNNING}`);
  await page.getByText("决定列入", { exact: true }).first().click();
  await page.getByLabel("决定的理由").first().fill("事实清楚");
  await page.getByRole("button", { name: "决定列入" }).click();
  await expect(page.getByRole("alert")).toContainText("可以陈述申辩到2026年11月27日");
  await page.goto(`${base()}${process.env.SHIAN_RUNNING}/notice`);
  await expect(page.getByText("2026年11月27日以前", { exact: false })).toBeVisible();
});

test("an address that never was an entry is not found", async ({ page }) => {
  const answer = await page.goto(`${base()}/lists/entries/nobody`);
  expect(answer.status()).toBe(404);
  await isAccessible(page);
});
