// 投诉举报 as people do it: on a phone, with a photograph, with and without JavaScript; and at the station.
const path = require("node:path");
const fs = require("node:fs");
const { test, expect, base, signedIn, isAccessible, picture } = require("./people");

const PHOTO = path.resolve(__dirname, "../../data/photo_with_gps.jpg");
/** Everybody comes from an address of their own, as out there. */
const from = () => ({ "x-forwarded-for": `10.${[0, 0, 0].map(() => Math.floor(Math.random() * 256)).join(".")}` });

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("a citizen complains with a photograph, is answered, and sees every step", async ({ page, browser }, info) => {
      const looked = async (name) => {
        if (javaScriptEnabled) await isAccessible(page);
        if (javaScriptEnabled) await picture(page, `${info.project.name}-file-${name}`);
      };
      await page.setExtraHTTPHeaders(from());
      await page.goto(base());
      await page.getByRole("main").getByRole("link", { name: "投诉举报" }).click();
      await page.getByRole("link", { name: "现在开始" }).click();
      // Nothing answered: each error is linked to its field and said beside it.
      await page.getByRole("button", { name: "继续" }).click();
      await expect(page).toHaveTitle(/^错误：/);
      await expect(page.locator(".error-summary a")).toHaveCount(2);
      await looked("what-error");
      await page.getByLabel("食品变质、有异物").check();
      await page.getByLabel("经过").fill("买了两个肉包，吃出一截钢丝，店家不认。");
      await page.getByRole("button", { name: "继续" }).click();
      await page.getByLabel("店名或者企业名称").fill(process.env.SHIAN_SHOP.slice(0, 6));
      await page.getByRole("button", { name: "查找" }).click();
      await looked("where");
      await page.getByLabel(process.env.SHIAN_SHOP).first().check();
      await page.getByRole("button", { name: "继续" }).click();
      await looked("when");
      await page.getByRole("button", { name: "昨天" }).click();
      await page.getByLabel("选择照片或者视频").setInputFiles(PHOTO);
      await page.getByRole("button", { name: "上传，再选几张" }).click();
      await expect(page.getByText("photo_with_gps.jpg").first()).toBeVisible();
      await looked("photos");
      await page.getByRole("button", { name: "继续" }).click();
      await looked("wants");
      await page.getByLabel(/帮我解决问题/).check();
      await page.getByLabel("希望商家怎么做").fill("退款 6 元，付检查牙齿的钱");
      await page.getByRole("button", { name: "继续" }).click();
      await page.getByLabel("姓名", { exact: true }).fill("慕容雪村");
      await page.getByLabel("电话").fill("13700000000");
      await page.getByLabel("通讯地址").fill("云港街道东庄社区");
      await looked("who");
      // Enter goes on; it does not make the complaint anonymous.
      await page.getByLabel("电话").press("Enter");
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("请核对，然后提交");
      await expect(page.getByText("慕容雪村")).toBeVisible();
      await looked("check");
      // Back and forth, nothing is lost.
      await page.getByRole("link", { name: /修改.*经过/ }).click();
      await expect(page.getByLabel("经过")).toHaveValue("买了两个肉包，吃出一截钢丝，店家不认。");
      await page.goto(`${base()}/complaints/new/check`);
      await page.getByRole("button", { name: "提交" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("已经收到");
      await expect(page.getByText("最晚 2026年12月1日")).toBeVisible();
      await looked("filed");
      const [code, passphrase] = await page.locator(".code.large").allTextContents();
      await page.getByRole("link", { name: "记好了" }).click();
      await looked("done");
      await page.getByRole("button", { name: "对过了，清除" }).click();

      // The station handles it to its end.
      const desk = await browser.newContext({ javaScriptEnabled, viewport: page.viewportSize(), locale: "zh-CN" });
      await signedIn(desk, process.env.SHIAN_STATION_COOKIE);
      const clerk = await desk.newPage();
      await clerk.goto(`${base()}/complaints/cases?status=open`);
      await clerk.getByRole("link", { name: code }).click();
      await expect(clerk.getByText("慕容雪村")).toBeVisible();
      const photo = await clerk.request.get(base() + (await clerk.locator(".photos a").getAttribute("href")));
      expect(fs.readFileSync(PHOTO).includes("PhoneOfZhangSan")).toBe(true);
      for (const told of ["Exif", "GPS", "PhoneOfZhangSan"]) expect((await photo.body()).includes(told)).toBe(false);
      const act = async (title, fill) => {
        await clerk.locator("summary", { hasText: title }).first().click();
        const form = clerk.locator("details[open] form", { has: clerk.getByRole("button", { name: title }) });
        await fill(form);
        await form.getByRole("button").click();
      };
      await act("受理", async (form) => form.getByLabel("说明").fill("已经联系商家"));
      // An error on the desk keeps what was chosen.
      await act("调解", async (form) => form.getByLabel("结果").selectOption("agreed"));
      await expect(clerk.locator(".error-summary")).toContainText("请写明双方怎么商定的");
      if (javaScriptEnabled) await isAccessible(clerk);
      const again = clerk.locator("#do-mediate form");
      await expect(again.getByLabel("结果")).toHaveValue("agreed");
      await again.getByLabel("说明").fill("商家退款 6 元，赔偿 200 元");
      await again.getByRole("button").click();
      await expect(clerk.getByText("已办结").first()).toBeVisible();
      await clerk.getByRole("link", { name: "商家同意退款" }).click();
      await expect(clerk.getByLabel("回复")).toHaveValue(/商家同意退款/);
      await clerk.getByRole("button", { name: "发送回复" }).click();
      await desk.close();

      await page.getByLabel("编号").fill(code);
      await page.getByLabel("查询码").fill("00000 00000 00000 00000 00000");
      await page.getByRole("button", { name: "查看" }).click();
      await expect(page.locator(".error-summary")).toContainText("编号或者查询码不对");
      await page.getByLabel("查询码").fill(passphrase);
      await page.getByRole("button", { name: "查看" }).click();
      await expect(page.getByText("商家退款 6 元，赔偿 200 元")).toBeVisible();
      await expect(page.getByText("已经联系商家")).toBeVisible();
      await expect(page.locator(".photos img")).toBeVisible();
      expect(page.url()).not.toContain(code);
      await page.getByLabel("非常满意", { exact: true }).check();
      await page.getByRole("button", { name: "提交评价" }).click();
      await looked("followed");
      await page.getByLabel("哪里没有解决").fill("钱还没有到");
      await page.getByRole("button", { name: "没有解决，请重新办理" }).click();
      await expect(page.locator(".panel")).toContainText("已收到");
      await page.getByRole("button", { name: "看完了，退出" }).click();
      await page.goto(`${base()}/complaints/follow/case`);
      await expect(page).toHaveURL(/follow$/);
    });
  });
}

test("an insider is advised, files in four steps, and is away at once", async ({ page }, info) => {
  await page.setExtraHTTPHeaders(from());
  await page.goto(`${base()}/complaints/insiders`);
  await page.getByRole("link", { name: "开始填写" }).click();
  await isAccessible(page);
  await page.getByLabel("违法添加、假冒伪劣").check();
  await page.getByLabel("经过").fill("往馅料里加不认识的白色粉末，一周两三次");
  await page.getByRole("button", { name: "继续" }).click();
  await page.getByLabel("或者写地点").fill("开发区某厂");
  await page.getByRole("button", { name: "继续" }).click();
  await page.getByLabel("其他日期").fill("2026-11-20");
  await page.getByLabel("其他日期").press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("有照片或者视频吗？");
  await page.getByRole("button", { name: "继续" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("请核对，然后提交");
  await expect(page.getByText("2026年11月20日")).toBeVisible();
  await isAccessible(page);
  await picture(page, `${info.project.name}-insider-check`);
  // There is no weather where the tests run: that it is asked for is enough.
  const away = page.waitForEvent("requestfailed", (request) => request.url().startsWith("https://www.weather.com.cn/"));
  for (let n = 0; n < 3; n += 1) await page.keyboard.press("Escape");
  await away;
  await page.waitForTimeout(500);
  await page.goto(`${base()}/complaints/new/check`);
  await expect(page).toHaveURL(/complaints$/);
});

test("without a network nothing that was typed is lost", async ({ page, context }) => {
  await page.setExtraHTTPHeaders(from());
  await page.goto(`${base()}/complaints/new/what?insider=0`);
  await page.getByLabel("其他", { exact: true }).check();
  await page.getByLabel("经过").fill("写了很久的一段话");
  await context.setOffline(true);
  await page.getByRole("button", { name: "继续" }).click();
  await expect(page.getByRole("alert")).toContainText("现在没有网络");
  await expect(page.getByLabel("经过")).toHaveValue("写了很久的一段话");
  await context.setOffline(false);
  await page.getByRole("button", { name: "继续" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("在哪里？");
});

test("the fourth filing of an hour is worked for by the browser", async ({ page }) => {
  const address = from();
  for (let n = 0; n < 3; n += 1) {
    const report = { kind: "report", place: "某处", happened_on: "2026-11-20", category: "other", text: "事情的经过", anonymous: true };
    const answer = await fetch(`${base()}/api/v1/complaints`, { method: "POST", body: JSON.stringify(report), headers: { "content-type": "application/json", ...address } });
    expect(answer.status).toBe(201);
  }
  await page.setExtraHTTPHeaders(address);
  await page.goto(`${base()}/complaints/new/what`);
  await page.getByLabel("其他", { exact: true }).check();
  await page.getByLabel("经过").fill("第四件事情");
  await page.getByRole("button", { name: "继续" }).click();
  await page.getByLabel("或者写地点").fill("某处");
  await page.getByRole("button", { name: "继续" }).click();
  await page.getByRole("button", { name: "今天" }).click();
  await page.getByRole("button", { name: "继续" }).click();
  await page.getByLabel(/查处违法行为/).check();
  await page.getByRole("button", { name: "继续" }).click();
  await page.getByLabel(/^不留姓名/).check();
  await page.getByRole("button", { name: "继续" }).click();
  await isAccessible(page);
  await page.getByRole("button", { name: "提交" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("已经收到", { timeout: 40_000 });
  await expect(page.getByText("举报编号")).toBeVisible();
});

test("what should be sampled is proposed and voted for", async ({ page }) => {
  await page.setExtraHTTPHeaders(from());
  await page.goto(`${base()}/sampling`);
  const votes = async () => Number(await page.locator("#proposal-1 strong").textContent());
  const before = await votes();
  for (let n = 0; n < 2; n += 1) await page.getByRole("button", { name: /我也想检.*炸串/ }).click();
  expect(await votes()).toBe(before + 1);
  await page.getByRole("button", { name: "提交" }).click();
  await expect(page.locator(".error-summary")).toContainText("请写下想抽检的食品");
  await isAccessible(page);
  await page.getByLabel("什么食品").fill("超市的熟食");
  await page.getByRole("button", { name: "提交" }).click();
  await expect(page.getByText("收到了，谢谢")).toBeVisible();
});
