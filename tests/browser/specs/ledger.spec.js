// The ledger in its order, page by page and back; a business at the desk; and a business as citizens see it, with the way to complain.
const { test, expect, base, signedIn, isAccessible, picture } = require("./people");

const SHOP = "91330503MYYG3CWJ94";

test("the ledger is sorted by its columns, read page by page both ways, and a business leads back to where one was", async ({ page, context }, info) => {
  await signedIn(context);
  await page.goto(`${base()}/enterprises`);
  const town = page.getByLabel("镇街");
  await town.selectOption("云港街道");
  await page.getByRole("button", { name: "查找" }).click();
  await expect(page.getByRole("status")).toContainText(/共 40\d 家/);
  await page.getByRole("link", { name: "包保级别" }).click();
  await expect(page.getByRole("columnheader", { name: "包保级别" })).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("link", { name: "包保级别" }).click();
  await expect(page.getByRole("columnheader", { name: "包保级别" })).toHaveAttribute("aria-sort", "descending");
  await expect(town).toHaveValue("云港街道");
  const first = await page.locator("td.name a").first().textContent();
  const pages = page.getByRole("navigation", { name: "分页" });
  await expect(pages).toContainText("第 1 页，共 9 页");
  await expect(pages.getByRole("link", { name: "上一页" })).toHaveCount(0);
  await pages.getByRole("link", { name: "下一页" }).click();
  await expect(pages).toContainText("第 2 页，共 9 页");
  await pages.getByRole("link", { name: "第 9 页" }).click();
  await expect(page.locator("td.name a")).not.toHaveCount(50);
  await expect(pages.getByRole("link", { name: "下一页" })).toHaveCount(0);
  await isAccessible(page);
  await picture(page, `${info.project.name}-ledger`);
  await page.locator("td.name a").nth(2).click();
  await isAccessible(page);
  await page.getByRole("main").getByRole("link", { name: "企业台账" }).click();
  await expect(page).toHaveURL(/sort=-level&page=9$/);
  await expect(town).toHaveValue("云港街道");
  await pages.getByRole("link", { name: "第 1 页" }).click();
  await expect(page.locator("td.name a").first()).toHaveText(first);
});

test("the page of a business has what all registers know of it, and the way to each of them", async ({ page, context }, info) => {
  await signedIn(context);
  await page.goto(`${base()}/enterprises/${SHOP}`);
  for (const part of ["生产许可证", "食品安全总监、食品安全员", "包保干部", "抽检、处罚、检查、荣誉", "问题", "督导记录", "投诉举报", "红黑榜", "文书"])
    await expect(page.getByRole("heading", { level: 2, name: part, exact: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "生产许可证" })).toContainText("2026年12月31日");
  await isAccessible(page);
  await picture(page, `${info.project.name}-business`);
});

test("a citizen looks a business up, reads what it is, and complains about it without looking for it again", async ({ page }, info) => {
  await page.goto(`${base()}/look-up`);
  await page.getByLabel("企业名称").fill(SHOP);
  await page.getByRole("button", { name: "查找" }).click();
  const name = await page.locator("ul.cards h3 a").first().textContent();
  await page.locator("ul.cards h3 a").first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.getByText("最近一次检查")).toBeVisible();
  await isAccessible(page);
  await picture(page, `${info.project.name}-business-for-citizens`);
  await page.getByRole("link", { name: "投诉这家" }).click();
  await expect(page.getByText("说的是：")).toContainText(name);
  await isAccessible(page);
  await picture(page, `${info.project.name}-complain-about-business`);
  await page.getByLabel("食品变质、有异物").check();
  await page.getByLabel("经过").fill("买了两个肉包，吃出一截钢丝，店家不认。");
  await page.getByRole("button", { name: "继续" }).click();
  await expect(page.getByRole("radio", { name: new RegExp(name) })).toBeChecked();
  await page.getByRole("button", { name: "继续" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("是哪一天的事");
});
