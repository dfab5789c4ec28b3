// 包保督导 at the shop door: the list, a visit typed in, the line dropped in the middle, and still there.
const path = require("node:path");
const { test, expect, base, signedIn, isAccessible, picture } = require("./people");

test("a visit that found nothing is three taps from the list", async ({ page, context }, info) => {
  await signedIn(context, process.env.SHIAN_CADRE_COOKIE);
  await page.goto(base() + "/supervision/mine");
  await isAccessible(page);
  await picture(page, `${info.project.name}-mine`);
  const business = page.locator(`ul.cards h3 a:not([href="${process.env.SHIAN_HELD}"])`).last();
  const address = await business.getAttribute("href");
  await business.click();
  await picture(page, `${info.project.name}-visit-clean`);
  await page.getByText("没有发现问题").click();
  // What is asked of a problem is not there, and the button is in sight without a swipe.
  await expect(page.getByLabel("发现了什么").first()).toBeHidden();
  await expect(page.getByRole("button", { name: "保存" })).toBeInViewport();
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("status")).toContainText("已保存");
  await expect(page.locator(`a[href="${address}"]`)).toHaveCount(0);
});

test("an official records a visit with two problems, and a dropped line costs nothing typed", async ({ page, context }, info) => {
  await signedIn(context, process.env.SHIAN_CADRE_COOKIE);
  const cooler = `冷柜温度偏高 ${info.project.name}`;
  const first = page.getByRole("group", { name: "问题 1" });
  const second = page.getByRole("group", { name: "问题 2" });
  await page.goto(base() + process.env.SHIAN_HELD);
  await page.getByLabel("发现问题", { exact: true }).check();
  await isAccessible(page);
  await first.getByLabel("发现了什么").fill(cooler);
  await first.getByLabel("还没有改好").check();
  await first.getByLabel("企业答应哪天改好").fill("2026-12-01");
  await page.getByText("还有一个问题").first().click();
  await second.getByLabel("发现了什么").fill(`价签脱落 ${info.project.name}`);
  await second.getByLabel("当场改好了").check();
  // The line drops: nothing is sent, and the page is opened anew later.
  await context.setOffline(true);
  await page.getByRole("button", { name: "保存" }).click().catch(() => {});
  await context.setOffline(false);
  await page.goto(base() + process.env.SHIAN_HELD);
  await expect(first.getByLabel("发现了什么")).toHaveValue(cooler);
  await expect(second.getByLabel("发现了什么")).toHaveValue(`价签脱落 ${info.project.name}`);
  await expect(second.getByLabel("当场改好了")).toBeChecked();
  // Photographs are chosen before it is saved.
  const phone = path.join(__dirname, "../../../docs/phone.png");
  await first.getByLabel("照片").setInputFiles([phone, phone]);
  await second.getByLabel("照片").setInputFiles(phone);
  await first.getByLabel("企业怎么说").fill("师傅周二来修");
  await picture(page, `${info.project.name}-visit`);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("status")).toContainText("已保存");
  await page.goto(base() + process.env.SHIAN_HELD);
  await expect(page.locator("#problem-0")).toHaveValue("");
  await page.getByRole("link", { name: new RegExp(`照片.*${cooler}`) }).click();
  await expect(page.getByRole("img", { name: "照片 2" })).toBeVisible();
  await expect(page.getByText("师傅周二来修")).toBeVisible();
  await isAccessible(page);
  await picture(page, `${info.project.name}-problem`);
  await page.goto(base() + process.env.SHIAN_HELD);
  await expect(page.getByText(`${cooler}（已转监管所处理`)).toBeVisible();
  await page.getByRole("button", { name: "已整改" }).first().click();
  await expect(page.getByText(cooler)).toHaveCount(0);
});

test("a visit without a result is explained and keeps what was typed", async ({ page, context }, info) => {
  await signedIn(context, process.env.SHIAN_CADRE_COOKIE);
  await page.goto(base() + process.env.SHIAN_HELD);
  await page.getByText("看了哪些方面、备注").click();
  await page.getByLabel("备注").fill("店主不在");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.locator(".error-summary")).toContainText("请选择有没有发现问题");
  await expect(page.getByLabel("备注")).toHaveValue("店主不在");
  await isAccessible(page);
  await picture(page, `${info.project.name}-visit-error`);
});
