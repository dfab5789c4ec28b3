// What the specs share: a server of each worker's own, a signed-in browser, and what holds for every page.
const { test: plain, expect } = require("@playwright/test");
const axe = require("axe-core");
const { serve } = require("../server");

let address;
const base = () => address;

const test = plain.extend({
  server: [
    async ({}, use) => {
      const server = await serve();
      address = server.base;
      await use(server);
      await server.end();
    },
    { scope: "worker", auto: true },
  ],
});

async function signedIn(context, cookie = process.env.SHIAN_COOKIE) {
  const [name, value] = cookie.split("=");
  await context.addCookies([{ name, value, url: base() }]);
}

/** No axe violation, nothing wider than the window, a title and one main heading. */
async function isAccessible(page) {
  // Our pages have no frames: axe is given to the page once, and says what is wrong there.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
  const said = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join("\n")}`);
  expect(said, page.url()).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, `${page.url()} is wider than the window`).toBeLessThanOrEqual(0);
  expect(await page.locator("h1").count()).toBe(1);
}

/** A picture for people to look at, of whom there are none in CI. */
async function picture(page, name) {
  if (!process.env.CI) await page.screenshot({ path: `pictures/${name}.png`, fullPage: true });
}

module.exports = { test, expect, base, signedIn, isAccessible, picture };
