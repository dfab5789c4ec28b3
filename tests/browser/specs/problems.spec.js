// 问题清单: what an official finds at the door goes to the station, and another person sees it put right before it is struck off.
const { test, expect, base, signedIn, isAccessible, picture } = require("./people");

test("a problem goes from the door to the station and is struck off by another person", async ({ page, context }, info) => {
  const text = `灭蝇灯坏了 ${info.project.name}`;
  await signedIn(context, process.env.SHIAN_CADRE_COOKIE);
  await page.goto(base() + process.env.SHIAN_HELD);
  await page.locator("summary", { hasText: "日期（今天）" }).click();
  await page.locator("#visited_on").fill("2026-11-21");
  await page.getByLabel("发现问题", { exact: true }).check();
  await page.locator("#problem-0").fill(text);
  await page.locator("#mended-0-later").check();
  await page.locator("#mend-0").fill("2026-12-04");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("status")).toContainText("已保存");
  await page.goto(base() + "/problems");
  await page.getByRole("link", { name: text }).click();
  await expect(page.locator(".tag").first()).toHaveText("待接收");
  await isAccessible(page);
  await picture(page, `${info.project.name}-problem-official`);
  const address = page.url();

  // The office settles it for the station; what is missing is said at its field, and what was typed stays.
  await context.clearCookies();
  await signedIn(context);
  await page.goto(address);
  await page.locator("summary", { hasText: "分派" }).click();
  await page.getByLabel("整改期限").first().fill("2026-12-10");
  await page.getByRole("button", { name: "分派" }).click();
  await expect(page.getByRole("status")).toContainText("已办：分派");
  await page.locator("summary", { hasText: "登记整改" }).click();
  await page.getByRole("button", { name: "登记整改" }).click();
  await expect(page.locator(".error-summary")).toContainText("请写明整改的情况");
  await isAccessible(page);
  await picture(page, `${info.project.name}-problem-error`);
  await page.locator(".error-summary a").click();
  await page.keyboard.type("换了一盏新的");
  await page.getByRole("button", { name: "登记整改" }).click();
  await expect(page.getByRole("status")).toContainText("待复核");
  await expect(page.locator("summary", { hasText: "复核通过" })).toHaveCount(0);

  // A colleague has seen it, and strikes it off.
  await context.clearCookies();
  await signedIn(context, process.env.SHIAN_SECOND_COOKIE);
  await page.goto(address);
  await page.locator("summary", { hasText: "复核通过" }).click();
  await page.getByRole("button", { name: "复核通过" }).click();
  await page.locator("summary", { hasText: /^销号/ }).click();
  await page.getByRole("button", { name: "销号" }).click();
  await expect(page.locator(".tag").first()).toHaveText("已销号");
  await isAccessible(page);
  await picture(page, `${info.project.name}-problem-struck-off`);
});
