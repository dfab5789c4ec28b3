// A phone of 375 px and a desk, in Debian's Chromium.
const { defineConfig } = require("@playwright/test");
const WIDTHS = require("./widths");

// Each is loaded once and seen at both widths; what people do is done at each.
const PAGES = /pages\.spec\.js/;

const launchOptions = {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
};

module.exports = defineConfig({
  testDir: "specs",
  globalSetup: "./server.js",
  outputDir: "test-results",
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  // Long enough for a machine that is lent to others half of the time.
  timeout: 240_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: { launchOptions, locale: "zh-CN", timezoneId: "Asia/Shanghai" },
  projects: [
    { name: "pages", testMatch: PAGES, fullyParallel: true },
    { name: "phone", testIgnore: PAGES, use: { viewport: WIDTHS.phone } },
    { name: "desk", testIgnore: PAGES, use: { viewport: WIDTHS.desk } },
  ],
});
