// Opens the docs page in headless Chromium and creates, reads, lists and deletes a claim through its forms.
// Usage: node check.js ORIGIN IMPORT_DOCUMENT [SCREENSHOT.png]
import { strict as assert } from "node:assert";
import { accessSync, constants, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import puppeteer from "puppeteer-core";

const [origin, importDocument, screenshot] = process.argv.slice(2);
const operations = Object.values(JSON.parse(readFileSync(importDocument, "utf8")).paths)
  .flatMap((path) => Object.values(path).map((method) => method.operationId))
  .filter(Boolean)
  .sort();

const profile = await mkdtemp(join(tmpdir(), "claims-docs-"));
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? onPath("chromium", "chromium-browser", "google-chrome"),
  userDataDir: profile,
  defaultViewport: { width: 960, height: 1000 },
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
  ],
});
try {
  await check(await browser.newPage());
  console.log(`docs page: ${operations.length} operations; a claim created through it comes back`);
} finally {
  await browser.close();
  await rm(profile, { recursive: true, force: true });
}

async function check(page) {
  const complaints = [];
  const elsewhere = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // Chromium reports every 4xx of a fetch; those we cause are checked below.
    if (message.type() === "error" && !message.text().includes("status of 4")) complaints.push(message.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) elsewhere.push(url);
  });

  await page.goto(`${origin}/docs`);
  await page.waitForSelector("details.operation[id]");
  const shown = await page.$$eval("details.operation[id]", (all) => all.map((one) => one.id).sort());
  assert.deepEqual(shown, operations, "a form for each operation");

  const set = (id, value) => page.$eval(`[id="${id}"]`, (input, text) => { input.value = text; }, value);
  const send = async (operation) => {
    await page.$eval(`#${operation}`, (details) => { details.open = true; });
    await page.$eval(`#${operation} [aria-live]`, (answer) => answer.replaceChildren());
    await page.click(`#${operation} button.send`);
    await page.waitForSelector(`#${operation} .answer .status`);
    return page.$eval(`#${operation} .answer`, (answer) => ({
      status: Number.parseInt(answer.querySelector(".status").textContent, 10),
      body: JSON.parse(answer.querySelector(".body")?.textContent ?? "null"),
    }));
  };

  await set("createClaim-memberId", "browser");
  await page.click("#createClaim form button[type=button]");
  const key = await page.$eval('[id="createClaim-Idempotency-Key"]', (input) => input.value);
  const created = await send("createClaim");
  assert.equal(created.status, 201);
  assert.equal(created.body.claimId, key);
  assert.equal(created.body.memberId, "browser");
  if (screenshot) await page.screenshot({ path: screenshot, captureBeyondViewport: true, clip: await operationsArea(page) });

  // The other forms have taken over member and claim.
  const read = await send("getClaim");
  assert.deepEqual(read, { status: 200, body: created.body });
  const listed = await send("listClaims");
  assert.deepEqual(listed.body.claims, [created.body]);

  await page.$eval('[id="updateClaim-If-Match"]', (input) => { input.value = '"1"'; });
  const updated = await send("updateClaim");
  assert.deepEqual([updated.status, updated.body.version, updated.body.status], [200, 2, "in_review"]);
  const stale = await send("updateClaim");
  assert.deepEqual([stale.status, stale.body.code], [412, "version_mismatch"]);

  assert.deepEqual(await send("deleteClaim"), { status: 204, body: null });
  assert.equal((await send("getClaim")).body.code, "claim_not_found");

  assert.deepEqual(complaints, [], "the page complains");
  assert.deepEqual(elsewhere, [], "the page asks elsewhere");
}

// From the first operation to the last, with a margin: the part of the page that a README wants to show.
function operationsArea(page) {
  return page.$$eval("details.operation[id]", (all) => {
    const boxes = all.map((one) => one.getBoundingClientRect());
    const [top, bottom] = [boxes[0].top + scrollY - 10, boxes.at(-1).bottom + scrollY + 10];
    return { x: 0, y: top, width: document.documentElement.clientWidth, height: bottom - top };
  });
}

function onPath(...names) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // Not here.
      }
    }
  }
  throw new Error(`none of ${names.join(", ")} is on PATH: install Chromium, or set CHROMIUM`);
}
