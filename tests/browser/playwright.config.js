// A phone of 375 px and a desk, in Debian's Chromium.
const { defineConfig } = require("@playwright/test");

const launchOptions = {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
};

module.exports = defineConfig({
  testDir: "specs",
  globalSetup: "./server.js",
  outputDir: "test-results",
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  // Long enough for a machine that is lent to others half of the time.
  timeout: 240_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: { launchOptions, locale: "zh-CN", timezoneId: "Asia/Shanghai" },
  projects: [
    { name: "phone", use: { viewport: { width: 375, height: 740 } } },
    { name: "desk", use: { viewport: { width: 1280, height: 900 } } },
  ],
});
