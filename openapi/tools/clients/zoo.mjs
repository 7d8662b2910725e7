// Makes clients with the commands of README.md, as they stand there, runs each through a claim's life against claims-local, and
// holds the README's table to what came of it.
// Usage: node zoo.mjs URL README.md [--quick] [--only=WORD] [--write], in a folder with the documents and the tools
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { v7 as uuidv7 } from "uuid";

import { casesOf, mischief } from "./mischief.mjs";
import { mocked, posted, proxied, validated } from "./validators.mjs";

const [twin, readme, ...flags] = process.argv.slice(2);
const [quick, write] = ["--quick", "--write"].map((flag) => flags.includes(flag));
const only = flags.find((flag) => flag.startsWith("--only="))?.slice(7);
process.env.PATH = [resolve("node_modules/.bin"), resolve("venv/bin"), process.env.PATH].join(delimiter);
process.env.PYTHONPATH = resolve("claims-python");

const run = (program, ...more) => execFileSync(program, more, { stdio: ["ignore", "ignore", "inherit"] });
const jar = () => join("venv/lib", readdirSync("venv/lib")[0], "site-packages/openapi_generator_cli/openapi-generator.jar");
const java = (folder) => execFileSync("find", [folder, "-name", "*.java"], { encoding: "utf8" }).trim().split("\n");

/** By the headings of the README: the file with the types, where amount, version and status of a claim have theirs, how it is built
 * and run, what it needs. Without `life` it is made and its types are looked at. */
const ZOO = {
  "TypeScript: openapi-typescript": {
    build: () => run("tsc", "--project", "."),
    types: ["claims.ts", /ClaimAmount: (\w+)/, /Version: (\w+)/, /ClaimStatus: (\w+)/],
    life: ["node", "life-openapi-fetch.js"],
    quick: true,
  },
  "TypeScript: hey-api": {
    // Its own runtime does not compile with exactOptionalPropertyTypes.
    build: () => run("tsc", "--project", "tsconfig-hey-api.json"),
    types: ["claims-hey-api/types.gen.ts", /type ClaimAmount = (\w+)/, /type Version = (\w+)/, /type ClaimStatus = (\w+)/],
    life: ["node", "life-hey-api.js"],
    quick: true,
  },
  "Python: openapi-python-client": {
    types: ["claims_client/models/claim.py", /claim_amount: (\w+)/, /version: (\w+)/, /status: (\w+)/],
    life: ["python", "life_openapi_python_client.py"],
    quick: true,
  },
  "Python: openapi-generator": {
    types: ["claims-python/claims_openapi_generator/models/claim.py", /claim_amount: .*?(float)/, /version: .*?(int)/, /status: (\w+)/],
    life: ["python", "life_openapi_generator.py"],
    needs: "java",
    quick: true,
  },
  "Go: openapi-generator": {
    types: ["claims-go/claims/model_claim.go", /ClaimAmount (\w+)/, /Version (\w+)/, /Status (\w+)/],
    build() {
      writeFileSync("claims-go/go.mod", "module zoo\n\ngo 1.19\n");
      cpSync("life.go", "claims-go/life.go");
      execFileSync("go", ["vet", "."], { cwd: "claims-go", stdio: "inherit" });
      execFileSync("go", ["build", "-o", "life", "."], { cwd: "claims-go", stdio: "inherit" });
    },
    life: ["claims-go/life"],
    needs: "go",
  },
  "Java: openapi-generator": {
    types: ["claims-java/src/main/java/claims/model/Claim.java", /(\w+) getClaimAmount/, /(\w+) getVersion/, /(\w+) getStatus/],
    // The generator's own jar has the Jackson that the client wants, and lacks an annotation that the JDK has no more.
    build() {
      mkdirSync("claims-java/stub/javax/annotation", { recursive: true });
      const generated = 'package javax.annotation;\npublic @interface Generated { String[] value(); String date() default ""; String comments() default ""; }\n';
      writeFileSync("claims-java/stub/javax/annotation/Generated.java", generated);
      run("javac", "-d", "claims-java/classes", "-cp", jar(), "Life.java", ...java("claims-java/stub"), ...java("claims-java/src/main"));
    },
    life: ["java", "-XX:TieredStopAtLevel=1", "-cp", "claims-java/classes:JAR", "Life"],
    needs: "javac",
    quick: true,
  },
  "Rust: progenitor": {
    types: ["life.rs", /amount: (f64)/, /version: (u64)/, /status: (String)/],
    build() {
      mkdirSync("claims-rust/src", { recursive: true });
      for (const [from, to] of [["life.rs", "src/main.rs"], ["Cargo.toml", "Cargo.toml"], ["Cargo.lock", "Cargo.lock"]]) {
        cpSync(from, join("claims-rust", to));
      }
      cpSync("claims.openapi-3.0.json", "claims-rust/claims.openapi-3.0.json");
      run("cargo", "build", "--quiet", "--locked", "--manifest-path", "claims-rust/Cargo.toml", "--target-dir", "claims-rust/target");
    },
    life: ["claims-rust/target/debug/life"],
    needs: "cargo",
  },
  "C#: openapi-generator": {
    types: ["claims-csharp/src/Claims/Model/Claim.cs", /public (\w+) ClaimAmount/, /public (\w+) VarVersion/, /public (\w+) Status/],
    needs: "java",
  },
  "Kotlin: openapi-generator": {
    types: ["claims-kotlin/src/main/kotlin/claims/models/Claim.kt", /claimAmount: \S*?(\w+),/, /version: \S*?(\w+),/, /status: \S*?(\w+),/],
    needs: "java",
  },
};
const EXACT = [
  ["number", "double", "float64", "f64", "Double", "float"],
  ["number", "long", "int64", "u64", "Long", "int"],
  ["string", "String", "str", "StrictStr"],
];

const text = readFileSync(readme, "utf8");
const commandsOf = (heading) => {
  const section = text.split(`\n### ${heading}\n`)[1]?.split("\n#")[0];
  assert(section, `README.md has no heading "${heading}"`);
  return [...section.matchAll(/```console\n(.*?)```/gs)].flatMap(([, lines]) => lines.replaceAll("\\\n", " ").trim().split("\n"));
};
const pinned = () => ({
  ...JSON.parse(readFileSync("package.json", "utf8")).devDependencies,
  ...Object.fromEntries(readFileSync("requirements.txt", "utf8").trim().split("\n").map((line) => line.split("=="))),
  progenitor: /progenitor = "=(.*)"/.exec(readFileSync("Cargo.toml", "utf8"))[1],
});
const versionOf = (heading) => {
  const tool = heading.split(": ")[1];
  const pins = pinned();
  return pins[tool] ?? pins[{ "hey-api": "@hey-api/openapi-ts", "openapi-generator": "openapi-generator-cli" }[tool]];
};

const contract = JSON.parse(readFileSync("claims.openapi.json", "utf8"));
const cases = casesOf(contract);
writeFileSync("cases.txt", cases.map(({ operation }) => `${operation}\n`).join(""));
const AMOUNTS = ["1234567.89", "999999999.99"];
const EXPECTED = [
  ...AMOUNTS.flatMap((amount) => [
    `created 201 ${amount}`,
    `read 200 ${amount} 1`,
    `updated 200 ${amount} 2`,
    "stale 412 version_mismatch",
    "deleted 204",
    "gone 404 claim_not_found",
  ]),
  ...["page 2", "page 2", "page 1", "future escalated"],
  ...cases.map(({ operation, status, code, message }, n) => `${n} ${operation} ${status} ${code ?? message}`),
];

let lives = 0;
/** Runs a life and holds it to what was to happen: in the client's words, and by what it has sent. */
async function live(command, through = (url) => ({ url, end() {} })) {
  const middle = await mischief(twin, cases);
  const front = await through(middle.url);
  const member = `zoo-${process.pid}-${lives++}`;
  try {
    const [program, ...more] = command.map((word) => word.replace("JAR", existsSync("venv") ? jar() : ""));
    const { stdout } = await promisify(execFile)(program, [...more, front.url, member, ...Array.from({ length: 12 }, () => uuidv7())]);
    const said = stdout.trim().split("\n");
    const wrong = EXPECTED.flatMap((line, i) => (said[i] === line ? [] : [`"${said[i]}" instead of "${line}"`]));
    assert.deepEqual(wrong.slice(0, 5), [], command.join(" "));
  } finally {
    front.end();
    middle.end();
  }
  const amounts = AMOUNTS.flatMap((amount) => [amount, amount, amount].map(Number));
  assert.deepEqual(middle.seen.amounts.map(Number).filter((amount) => amount !== 500), amounts, "what was sent");
  assert(middle.seen.conditions.length === 4 && middle.seen.conditions.every((tag) => tag === '"1"'), "If-Match was sent");
}

const has = (program) => process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, program)));
const rows = {};
for (const [heading, animal] of Object.entries(ZOO)) {
  if ((quick && !animal.quick) || (only && !heading.includes(only))) continue;
  if (animal.needs && !has(animal.needs)) {
    console.log(`SKIPPED: ${heading}: ${animal.needs} is not on the path`);
    continue;
  }
  for (const command of commandsOf(heading)) {
    rmSync(/ (?:-o|--output|--output-path) (\S+)/.exec(command)?.[1] ?? "nothing", { recursive: true, force: true });
    execFileSync("sh", ["-ec", command], { stdio: ["ignore", "ignore", "inherit"] });
  }
  animal.made = true;
}
for (const [heading, animal] of Object.entries(ZOO).filter(([, animal]) => animal.made)) {
  animal.build?.();
  const [file, ...places] = animal.types;
  const source = readFileSync(file, "utf8");
  const types = places.map((place) => place.exec(source)?.[1]);
  types.forEach((type, i) => assert(EXACT[i].includes(type), `${heading}: ${types}`));
  if (animal.life) await live(animal.life);
  const yes = (text) => (animal.life ? text : "–");
  rows[heading] = [versionOf(heading), types.join(", "), yes("yes"), yes("exact"), yes(`${cases.length} of ${cases.length}`)];
  console.log(`${heading}: ${animal.life ? `a life and ${cases.length} errors` : "types"}`);
}
const ours = ZOO["TypeScript: openapi-typescript"].life;
await live(ours, (url) => proxied("claims.openapi.json", url));
await live(ours, (url) => validated("claims.openapi.json", url));
await mocked("claims.openapi.json", cases);
await posted(contract, twin);
console.log("prism, express-openapi-validator and newman: no violation");

// The table: what ran is as it says, and what did not run is left alone.
const [before, table, after] = text.split(/<!-- zoo -->\n|<!-- \/zoo -->\n/);
const lines = table.trim().split("\n");
const made = Object.entries(rows).map(([heading, cells]) => `| ${[heading, ...cells].join(" | ")} |`);
for (const line of made) {
  const name = line.split(" | ")[0];
  const at = lines.findIndex((old) => old.startsWith(`${name} |`));
  if (write) at < 0 ? lines.push(line) : (lines[at] = line);
  else assert.equal(lines[at], line, "README.md's table: `cargo xtask openapi zoo --write` renews it");
}
if (write) writeFileSync(readme, `${before}<!-- zoo -->\n${lines.join("\n")}\n<!-- /zoo -->\n${after}`);
