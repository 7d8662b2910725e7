// Asks a policy evaluator about every row of the tables, with the policies that Terraform has applied.
//
//   node evaluate.js state.json       what `terraform show -json` prints

import { read } from "./deployment.js";
import { survivors } from "./loosened.js";
import { answer, tables } from "./tables.js";

const deployment = read(process.argv[2]);
const all = await tables(deployment);
const mistakes = [];
for (const [title, rows] of Object.entries(all)) {
  const answers = {};
  for (const row of rows) {
    const [who, where, does, on, expected] = row;
    const given = await answer(row);
    answers[given] = (answers[given] ?? 0) + 1;
    if (given !== expected) mistakes.push(`${title}: ${who.name}, ${where.name}: ${does} on ${on.name}: ${given}, expected ${expected}`);
  }
  console.log(`${title}: ${rows.length} rows, ${Object.entries(answers).map(([given, count]) => `${given} ${count}`).join(", ")}`);
}

// Whatever is deployed has rows: a new role or endpoint without any is a mistake as well.
const rows = Object.values(all).flat();
const absent = (list, used, kind) => Object.keys(list).filter((name) => !rows.some(used(name))).forEach((name) => mistakes.push(`no row for the ${kind} ${name}`));
absent(deployment.roles, (name) => ([who]) => who.role === name, "role");
absent(deployment.endpoints, (name) => ([, where]) => where.endpoint === name, "endpoint");
absent(deployment.functions, (name) => ([, , , on]) => on.arn === deployment.functions[name].arn, "function");

// A table that a loosened policy passes as well proves nothing about it.
if (!mistakes.length) mistakes.push(...(await survivors(deployment)));

for (const mistake of mistakes) console.error(`WRONG  ${mistake}`);
process.exit(mistakes.length ? 1 : 0);
