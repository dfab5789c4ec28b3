// 门店码: what the code at the door leads to, for a citizen and for an official, and how it is printed.
const { test, expect, base, signedIn, isAccessible, picture } = require("./people");

const code = () => `${base()}/look-up/${process.env.SHIAN_HELD.split("/").pop()}`;

test("a citizen scans the code and complains about this business", async ({ page }) => {
  await page.goto(code());
  const name = await page.getByRole("heading", { level: 1 }).textContent();
  await expect(page.getByText("登记督导")).toHaveCount(0);
  await isAccessible(page);
  await page.getByRole("link", { name: "投诉这家" }).click();
  await expect(page.getByText(`说的是：${name}`)).toBeVisible();
});

test("an official scans the code and records a visit there", async ({ page, context }, info) => {
  await signedIn(context, process.env.SHIAN_CADRE_COOKIE);
  await page.goto(code());
  const name = await page.getByRole("heading", { level: 1 }).textContent();
  await picture(page, `${info.project.name}-door-official`);
  await page.getByRole("link", { name: "登记督导" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.getByText("没有发现问题")).toBeVisible();
});

test("an official who is not signed in comes back to the form after signing in", async ({ page }) => {
  await page.goto(code());
  await page.getByRole("link", { name: "工作人员入口" }).click();
  await page.getByLabel("账号").fill("cadre");
  await page.getByLabel("密码").fill("correct horse battery");
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page).toHaveURL(base() + process.env.SHIAN_HELD);
  await expect(page.getByText("没有发现问题")).toBeVisible();
});

test("the codes of the ledger are printed, ten a sheet", async ({ page, context }, info) => {
  await signedIn(context);
  await page.goto(`${base()}/enterprises`);
  await page.getByRole("link", { name: "打印门店码" }).click();
  await expect(page.locator(".door-code")).toHaveCount(50);
  await isAccessible(page);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("banner")).toBeHidden();
  await expect(page.getByRole("heading", { level: 1 })).toBeHidden();
  const sheets = (await page.pdf({ preferCSSPageSize: true })).toString("latin1").match(/\/Type \/Page\b/g);
  expect(sheets).toHaveLength(5);
  if (!process.env.CI) await page.pdf({ preferCSSPageSize: true, path: `pictures/${info.project.name}-door-codes.pdf` });
});
