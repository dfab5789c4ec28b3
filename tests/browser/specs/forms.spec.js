// A form is never lost: a session that ended while it was filled in, and the way back after an error that was mended.
const { test, expect, base, isAccessible } = require("./people");

const NOTE = "现场检查：后厨有老鼠屎，<当场>拍照。\n第二行“引号”。";

async function signIn(page, account = "office") {
  await page.getByLabel("账号").fill(account);
  await page.getByLabel("密码").fill("correct horse battery");
  await page.getByRole("button", { name: "登录", exact: true }).click();
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test("what was typed on the desk comes back to whoever typed it after signing in again", async ({ page, context }) => {
      await page.goto(base() + process.env.SHIAN_COMPLAINT);
      await signIn(page);
      await page.getByText("移送其他部门", { exact: true }).first().click();
      const form = page.locator("#do-transfer");
      await form.getByLabel("部门").fill("区农业农村局");
      await form.getByLabel("原因和联系方式").fill(NOTE);
      // The session ends meanwhile, as it does overnight.
      await context.clearCookies({ name: "shian_session" });
      await form.getByRole("button", { name: "移送其他部门" }).click();
      await expect(page).toHaveURL(/sign-in\?next=/);
      await expect(page.getByRole("status")).toContainText("没有丢");
      if (javaScriptEnabled) await isAccessible(page);
      // Somebody else at the same browser gets the page without it.
      const asked = page.url();
      await signIn(page, "second");
      await expect(page.getByRole("heading", { level: 1 })).toContainText(process.env.SHIAN_COMPLAINT.split("/").pop());
      await expect(page.locator("#transfer-note")).toHaveValue("");
      await context.clearCookies({ name: "shian_session" });
      await page.goto(asked);
      await signIn(page);
      await expect(page.getByRole("status").first()).toContainText("已经放回表单");
      await expect(form.getByLabel("部门")).toBeVisible();
      await expect(form.getByLabel("部门")).toHaveValue("区农业农村局");
      await expect(form.getByLabel("原因和联系方式")).toHaveValue(NOTE);
      if (javaScriptEnabled) await isAccessible(page);
    });

    test("back after an error that was mended shows a page, and so does loading it again", async ({ page }) => {
      await page.goto(`${base()}/license-outreach/matters/new`);
      await signIn(page);
      await page.getByRole("button", { name: "登记", exact: true }).click();
      await expect(page).toHaveTitle(/^错误：/);
      await page.reload();
      await expect(page.locator(".error-summary")).toContainText("请填写申请人");
      await page.getByLabel("事项").selectOption({ label: "企业诉求" });
      await page.getByLabel("申请人").fill("阿婆糕团店");
      await page.getByLabel("镇街").selectOption("云港街道");
      await page.getByRole("button", { name: "登记", exact: true }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("阿婆糕团店");
      await page.goBack();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("登记限时办结事项");
      await page.goForward();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("阿婆糕团店");
    });
  });
}

test("a form whose address is loaded as a page leads to the page it stands on", async ({ page }) => {
  await page.goto(`${base()}${process.env.SHIAN_COMPLAINT}/transfer`);
  await signIn(page);
  await expect(page).toHaveURL(base() + process.env.SHIAN_COMPLAINT);
});

test("a citizen who goes back after an error sees the question again", async ({ page }) => {
  await page.setExtraHTTPHeaders({ "x-forwarded-for": "10.77.1.2" });
  await page.goto(`${base()}/complaints`);
  await page.getByRole("link", { name: "现在开始" }).click();
  await page.getByRole("button", { name: "继续" }).click();
  await expect(page).toHaveTitle(/^错误：/);
  await page.getByLabel("食品变质、有异物").check();
  await page.getByLabel("经过").fill("买了两个肉包，吃出一截钢丝。");
  await page.getByRole("button", { name: "继续" }).click();
  await expect(page.getByLabel("店名或者企业名称")).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("经过")).toHaveValue("买了两个肉包，吃出一截钢丝。");
});
