// All the tables, and the evaluator that answers their rows.

import { runSimulation } from "@cloud-copilot/iam-simulate";

import { named, signed, unsigned, withoutNames } from "./api.js";
import { endpoints, instances } from "./endpoints.js";
import { functions } from "./functions.js";
import { keys, services } from "./services.js";

export const tables = async (deployment) => ({
  [`calls, ${deployment.authorization}`]: deployment.authorization === "AWS_IAM" ? signed(withoutNames(deployment)) : unsigned(deployment),
  ...(deployment.authorization === "AWS_IAM" && { "calls, by name": named(deployment) }),
  functions: await functions(deployment),
  instances: instances(deployment),
  endpoints: await endpoints(deployment),
  services: services(deployment),
  keys: keys(deployment),
});

/** Allowed, ImplicitlyDenied, ExplicitlyDenied, or why there is no answer. */
export async function answer([who, where, does, on, , context]) {
  const simulation = {
    request: {
      principal: who.principal,
      action: does,
      resource: { resource: on.arn, accountId: on.account },
      contextVariables: { ...who.context, ...where.context, ...context },
    },
    identityPolicies: who.policies,
    resourcePolicy: on.policy,
    vpcEndpointPolicies: where.policy && [{ name: where.name, policy: where.policy }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  // The evaluator takes no key with a name of the caller's behind a colon, so both sides say it behind a slash.
  const sayable = JSON.stringify(simulation).replaceAll("kms:EncryptionContext:", "aws:RequestTag/");
  const response = await runSimulation(JSON.parse(sayable), {});
  if (response.resultType !== "single") return JSON.stringify(response.errors ?? response.resultType);
  // A key that the action does not know would make a row that says less than it seems to.
  const { ignoredContextKeys } = response.result;
  return ignoredContextKeys?.length ? `${does} does not know ${ignoredContextKeys.join(", ")}` : response.overallResult;
}
