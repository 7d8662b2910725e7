// Asks the evaluator about generated cases that ours has answered already. What it is known to take otherwise than AWS says is put to it
// in other words, which mean the same by AWS's text: then the two have to agree, without exception.
//
//   node differential.js cases.jsonl       what `cargo run -p private-api-policy --example cases generate` prints

import { readFileSync } from "node:fs";

import { anonymousPrincipal, runSimulation } from "@cloud-copilot/iam-simulate";

const SHOWN = 10;
const reworded = {};
const again = (why, text) => {
  reworded[why] = (reworded[why] ?? 0) + 1;
  return text;
};

const cases = readFileSync(process.argv[2], "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const answers = {};
const differences = [];
for (const one of cases) {
  const found = await answer(one);
  answers[found] = (answers[found] ?? 0) + 1;
  if (found !== one.answer) differences.push(`${one.name}: ours ${one.answer}, theirs ${found}\n${JSON.stringify(one)}`);
}
const counted = (counts) => Object.entries(counts).map(([what, count]) => `${what} ${count}`).join(", ");
console.log(`${cases.length} cases, ${counted(answers)}; ${differences.length} differences\nin other words: ${counted(reworded)}`);
for (const difference of differences.slice(0, SHOWN)) console.error(`WRONG  ${difference}`);
process.exit(differences.length || !cases.length ? 1 : 0);

async function answer({ api, resource_policy, endpoint_policy, caller, vpce, vpc, ip, action, resource }) {
  const contextVariables = { "aws:SecureTransport": "true" };
  const says = (key, value) => value != null && (contextVariables[key] = value);
  says("aws:SourceVpce", vpce);
  says("aws:SourceVpc", vpc);
  says(vpce ? "aws:VpcSourceIp" : "aws:SourceIp", ip);
  if (caller) {
    says("aws:PrincipalArn", caller.role ?? caller.arn);
    says("aws:PrincipalAccount", caller.arn.split(":")[4]);
    says("aws:PrincipalOrgID", caller.organization);
  }
  const policy = (one) => ({ ...one, Statement: one.Statement.map((statement) => inOtherWords(statement, api, caller)) });
  const simulation = {
    request: {
      principal: caller?.arn ?? anonymousPrincipal,
      action,
      resource: { resource, accountId: api.split(":")[4] },
      contextVariables,
    },
    identityPolicies: (caller?.policies ?? []).map((own, index) => ({ name: `${index}`, policy: policy(own) })),
    resourcePolicy: policy(resource_policy),
    vpcEndpointPolicies: endpoint_policy ? [{ name: "endpoint", policy: policy(endpoint_policy) }] : undefined,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  const response = await runSimulation(simulation, {});
  return response.overallResult ?? JSON.stringify(response.errors ?? response.resultType);
}

function inOtherWords(statement, api, caller) {
  const said = structuredClone(statement);
  const id = api.split(":")[5];
  for (const element of ["Resource", "NotResource"].filter((element) => said[element])) {
    said[element] = [said[element]].flat().map((one) => {
      // The short form is API Gateway's own (developer guide, "API Gateway resource policy examples").
      if (one.startsWith("execute-api:/")) return `${api}/${one.slice("execute-api:/".length)}`;
      const [, before, first, rest] = one.match(/^((?:[^:]*:){5})([^/]*)(\/.*)$/) ?? [];
      // "*" may stand in an API's id (developer guide, "Control access for invoking an API": api-id "or * for any API"); theirs
      // finds no resource then.
      if (first?.includes("*") && like(id, first)) return again("an API's id with a star", before + id + rest);
      return one;
    });
  }
  // Whoever is not to be denied is named as all that it is: account, role, session (IAM user guide, "NotPrincipal"). Theirs takes one
  // of them for all.
  const listed = said.Effect === "Deny" && said.NotPrincipal?.AWS;
  if (listed && caller) {
    const account = caller.arn.split(":")[4];
    const forms = [[account, `arn:aws:iam::${account}:root`], [caller.arn], ...(caller.role ? [[caller.role]] : [])];
    const names = [listed].flat();
    const found = forms.filter((form) => form.some((name) => names.includes(name)));
    if (found.length && found.length < forms.length) {
      const others = names.filter((name) => !forms.flat().includes(name));
      said.NotPrincipal.AWS = again("a NotPrincipal that is named in part", others.length ? others : ["arn:aws:iam::111111111111:role/nobody"]);
    }
  }
  for (const [operator, tested] of Object.entries(said.Condition ?? {})) {
    if (operator.includes("IpAddress")) tested["aws:VpcSourceIp"] = [tested["aws:VpcSourceIp"]].flat().flatMap(range);
  }
  return said;
}

function range(said) {
  // A range like others; theirs finds no address in it.
  if (said === "0.0.0.0/0") return again("the range 0.0.0.0/0", ["0.0.0.0/1", "128.0.0.0/1"]);
  // Without a length it is one address, /32 (IAM user guide, "IP address condition operators"). Theirs, asked about an IPv6 address,
  // then says of IPv4's that neither IpAddress nor NotIpAddress holds.
  if (!said.includes("/") && !said.includes(":")) return again("an address without /32", [`${said}/32`]);
  return [said];
}

function like(text, pattern) {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${escaped}$`).test(text);
}
