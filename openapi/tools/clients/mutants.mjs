// Runtimes that are wrong in one place: contract/vectors notices each.
// Usage: node mutants.mjs URL retry.json, after zoo.mjs
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const [url, vectors] = process.argv.slice(2);
/** What is wrong, and how TypeScript (as compiled) and Python are made so. */
const WRONG = {
  "every attempt has a key of its own": [
    ["const ended = await once(request, body);", "if (!read) request.headers.set(KEY, mintKey());\n$&"],
    ["ended = self._once(request)", "request.headers.update({} if read else {KEY: mint_key()})\n            $&"],
  ],
  "a read has a key": [
    ["if (!read && !request.headers.has(KEY))", "if (!request.headers.has(KEY))"],
    ["if not read and KEY not in request.headers:", "if KEY not in request.headers:"],
  ],
  "an unconditional update is repeated": [
    ['(harmless || kind === "not_connected")', "true"],
    ["(harmless or not ended.connected)", "True"],
  ],
  "Retry-After is ignored": [
    ["asked + Math.random()", "Math.random()"],
    ["asked + backoff", "backoff"],
  ],
  "a Retry-After of any length is waited for": [
    ["asked <= longestRetryAfter", "true"],
    ["asked <= self._longest_retry_after", "True"],
  ],
  "an attempt too many": [
    ["attempt < attempts", "attempt <= attempts"],
    ["attempt < self._attempts", "attempt <= self._attempts"],
  ],
  "nothing is repeated": [
    ["attempt < attempts", "false"],
    ["attempt < self._attempts", "False"],
  ],
  "the last attempt alone says what is known": [
    ["(open && !settles(ended))", "false"],
    ["is_open and not ended.settles()", "False"],
  ],
  "no answer settles what an earlier attempt left open": [
    ["!settles(ended)", "true"],
    ["not ended.settles()", "True"],
  ],
  "a 5xx is a no": [
    ["!answer || answer.status >= 500", "!answer"],
    ["self.answer is None or self.answer.status_code >= 500", "self.answer is None"],
  ],
  "what is gone after a lost delete is an error": [
    ["open && answer?.status === 404", "false"],
    ["is_open and answer is not None and answer.status_code == 404", "False"],
  ],
  "what is gone is always deleted": [
    ["open && answer?.status === 404", "answer?.status === 404"],
    ["is_open and answer is not None and answer.status_code == 404", "answer is not None and answer.status_code == 404"],
  ],
};

const LANGUAGES = [
  ["exactly-once.js", "vectors.js", "node"],
  ["exactly_once.py", "vectors.py", resolve("venv/bin/python")],
];
process.env.PYTHONPATH = resolve(".");
mkdirSync("mutant", { recursive: true });
let noticed = 0;
for (const [language, [runtime, check, program]] of LANGUAGES.entries()) {
  cpSync(check, `mutant/${check}`);
  const right = readFileSync(runtime, "utf8");
  writeFileSync(`mutant/${runtime}`, right);
  execFileSync(program, [`mutant/${check}`, url, vectors], { stdio: ["ignore", "ignore", "inherit"] });
  for (const [what, changes] of Object.entries(WRONG)) {
    const [from, to] = changes[language];
    assert.equal(right.split(from).length, 2, `${runtime}: "${from}" does not stand there once`);
    writeFileSync(`mutant/${runtime}`, right.replace(from, to));
    const { status, stderr } = spawnSync(program, [`mutant/${check}`, url, vectors], { encoding: "utf8" });
    assert(status !== 0 && /AssertionError/.test(stderr), `${runtime}: nobody notices that ${what}\n${stderr}`);
    noticed++;
  }
}
console.log(`${noticed} wrong runtimes are noticed`);
