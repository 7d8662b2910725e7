// Opens the docs page in headless Chromium and creates, reads, lists and deletes a claim through its forms.
// Usage: node check.js ORIGIN IMPORT_DOCUMENT CLAIMS [SCREENSHOT.png]
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const [origin, importDocument, claims, screenshot] = process.argv.slice(2);
const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core")), "utf8");
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
  await page.waitForSelector("details.operation:not(.schema)");
  const shown = await page.$$eval("details.operation:not(.schema)", (all) => all.map((one) => one.id).sort());
  assert.deepEqual(shown, operations, "a form for each operation");

  const value = (id) => page.$eval(`[id="${id}"]`, (input) => input.value);
  const set = async (id, text) => {
    const operation = id.split("-")[0];
    await page.$eval(`#${operation}`, (details) => { details.open = true; });
    await page.$eval(`[id="${id}"]`, (input, typed) => {
      input.value = typed;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
  };
  const settled = async (operation) => {
    await page.waitForFunction((id) => {
      const form = document.getElementById(id);
      return !form.querySelector("button.send").disabled && !/^(sending…|)$/.test(form.querySelector("p.status").textContent);
    }, {}, operation);
    return page.$eval(`#${operation}`, (form) => ({
      status: Number.parseInt(form.querySelector("p.status").textContent, 10),
      body: JSON.parse(form.querySelector("pre.body")?.textContent ?? "null"),
    }));
  };
  const send = async (operation) => {
    await page.$eval(`#${operation}`, (details) => { details.open = true; });
    await page.click(`#${operation} button.send`);
    return settled(operation);
  };
  // What a button of "Copy as" writes.
  const code = async (operation, name) => {
    await page.$eval(`#${operation}`, (details) => { details.open = true; });
    await page.click(`#${operation} button[data-code="${name}"]`);
    await page.waitForSelector(`#${operation} .code pre[aria-label="${name}"]`);
    return page.$eval(`#${operation} .code pre`, (pre) => pre.textContent);
  };

  // The key is there before anything is sent, and Send is off while something is under way.
  const key = await value("createClaim-Idempotency-Key");
  assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  await set("createClaim-memberId", "browser");
  // Name and policy stand in the body, so that they come into no log.
  const named = async (fields) => {
    const body = JSON.parse(await value("createClaim-body"));
    await set("createClaim-body", JSON.stringify({ ...body, ...fields }));
  };
  await named({ memberName: "O'Brien \"$HOME\" `x`" });
  const disabled = await page.$eval("#createClaim button.send", (button) => {
    button.click();
    const off = button.disabled;
    button.click();
    return off;
  });
  assert.ok(disabled, "Send stays on while it sends");
  const created = await settled("createClaim");
  assert.equal(created.status, 201);
  assert.equal(created.body.claimId, key);
  assert.equal(created.body.memberId, "browser");
  if (screenshot) await page.screenshot({ path: screenshot, captureBeyondViewport: true, clip: await operationsArea(page) });
  assert.equal((await send("createClaim")).status, 200, "the same key is the same claim");

  // What is copied does what the form does.
  const run = { curl: ["sh", "-c"], claims: ["sh", "-c"], TypeScript: ["node", "--input-type=module", "-e"], Python: ["python3", "-c"] };
  const environment = { ...process.env, PATH: `${dirname(claims)}${delimiter}${process.env.PATH}`, XDG_STATE_HOME: profile };
  for (const [name, [program, ...before]] of Object.entries(run)) {
    const said = execFileSync(program, [...before, await code("createClaim", name)], { encoding: "utf8", env: environment, stdio: ["ignore", "pipe", "pipe"] });
    assert.ok(said.includes(key) && /200|version +1/.test(said), `${name}: ${said}`);
    assert.ok(name === "claims" || said.includes(`O'Brien \\"$HOME\\" \`x\``), `${name}: ${said}`);
  }
  assert.equal(await code("createClaim", "Rust"), readFileSync(new URL("create.rs", import.meta.url), "utf8")
    .replace(/^[^]*?\n\n/, "").trimEnd().replace("ORIGIN", origin).replace("KEY", key), "create.rs, which is compiled, is what the page writes");
  // Another request gets another key.
  await named({ memberName: "John Doe" });
  assert.notEqual(await value("createClaim-Idempotency-Key"), key);

  // The other forms have taken over member, claim and version.
  assert.equal(await value("updateClaim-If-Match"), '"1"');
  const read = await send("getClaim");
  assert.deepEqual(read, { status: 200, body: created.body });
  const updated = await send("updateClaim");
  assert.deepEqual([updated.status, updated.body.version, updated.body.status], [200, 2, "in_review"]);
  assert.equal(await value("deleteClaim-If-Match"), '"2"');
  await set("updateClaim-If-Match", '"1"');
  const stale = await send("updateClaim");
  assert.deepEqual([stale.status, stale.body.code], [412, "version_mismatch"]);

  // A list leads to its items, and a page to the next.
  assert.equal((await send("createClaim")).status, 201);
  await set("listClaims-limit", "1");
  const listed = await send("listClaims");
  assert.equal(listed.body.claims.length, 1);
  await page.click("#listClaims button.next");
  await page.waitForFunction((id) => document.querySelector("#listClaims pre.body")?.textContent.includes(id), {}, key);
  await page.click("#listClaims .items button");
  const opened = await settled("getClaim");
  assert.equal(await value("getClaim-claimId"), key);
  assert.equal(opened.status, 200);

  // What was typed is there after a reload; a link opens its operation.
  await named({ memberName: "x".repeat(200) });
  await page.goto(`${origin}/docs?again#deleteClaim`);
  await page.waitForSelector("#deleteClaim[open]");
  assert.equal(JSON.parse(await value("createClaim-body")).memberName, "x".repeat(200));
  assert.equal(await value("deleteClaim-claimId"), key);
  const place = await page.$eval("#deleteClaim", (details) => details.getBoundingClientRect().top);
  assert.ok(place >= -1 && place < 1000, `#deleteClaim is at ${place}`);

  // Nothing wider than the window, with the longest values and all open; nothing that axe minds.
  await set("createClaim-memberId", "m".repeat(64));
  const longest = { policyId: "p".repeat(64), memberName: "N".repeat(100), policyType: "Disability", claimAmount: 999999999.99, description: "d".repeat(2000) };
  await set("createClaim-body", JSON.stringify(longest));
  assert.equal((await send("createClaim")).status, 201);
  assert.equal((await send("listClaims")).status, 200);
  for (const name of ["curl", "Rust"]) await code("createClaim", name);
  await page.$$eval("details", (all) => all.forEach((one) => { one.open = true; }));
  await page.evaluate(axe);
  for (const width of [320, 390, 1200]) {
    await page.setViewport({ width, height: 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `at ${width} px the page is ${wide} wide`);
    for (const scheme of ["light", "dark"]) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      const minded = found.violations.map((one) => `${one.id}: ${one.nodes.length}, ${one.nodes[0].html.slice(0, 200)}`);
      assert.deepEqual(minded, [], `axe at ${width} px, ${scheme}`);
      if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `${width}-${scheme}.png`) });
    }
  }
  await page.setViewport({ width: 960, height: 1000 });

  await set("deleteClaim-If-Match", "");
  assert.deepEqual(await send("deleteClaim"), { status: 204, body: null });
  await set("getClaim-claimId", await value("deleteClaim-claimId"));
  assert.equal((await send("getClaim")).body.code, "claim_not_found");

  // What is wrong before or without an answer is said in words.
  await set("deleteClaim-If-Match", "„1“");
  await send("deleteClaim");
  const words = () => page.$eval("#deleteClaim p.status", (status) => status.textContent);
  assert.equal(await words(), "Nothing was sent: If-Match holds a character that no header can carry.");
  assert.deepEqual(complaints, [], "the page complains");
  assert.deepEqual(elsewhere, [], "the page asks elsewhere");
  await page.setOfflineMode(true);
  await set("deleteClaim-If-Match", "");
  await send("deleteClaim");
  assert.match(await words(), /^No answer: nothing at .* can be reached. Is it still running\?$/);
}

// From the first operation to the last, with a margin: the part of the page that a README wants to show.
function operationsArea(page) {
  return page.$$eval("details.operation:not(.schema)", (all) => {
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
