// The public, on a phone, often elderly.
const { test, expect, base, isAccessible } = require("./people");

test("a citizen looks a shop up by two characters of its name", async ({ page }) => {
  await page.goto(base());
  await isAccessible(page);
  await page.getByRole("link", { name: "查一家企业" }).click();
  await isAccessible(page);
  await page.getByLabel("企业名称").fill("面馆");
  await page.getByRole("button", { name: "查找" }).click();
  await expect(page.getByRole("main").getByRole("listitem")).toHaveCount(10);
  await isAccessible(page);
  await page.getByLabel("企业名称").fill("没有这家店");
  await page.getByLabel("企业名称").press("Enter");
  await expect(page.getByText("没有找到“没有这家店”")).toBeVisible();
  await isAccessible(page);
});

test("large text is one tap away and stays", async ({ page }) => {
  await page.goto(`${base()}/look-up`);
  const size = () => page.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
  const before = await size();
  await page.getByRole("button", { name: "大字版" }).click();
  expect(await size()).toBeGreaterThan(before);
  await expect(page).toHaveURL(/look-up/);
  await page.goto(base());
  await isAccessible(page);
  expect(await size()).toBeGreaterThan(before);
});

test("the keyboard reaches the content first", async ({ page }) => {
  await page.goto(base());
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "跳到正文" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "查一家企业" })).toBeFocused();
});

test("a page that is not there says so in the usual frame", async ({ page }) => {
  await page.goto(`${base()}/nowhere`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("没有找到");
  await isAccessible(page);
});
