// Who calls, from where, on what: the words in which the tables are written.

import { anonymousPrincipal } from "@cloud-copilot/iam-simulate";

// The evaluator's answers. NOT_ALLOWED: no statement admits it. DENIED: a statement forbids it, whatever else admits it.
export const ALLOWED = "Allowed";
export const NOT_ALLOWED = "ImplicitlyDenied";
export const DENIED = "ExplicitlyDenied";

const ANOTHER_ACCOUNT = "999999999999";
const statement = (fields) => ({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Resource: "*", Action: "*", ...fields }] });
const EVERYTHING = [{ name: "everything", policy: statement({}) }];
const TO_EVERYBODY = statement({ Principal: "*" });

export function words(deployment) {
  const { account, region, roles, endpoints } = deployment;
  const arn = (service, rest, owner = account) => `arn:aws:${service}:${region}:${owner}:${rest}`;
  const someRole = (name, owner, role, policies) => ({
    name,
    principal: `arn:aws:iam::${owner}:role/${role}`,
    policies,
    context: { "aws:PrincipalAccount": owner, "aws:PrincipalArn": `arn:aws:iam::${owner}:role/${role}` },
  });

  return {
    arn,

    // ---- who ----
    anybody: { name: "anybody, unsigned", principal: anonymousPrincipal, policies: [] },
    role: (name) => ({ ...someRole(name, account, name, known(roles, name).policies), role: name }),
    administrator: someRole("an administrator of ours", account, "administrator", EVERYTHING),
    roleWith: (policy) => ({ ...someRole("a role of ours with the caller policy", account, "caller", [{ name: "caller", policy }]), caller: true }),
    // A role of ours to which somebody else has given more than we did, and one whose policies are gone.
    roleWithEverything: (name) => someRole(`${name}, were it an administrator`, account, name, EVERYTHING),
    roleWithNothing: (name) => someRole(`${name} without its policies`, account, name, []),
    roleWithout: someRole("a role of ours without permissions", account, "nobody", []),
    // A role or user that may call everything, as far as its own account goes.
    identity: (resource, owner) => {
      const arn = `arn:aws:iam::${owner}:${resource}`;
      return { name: owner === account ? resource : `another account's ${resource}`, principal: arn, policies: EVERYTHING, context: { "aws:PrincipalAccount": owner, "aws:PrincipalArn": arn } };
    },
    stranger: someRole("another account's administrator", ANOTHER_ACCOUNT, "administrator", EVERYTHING),
    service: (host, owner) => ({ name: owner ? `${host} for ${owner}` : host, principal: host, policies: [], context: owner && { "aws:SourceAccount": owner } }),
    ANOTHER_ACCOUNT,

    // ---- from where ----
    // In the VPC, where the endpoint's own policy is not in the way: the caller's side alone is asked.
    besides: (name) => {
      const { id, vpc } = known(endpoints, name);
      return { name: `as through ${name}, were it open`, context: { "aws:SourceVpce": id, "aws:SourceVpc": vpc } };
    },
    outside: { name: "from outside every endpoint", context: {} },
    // Whoever comes across a peering connection counts as in the endpoint's own VPC.
    endpoint: (name) => {
      const { id, vpc, policy } = known(endpoints, name);
      return { name: `through ${name}`, endpoint: name, policy, context: { "aws:SourceVpce": id, "aws:SourceVpc": vpc } };
    },
    endpointOfAnotherVpc: { name: "through another VPC's endpoint", context: { "aws:SourceVpce": "vpce-0000000000other", "aws:SourceVpc": "vpc-0000000000other" } },
    // Listed by additional_endpoint_ids in the second apply; its policy is its owner's.
    endpointOfAFriend: { name: "through the further endpoint", context: { "aws:SourceVpce": "vpce-0fedcba9876543210", "aws:SourceVpc": "vpc-000000000friend" } },
    // What a pattern in place of the id would let through.
    endpointNamedAlmostAs: (name) => ({ name: `through an endpoint named almost as ${name}`, context: { "aws:SourceVpce": `${known(endpoints, name).id}0` } }),

    // ---- on what ----
    thing: (name, { arn, policy }) => ({ name, arn, policy, account }),
    // Of another account, and its owner admits everybody: only our side stands in the way.
    bait: (name, arn) => ({ name: `another account's ${name}`, arn, policy: TO_EVERYBODY, account: ANOTHER_ACCOUNT }),
    // Ours, and as if it admitted everybody: whatever else stands in the way is seen alone.
    opened: (name, arn) => ({ name: `${name}, were it open to everybody`, arn, policy: TO_EVERYBODY, account }),
    // Ours, and as if it left everything to the policies of this account's own roles: theirs are asked alone.
    delegated: (name, arn) => ({ name: `${name}, were it left to the roles`, arn, policy: statement({ Principal: { AWS: `arn:aws:iam::${account}:root` } }), account }),
    noResource: (owner = account) => ({ name: "everything", arn: "*", account: owner }),
  };
}

function known(list, name) {
  if (!list[name]) throw new Error(`the deployment has no ${name}: ${Object.keys(list).join(", ")}`);
  return list[name];
}
