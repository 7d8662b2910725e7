// Who may call the API. Rows: who, from where, does, on what, the answer.

import { ALLOWED, DENIED, NOT_ALLOWED, words } from "./callers.js";

const INVOKE = "execute-api:Invoke";
const ROUTES = ["POST/claim", "GET/claim", "GET/claim/0190f8f4", "PUT/claim/0190f8f4", "DELETE/claim/0190f8f4"];

// Read from nowhere: what tests/callers.json means, in other words. The last ones only look like somebody of it.
const MAY = {
  "role/claims-bastion": ROUTES,
  "role/claims-client-client": ["GET/claim", "GET/claim/0190f8f4"],
  "role/claims-intake": ["POST/claim", "GET/claim/0190f8f4"],
  "role/team/adjuster-7": ["GET/claim", "GET/claim/0190f8f4", "PUT/claim/0190f8f4"],
  "user/audit/ann": ["GET/claim", "GET/claim/0190f8f4"],
  "role/claims-intake-2": [],
  "role/team/claims-intake": [],
  "role/adjuster-7": [],
  "role/team/adjuster": [],
  "user/audit/ben": [],
  "user/claims-intake": [],
  "role/administrator": [],
};

export function unsigned(deployment) {
  const { anybody, endpoint, endpointOfAnotherVpc, endpointOfAFriend, endpointNamedAlmostAs, outside, thing, bait, opened, arn, ANOTHER_ACCOUNT } = words(deployment);
  const { api } = deployment;
  const ours = endpoint("claims-execute-api");
  const route = (path) => thing(path, { arn: `${api.arn}/dev/${path}`, policy: api.policy });
  return [
    ...ROUTES.map((path) => [anybody, ours, INVOKE, route(path), ALLOWED]),
    ...ROUTES.map((path) => [anybody, endpointOfAnotherVpc, INVOKE, route(path), DENIED]),
    [anybody, endpointOfAFriend, INVOKE, route("GET/claim"), DENIED],
    [anybody, endpointNamedAlmostAs("claims-execute-api"), INVOKE, route("GET/claim"), DENIED],
    [anybody, endpoint("claims-dynamodb"), INVOKE, route("GET/claim"), DENIED],
    [anybody, outside, INVOKE, route("GET/claim"), DENIED],
    // The endpoint is for this API and nothing else: neither a way out for data, nor to a neighbour.
    [anybody, ours, INVOKE, bait("API", arn("execute-api", "0th3r4p1/dev/POST/claim", ANOTHER_ACCOUNT)), NOT_ALLOWED],
    [anybody, ours, INVOKE, opened("another API of ours", arn("execute-api", "0th3r4p1/dev/GET/claim")), NOT_ALLOWED],
    [anybody, ours, "execute-api:InvalidateCache", route("GET/claim"), NOT_ALLOWED],
    [anybody, outside, "execute-api:InvalidateCache", route("GET/claim"), NOT_ALLOWED],
    [anybody, ours, "execute-api:ManageConnections", opened("a connection", `${api.arn}/dev/POST/@connections/1`), NOT_ALLOWED],
  ];
}

export function signed(deployment) {
  const { anybody, role, roleWith, roleWithout, administrator, stranger, ANOTHER_ACCOUNT } = words(deployment);
  const { endpoint, besides, endpointOfAnotherVpc, endpointOfAFriend, outside, thing, bait, delegated, arn } = words(deployment);
  const { api, callerPolicy } = deployment;
  const ours = endpoint("claims-execute-api");
  const route = (path, stage = "dev") => thing(`${stage}/${path}`, { arn: `${api.arn}/${stage}/${path}`, policy: api.policy });
  const callers = [role("claims-bastion"), role("claims-client-client"), roleWith(callerPolicy)];
  const functions = Object.keys(deployment.functions);
  return [
    ...ROUTES.flatMap((path) => callers.map((caller) => [caller, ours, INVOKE, route(path), ALLOWED])),
    ...callers.map((caller) => [caller, endpointOfAnotherVpc, INVOKE, route("GET/claim"), DENIED]),
    ...callers.map((caller) => [caller, outside, INVOKE, route("GET/claim"), DENIED]),
    // A listed endpoint is a way in, and gives nobody more than ours does.
    ...callers.map((caller) => [caller, endpointOfAFriend, INVOKE, route("GET/claim"), ALLOWED]),
    [anybody, endpointOfAFriend, INVOKE, route("GET/claim"), NOT_ALLOWED],
    [roleWithout, endpointOfAFriend, INVOKE, route("GET/claim"), NOT_ALLOWED],
    [stranger, endpointOfAFriend, INVOKE, route("GET/claim"), NOT_ALLOWED],
    // The caller's key, from outside: its own policy alone.
    ...callers.flatMap((caller) => [
      [caller, ours, INVOKE, delegated("dev/GET/claim", `${api.arn}/dev/GET/claim`), ALLOWED],
      [caller, outside, INVOKE, delegated("dev/GET/claim", `${api.arn}/dev/GET/claim`), NOT_ALLOWED],
      [caller, endpointOfAnotherVpc, INVOKE, delegated("dev/GET/claim", `${api.arn}/dev/GET/claim`), NOT_ALLOWED],
    ]),
    ...callers.map((caller) => [caller, besides("claims-execute-api"), "execute-api:InvalidateCache", delegated("dev/GET/claim", `${api.arn}/dev/GET/claim`), NOT_ALLOWED]),
    // The caller policy is for the five routes of this stage.
    ...callers.map((caller) => [caller, ours, INVOKE, route("DELETE/claim"), NOT_ALLOWED]),
    ...callers.map((caller) => [caller, ours, INVOKE, route("GET/claim", "prod"), NOT_ALLOWED]),
    ...callers.map((caller) => [caller, ours, INVOKE, bait("API", arn("execute-api", "0th3r4p1/dev/GET/claim", ANOTHER_ACCOUNT)), NOT_ALLOWED]),
    ...callers.map((caller) => [caller, outside, "execute-api:InvalidateCache", route("GET/claim"), NOT_ALLOWED]),
    [roleWithout, outside, "execute-api:InvalidateCache", route("GET/claim"), NOT_ALLOWED],
    [administrator, ours, "execute-api:InvalidateCache", route("GET/claim"), NOT_ALLOWED],
    [administrator, ours, INVOKE, thing("another API of ours", { arn: arn("execute-api", "0th3r4p1/dev/GET/claim") }), NOT_ALLOWED],
    // The resource policy names the account, which is not enough by itself.
    [anybody, ours, INVOKE, route("GET/claim"), NOT_ALLOWED],
    [anybody, endpointOfAnotherVpc, INVOKE, route("GET/claim"), DENIED],
    [roleWithout, ours, INVOKE, route("GET/claim"), NOT_ALLOWED],
    ...functions.map((name) => [role(name), ours, INVOKE, route("GET/claim"), NOT_ALLOWED]),
    [stranger, ours, INVOKE, route("GET/claim"), NOT_ALLOWED],
    [stranger, endpointOfAnotherVpc, INVOKE, route("GET/claim"), DENIED],
    // Whoever may do everything in the account still has to come through the endpoint.
    [administrator, ours, INVOKE, route("GET/claim"), ALLOWED],
    [administrator, endpointOfAnotherVpc, INVOKE, route("GET/claim"), DENIED],
    [administrator, outside, INVOKE, route("GET/claim"), DENIED],
  ];
}

/** With callers.json. Everybody here may call by a policy of his own, so that the API's alone decides. */
export function named(deployment) {
  const { anybody, role, identity, stranger, endpoint, endpointOfAFriend, outside, thing, ANOTHER_ACCOUNT } = words(deployment);
  const { api, account, functions } = deployment;
  const ours = endpoint("claims-execute-api");
  const route = (path) => thing(path, { arn: `${api.arn}/dev/${path}`, policy: api.policy });
  // A history nobody of the file may read.
  const all = [...ROUTES, ...(functions["claims-listClaimHistory"] ? ["GET/claim/0190f8f4/history"] : [])];
  return [
    ...Object.entries(MAY).flatMap(([who, routes]) => all.flatMap((path) => [
      [identity(who, account), ours, INVOKE, route(path), routes.includes(path) ? ALLOWED : DENIED],
      [identity(who, account), endpointOfAFriend, INVOKE, route(path), routes.includes(path) ? ALLOWED : DENIED],
      [identity(who, account), outside, INVOKE, route(path), DENIED],
      [identity(who, ANOTHER_ACCOUNT), ours, INVOKE, route(path), DENIED],
    ])),
    // By the policies that they have.
    ...ROUTES.flatMap((path) => ["claims-bastion", "claims-client-client"].map((name) =>
      [role(name), ours, INVOKE, route(path), MAY[`role/${name}`].includes(path) ? ALLOWED : DENIED])),
    ...ROUTES.flatMap((path) => [anybody, stranger].map((who) => [who, ours, INVOKE, route(path), DENIED])),
  ];
}

/** As it would be without the file: what it adds are denials of their own, as part_1.tftest.hcl shows. */
export function withoutNames(deployment) {
  const { policy } = deployment.api;
  const others = policy.Statement.filter(({ Sid }) => !Sid.startsWith("NobodyElse"));
  return { ...deployment, api: { ...deployment.api, policy: { ...policy, Statement: others } } };
}
