// The way out of an insider's pages, pressed.
const { test, expect, base, isAccessible } = require("./people");

for (const javaScriptEnabled of [true, false]) {
  test(`whoever presses the way out is away and leaves nothing ${javaScriptEnabled ? "" : "without JavaScript"}`, async ({ browser }, info) => {
    const context = await browser.newContext({ ...info.project.use, javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(`${base()}/complaints/new/what?insider=1`);
    await page.getByLabel("违法添加、假冒伪劣").check();
    await page.getByLabel("经过").fill("往馅料里加不认识的白色粉末，一周两三次");
    await page.getByRole("button", { name: "继续" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("在哪里？");
    if (javaScriptEnabled) await isAccessible(page);
    // There is no weather where the tests run: that it is asked for is enough.
    const away = page.waitForEvent("requestfailed", (request) => request.url().startsWith("https://www.weather.com.cn/"));
    await page.getByRole("button", { name: "马上离开" }).click();
    await away;
    // Whoever opens the browser afterwards finds nothing of it.
    const afterwards = await context.newPage();
    await expect
      .poll(async () => {
        await afterwards.goto(`${base()}/complaints/new/where`);
        return new URL(afterwards.url()).pathname;
      })
      .toBe("/complaints");
    await context.close();
  });
}
