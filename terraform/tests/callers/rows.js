// The rows of the tables that are about calls of the API, as cases for the twin's evaluator: `cargo run -p private-api-policy
// --example cases check` answers them once more.
//
//   node rows.js state.json

import { anonymousPrincipal } from "@cloud-copilot/iam-simulate";

import { read } from "./deployment.js";
import { tables } from "./tables.js";

const deployment = read(process.argv[2]);
const signed = deployment.authorization === "AWS_IAM";
const all = Object.entries(await tables(deployment)).filter(([title]) => title.startsWith("calls, "));
for (const [who, where, does, on, answer] of all.flatMap(([, rows]) => rows)) {
  const context = { ...where.context };
  const row = {
    name: `${who.name}, ${where.name}: ${does} on ${on.name}`,
    api: on.arn.split("/")[0],
    resource_policy: on.policy ?? nothing(on),
    endpoint_policy: where.policy ?? null,
    caller: who.principal === anonymousPrincipal ? null : caller(who),
    vpce: context["aws:SourceVpce"] ?? null,
    vpc: context["aws:SourceVpc"] ?? null,
    ip: null,
    action: does,
    resource: on.arn,
    signed,
    answer,
  };
  console.log(JSON.stringify(row));
}

// The tables say roles and users; whoever calls as a role is a session of one.
function caller({ principal, policies }) {
  const [, , , , account, resource] = principal.split(":");
  const isRole = resource.startsWith("role/");
  return {
    arn: isRole ? `arn:aws:sts::${account}:assumed-role/${resource.split("/").at(-1)}/session` : principal,
    role: isRole ? principal : null,
    organization: null,
    policies: policies.map(({ policy }) => policy),
  };
}

// A policy is wanted; this one is about something else.
function nothing({ arn }) {
  const Resource = `${arn.split("/")[0]}/nothing`;
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "execute-api:Invoke", Resource }] };
}
