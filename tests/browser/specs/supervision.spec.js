// 包保督导 at the shop door: the list, a visit typed in, the line dropped in the middle, and still there.
const path = require("node:path");
const { test, expect, base, signedIn, isAccessible, picture } = require("./people");

test("an official records a visit, and a dropped line costs nothing typed", async ({ page, context }, info) => {
  await signedIn(context, process.env.SHIAN_CADRE_COOKIE);
  await page.goto(base() + "/supervision/mine");
  await isAccessible(page);
  await picture(page, `${info.project.name}-mine`);
  await page.goto(base() + process.env.SHIAN_HELD);
  await isAccessible(page);
  await page.getByLabel("发现问题", { exact: true }).check();
  await page.getByLabel("问题 1").fill(`冷柜温度偏高 ${info.project.name}`);
  // The line drops: nothing is sent, and the page is opened anew later.
  await context.setOffline(true);
  await page.getByRole("button", { name: "保存" }).click().catch(() => {});
  await context.setOffline(false);
  await page.goto(base() + process.env.SHIAN_HELD);
  await expect(page.getByLabel("问题 1")).toHaveValue(`冷柜温度偏高 ${info.project.name}`);
  await page.locator("#mend-0").fill("2026-12-01");
  await picture(page, `${info.project.name}-visit`);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("status")).toContainText("已保存");
  await expect(page.getByLabel("问题 1")).toHaveValue("");
  // A photograph goes with what is to be mended.
  await page.getByRole("link", { name: new RegExp(`照片.*冷柜温度偏高 ${info.project.name}`) }).click();
  await page.getByLabel("加一张照片").setInputFiles(path.join(__dirname, "../../../docs/phone.png"));
  await page.getByRole("button", { name: "上传" }).click();
  await expect(page.getByRole("img", { name: "照片 1" })).toBeVisible();
  await isAccessible(page);
  await picture(page, `${info.project.name}-problem`);
  await page.goto(base() + process.env.SHIAN_HELD);
  await expect(page.getByText(`冷柜温度偏高 ${info.project.name}（已转监管所处理`)).toBeVisible();
  await page.getByRole("button", { name: "已整改" }).first().click();
  await expect(page.getByText(`冷柜温度偏高 ${info.project.name}`)).toHaveCount(0);
});

test("a visit without a result is explained and keeps what was typed", async ({ page, context }, info) => {
  await signedIn(context, process.env.SHIAN_CADRE_COOKIE);
  await page.goto(base() + process.env.SHIAN_HELD);
  await page.getByLabel("备注").fill("店主不在");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.locator(".error-summary")).toContainText("请选择有没有发现问题");
  await expect(page.getByLabel("备注")).toHaveValue("店主不在");
  await isAccessible(page);
  await picture(page, `${info.project.name}-visit-error`);
});
