// An official's page: their posts, a second one beside the first, and the move to another.
const { test, expect, base, signedIn, isAccessible, picture } = require("./people");

test("the office gives an official a second post and moves them", async ({ page, context }, info) => {
  await signedIn(context);
  await page.goto(base() + "/supervision/cadres/C00044");
  await expect(page.getByRole("heading", { level: 2, name: "岗位" })).toBeVisible();
  await page.getByRole("link", { name: "调动或者增加岗位" }).click();
  await isAccessible(page);
  // Beside the first; a town must be named.
  await page.getByLabel("和原来的岗位").selectOption({ label: "兼任：原来的岗位照旧" });
  await page.getByLabel("层级").selectOption({ label: "镇街" });
  await page.getByRole("button", { name: "确定" }).click();
  await expect(page.locator(".error-summary")).toContainText("应有所属镇街");
  await picture(page, `${info.project.name}-post-error`);
  await page.getByLabel("所属镇街").selectOption({ label: "云港街道" });
  await page.getByLabel("职务").fill("食品安全和市场监管工作领导小组副组长");
  await page.getByRole("button", { name: "确定" }).click();
  await expect(page.getByRole("heading", { level: 3 })).toHaveCount(2);
  // Then the first one ends with a move.
  await page.getByRole("link", { name: "调动或者增加岗位" }).click();
  await expect(page.getByLabel("和原来的岗位").locator("option:checked")).toContainText("调动");
  await page.getByLabel("层级").selectOption({ label: "村社区" });
  await page.getByLabel("所属镇街").selectOption({ label: "云港街道" });
  await page.getByLabel("村社区").last().fill("东庄社区");
  await page.getByRole("button", { name: "确定" }).press("Enter");
  await expect(page.getByRole("heading", { level: 3 })).toHaveCount(3);
  await isAccessible(page);
  await picture(page, `${info.project.name}-cadre-posts`);
});
