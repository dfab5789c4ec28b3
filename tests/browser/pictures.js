// The README's pictures, of the program as it is: `npm run pictures` in this folder after `cargo run --release -- build`.
const path = require("node:path");
const { chromium } = require("@playwright/test");
const { use } = require("./playwright.config.js");
const prepare = require("./server.js");
const WIDTHS = require("./widths");

const docs = path.resolve(__dirname, "../../docs");
const PICTURES = [
  { name: "phone", address: () => "/", viewport: WIDTHS.phone },
  { name: "desk", address: () => "/enterprises", viewport: WIDTHS.desk, cookie: () => process.env.SHIAN_COOKIE },
];

async function take(browser, base, { name, address, viewport, cookie }) {
  const context = await browser.newContext({ viewport, locale: use.locale, timezoneId: use.timezoneId });
  if (cookie) {
    const [key, value] = cookie().split("=");
    await context.addCookies([{ name: key, value, url: base }]);
  }
  const page = await context.newPage();
  await page.goto(base + address());
  await page.screenshot({ path: path.join(docs, `${name}.png`) });
  await context.close();
}

(async () => {
  const forget = await prepare();
  const server = await prepare.serve();
  const browser = await chromium.launch(use.launchOptions);
  for (const picture of PICTURES) await take(browser, server.base, picture);
  await browser.close();
  await server.end();
  forget();
})();
