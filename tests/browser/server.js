// Starts the real program with the sample rosters in it, and ends it afterwards by its process id.
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");

const root = path.resolve(__dirname, "../..");
const PASSWORD = "correct horse battery";

async function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function post(base, route, body, headers = {}) {
  const response = await fetch(base + route, { method: "POST", body, headers });
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
  return response;
}

module.exports = async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "shian-browser-"));
  const data = path.join(folder, "data");
  const compiled = path.join(root, "target/compiled-for-tests");
  fs.mkdirSync(data);
  fs.mkdirSync(compiled, { recursive: true });
  fs.symlinkSync(compiled, path.join(data, "compiled"));
  const base = `http://127.0.0.1:${await freePort()}`;
  const log = fs.openSync(path.join(folder, "log"), "w");
  const child = spawn(
    path.join(root, "target/release/shian"),
    ["up", "--no-build", "--listen", base.slice("http://".length), "--data", data,
      "--secrets", path.join(folder, "secrets.toml"), "--clock", "2026-11-22T10:00:00+08:00",
      "--variable", "setup_token=setup", "--variable", "issuer=云溪区食药安办"],
    { cwd: root, stdio: ["ignore", "ignore", log] },
  );
  for (let tries = 0; ; tries += 1) {
    const ready = await fetch(`${base}/healthz`).then((answer) => answer.ok, () => false);
    if (ready) break;
    if (tries > 600 || child.exitCode !== null) throw new Error(fs.readFileSync(path.join(folder, "log"), "utf8"));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const json = { "content-type": "application/json" };
  const account = { token: "setup", account: "office", name: "王主任", password: PASSWORD };
  await post(base, "/api/v1/setup", JSON.stringify(account), json);
  const session = await post(base, "/api/v1/session", JSON.stringify({ account: "office", password: PASSWORD }), json);
  const cookie = session.headers.get("set-cookie").split(";")[0];
  for (const kind of ["enterprises", "cadres", "assignments", "visits"]) {
    await post(base, `/api/v1/${kind}/import`, fs.readFileSync(path.join(root, "tests/data", `${kind}.xlsx`)), { cookie });
  }
  process.env.SHIAN_BASE = base;
  process.env.SHIAN_COOKIE = cookie;
  return () => {
    child.kill("SIGTERM");
    fs.rmSync(folder, { recursive: true, force: true });
  };
};
