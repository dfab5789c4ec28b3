const { chromium } = require("playwright-core");
(async () => {
  const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  const base = "http://127.0.0.1:3777";
  const r = await fetch(base + "/api/v1/session", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ account: process.env.ACC || "office", password: "correct horse battery" }) });
  const [n, v] = r.headers.get("set-cookie").split(";")[0].split("=");
  for (const [w, label] of [[1280, "d"], [375, "p"]]) {
    const c = await b.newContext({ viewport: { width: w, height: 900 } });
    await c.addCookies([{ name: n, value: v, url: base }]);
    const p = await c.newPage();
    for (const arg of process.argv.slice(2)) {
      const [name, path] = arg.split("=", 2); const full = arg.slice(name.length + 1);
      await p.goto(base + full);
      await p.screenshot({ path: `/tmp/shots/${label}-${name}.png`, fullPage: true });
      if (label === "d" && name.startsWith("pdf")) await p.pdf({ path: `/tmp/shots/${name}.pdf`, preferCSSPageSize: true });
    }
    await c.close();
  }
  await b.close();
})();
