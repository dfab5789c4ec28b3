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

/** Draws a line across what is signed on, by its middle. */
async function draw(page) {
  const canvas = page.locator("canvas");
  await canvas.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await canvas.boundingBox();
  await page.mouse.move(x + width * 0.2, y + height * 0.5);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.5, y + height * 0.2, { steps: 5 });
  await page.mouse.move(x + width * 0.8, y + height * 0.7, { steps: 5 });
  await page.mouse.up();
}

test("the person of the business signs on the screen, and the visit has it", async ({ page, context }, info) => {
  await signedIn(context, process.env.SHIAN_CADRE_COOKIE);
  await page.goto(base() + "/supervision/mine");
  const business = page.locator(`ul.cards h3 a:not([href="${process.env.SHIAN_HELD}"])`).first();
  const uscc = (await business.getAttribute("href")).split("/").pop();
  await business.click();
  await page.getByText("没有发现问题").click();
  const drawing = page.locator("input[name=signature]");
  await page.getByText("请企业的人签字").click();
  await draw(page);
  await expect(drawing).toHaveValue(/^\[\[\d+,\d+,/);
  await page.getByRole("button", { name: "重写" }).click();
  await expect(drawing).toHaveValue("");
  await draw(page);
  await page.getByLabel("签字人姓名").fill("王师傅");
  await isAccessible(page);
  await picture(page, `${info.project.name}-visit-sign`);
  await expect(page.getByRole("button", { name: "保存" })).toBeInViewport();
  // A form that comes back with an error has the drawing still.
  await page.getByText("日期（今天）").click();
  await page.getByLabel("督导日期").fill("2027-01-01");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.locator(".error-summary")).toBeVisible();
  await expect(drawing).toHaveValue(/^\[\[\d+,\d+,/);
  await expect(page.locator("canvas")).toBeVisible();
  await page.getByLabel("督导日期").fill("2026-11-22");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("status")).toContainText("已保存");
  const { items } = await (await page.request.get(`${base()}/api/v1/visits?uscc=${uscc}`)).json();
  const visit = items.find((one) => one.visited_on === "2026-11-22");
  await page.goto(`${base()}/supervision/visits/${visit.id}`);
  await expect(page.getByText("王师傅")).toBeVisible();
  await expect(page.getByRole("img", { name: "签字" })).toBeVisible();
  await expect(page.locator("svg.signed path")).toHaveAttribute("d", /^M\d+ \d+L/);
  await isAccessible(page);
  await picture(page, `${info.project.name}-visit-signed`);
});

test("without a script nobody is asked to sign", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  await signedIn(context, process.env.SHIAN_CADRE_COOKIE);
  const page = await context.newPage();
  await page.goto(base() + process.env.SHIAN_HELD);
  await expect(page.getByText("没有发现问题")).toBeVisible();
  await expect(page.getByText("请企业的人签字")).toBeHidden();
  await context.close();
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
