// 三书一函: the town reads the letter, says that it came, and answers; the office reads the answer. By keyboard where a key does.
const { test, expect, base, signedIn, isAccessible, picture } = require("./people");

test("a town acknowledges a letter and answers it, and the office closes it with a reason and until a day", async ({ browser, page, context }, info) => {
  await signedIn(context, process.env.SHIAN_TOWN_COOKIE);
  await page.goto(base() + "/messages");
  await page.getByRole("link", { name: /提醒敦促函/ }).first().press("Enter");
  await expect(page.getByRole("article")).toContainText("请自本件发出之日起10个工作日内");
  await page.getByRole("button", { name: "回执：已收到" }).press("Enter");
  await expect(page.locator("dl.facts")).toContainText("已回执");
  await page.getByRole("button", { name: "答复" }).click();
  await expect(page.locator(".error-summary")).toContainText("请写明做了什么");
  await isAccessible(page);
  await page.getByLabel("做了什么").fill("已上门补做督导，店里整改了冷柜。");
  await page.getByRole("button", { name: "答复" }).press("Enter");
  await expect(page.locator("dl.facts")).toContainText("已答复");
  await picture(page, `${info.project.name}-letter-answered`);
  const desk = await browser.newContext();
  await signedIn(desk);
  const office = await desk.newPage();
  await office.goto(page.url());
  await expect(office.getByText("已上门补做督导")).toBeVisible();
  // Not all of it is done: what is left is excused until a day, or nothing is closed.
  await office.getByRole("button", { name: "办结归档" }).press("Enter");
  await expect(office.locator(".error-summary")).toContainText("请写明免予督办到哪一天");
  await office.getByLabel("免予督办到哪一天").fill("2027-12-31");
  await office.getByRole("button", { name: "办结归档" }).press("Enter");
  await expect(office.locator(".error-summary")).toContainText("最迟到2027年3月31日");
  await expect(office.getByLabel("免予督办到哪一天")).toHaveValue("2027-12-31");
  await isAccessible(office);
  await office.getByLabel("说明").fill("门店装修，年底前补做");
  await office.getByLabel("免予督办到哪一天").fill("2026-12-31");
  await office.getByRole("button", { name: "办结归档" }).press("Enter");
  await expect(office.locator("dl.facts").first()).toContainText("已办结");
  await desk.close();
  // The official reads what came of it, and has nothing more to answer.
  await page.reload();
  await expect(page.locator("dl.facts")).toContainText("已办结");
  await expect(page.getByRole("button", { name: "答复" })).toHaveCount(0);
});

test("a paper prints as the paper alone", async ({ page, context }) => {
  await signedIn(context);
  await page.goto(base() + process.env.SHIAN_DRAFT);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("article")).toBeVisible();
  await expect(page.locator("h1")).toBeHidden();
  await expect(page.getByRole("button", { name: "撤回" })).toBeHidden();
});

test("a changed rule is refused where it would rewrite the past, and kept as it was typed", async ({ page, context }) => {
  await signedIn(context);
  await page.goto(base() + "/sweep/policy/visit");
  await page.getByLabel("从哪天起").fill("2026-11-01");
  await page.getByLabel("期限（工作日）").first().fill("7");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.locator(".error-summary")).toContainText("已经生效的规则不能改");
  await expect(page.getByLabel("期限（工作日）").first()).toHaveValue("7");
  await isAccessible(page);
});
