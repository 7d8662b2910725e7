// Who takes a role, who starts a function, who uses a key: AWS's own services in our name.
// Rows: who, from where, does, on what, the answer, and what else the request says.

import { ALLOWED, DENIED, NOT_ALLOWED, words } from "./callers.js";

const TAKEN_BY = {
  "claims-createClaim": "lambda.amazonaws.com",
  "claims-listClaims": "lambda.amazonaws.com",
  "claims-getClaim": "lambda.amazonaws.com",
  "claims-updateClaim": "lambda.amazonaws.com",
  "claims-deleteClaim": "lambda.amazonaws.com",
  "claims-listClaimHistory": "lambda.amazonaws.com",
  "claims-recordHistory": "lambda.amazonaws.com",
  "claims-bastion": "ec2.amazonaws.com",
  "claims-client-client": "ec2.amazonaws.com",
  "claims-api-gateway-logs": "apigateway.amazonaws.com",
  "claims-api-flow-log": "vpc-flow-logs.amazonaws.com",
  "claims-client-flow-log": "vpc-flow-logs.amazonaws.com",
};
// For these roles AWS says for whom the service acts, and the trust policy looks at it.
const ONLY_FOR_US = ["claims-api-flow-log", "claims-client-flow-log"];
const ROUTE = {
  createClaim: "POST/claim",
  listClaims: "GET/claim",
  getClaim: "GET/claim/0190f8f4",
  updateClaim: "PUT/claim/0190f8f4",
  deleteClaim: "DELETE/claim/0190f8f4",
  listClaimHistory: "GET/claim/0190f8f4/history",
};

export function services(deployment) {
  const { account, region, roles, functions, api, table } = deployment;
  const { administrator, anybody, stranger, role, service, outside, thing, opened, arn, ANOTHER_ACCOUNT } = words(deployment);
  const rows = [];

  for (const [name, itself] of Object.entries(TAKEN_BY).filter(([name]) => roles[name])) {
    const taken = thing(`the role ${name}`, { arn: roles[name].arn, policy: roles[name].trust });
    for (const host of new Set(Object.values(TAKEN_BY))) {
      rows.push([service(host, account), outside, "sts:AssumeRole", taken, host === itself ? ALLOWED : NOT_ALLOWED]);
    }
    rows.push([service(itself, account), outside, "sts:TagSession", taken, NOT_ALLOWED]);
    if (ONLY_FOR_US.includes(name)) rows.push([service(itself, ANOTHER_ACCOUNT), outside, "sts:AssumeRole", taken, NOT_ALLOWED]);
    // No person takes it, not even one who may do everything.
    rows.push([administrator, outside, "sts:AssumeRole", taken, NOT_ALLOWED], [stranger, outside, "sts:AssumeRole", taken, NOT_ALLOWED]);
  }

  const gateway = service("apigateway.amazonaws.com");
  const routes = Object.entries(ROUTE).filter(([operation]) => functions[`claims-${operation}`]);
  // A star in a permission's source stands for slashes too: getClaim's covers its history.
  const covers = (own, path) => path === own || own === ROUTE.getClaim && path === ROUTE.listClaimHistory;
  for (const [operation, own] of routes) {
    const fn = thing(`the function ${operation}`, functions[`claims-${operation}`]);
    const from = (source) => ({ "aws:SourceArn": source });
    for (const [, path] of routes) {
      rows.push([gateway, outside, "lambda:InvokeFunction", fn, covers(own, path) ? ALLOWED : NOT_ALLOWED, from(`${api.arn}/dev/${path}`)]);
    }
    rows.push(
      [gateway, outside, "lambda:InvokeFunction", fn, NOT_ALLOWED, from(`${api.arn}/prod/${own}`)],
      [gateway, outside, "lambda:InvokeFunction", fn, NOT_ALLOWED, from(arn("execute-api", `0th3r4p1/dev/${own}`))],
      [gateway, outside, "lambda:InvokeFunction", fn, NOT_ALLOWED, from(arn("execute-api", `0th3r4p1/dev/${own}`, ANOTHER_ACCOUNT))],
      [gateway, outside, "lambda:InvokeFunction", fn, NOT_ALLOWED],
      [gateway, outside, "lambda:UpdateFunctionCode", fn, NOT_ALLOWED, from(`${api.arn}/dev/${own}`)],
      [service("events.amazonaws.com"), outside, "lambda:InvokeFunction", fn, NOT_ALLOWED, from(`${api.arn}/dev/${own}`)],
      [stranger, outside, "lambda:InvokeFunction", fn, NOT_ALLOWED],
      [anybody, outside, "lambda:InvokeFunctionUrl", fn, NOT_ALLOWED],
    );
  }

  // Nobody starts the recorder: Lambda itself does, with what it has read by the recorder's role.
  const recorder = thing("the function recordHistory", functions["claims-recordHistory"]);
  rows.push(
    [gateway, outside, "lambda:InvokeFunction", recorder, NOT_ALLOWED, { "aws:SourceArn": `${api.arn}/dev/GET/claim` }],
    [service("dynamodb.amazonaws.com"), outside, "lambda:InvokeFunction", recorder, NOT_ALLOWED],
    [stranger, outside, "lambda:InvokeFunction", recorder, NOT_ALLOWED],
    [anybody, outside, "lambda:InvokeFunctionUrl", recorder, NOT_ALLOWED],
  );

  // What the roles of the logs may do: write there, and nothing with claims.
  const stream = (group, owner) => arn("logs", `log-group:${group}:log-stream:1`, owner);
  for (const [name, group] of [["claims-api-flow-log", "/aws/vpc/claims-api"], ["claims-client-flow-log", "/aws/vpc/claims-client"]]) {
    rows.push(
      [role(name), outside, "logs:PutLogEvents", thing(group, { arn: stream(group) }), ALLOWED],
      [role(name), outside, "logs:GetLogEvents", thing(group, { arn: stream(group) }), NOT_ALLOWED],
      [role(name), outside, "logs:PutLogEvents", thing("a function's log", { arn: stream("/aws/lambda/claims-getClaim") }), NOT_ALLOWED],
      [role(name), outside, "dynamodb:Scan", thing("the table", table), NOT_ALLOWED],
    );
  }
  // The record of calls: whoever may read it has a policy of his own, and no role of ours is among them. But for
  // the one by which API Gateway logs: AWS's own policy for it reads too, and nobody but that service takes the role.
  const records = [...Object.keys(functions).map((name) => `/aws/lambda/${name}`), "/aws/apigateway/claims/dev/access"];
  for (const group of records) {
    const [log, itself] = [thing(group, { arn: stream(group) }), thing(group, { arn: arn("logs", `log-group:${group}`) })];
    rows.push([administrator, outside, "logs:GetLogEvents", log, ALLOWED]);
    for (const name of Object.keys(roles)) {
      const reads = name === "claims-api-gateway-logs" ? ALLOWED : NOT_ALLOWED;
      rows.push([role(name), outside, "logs:GetLogEvents", log, reads], [role(name), outside, "logs:FilterLogEvents", itself, reads]);
      for (const other of ["logs:StartQuery", "logs:DeleteLogGroup", "logs:PutRetentionPolicy"]) rows.push([role(name), outside, other, itself, NOT_ALLOWED]);
    }
  }
  const logs = role("claims-api-gateway-logs");
  rows.push(
    [logs, outside, "logs:PutLogEvents", thing("any log of the region", { arn: stream("API-Gateway-Execution-Logs_x/dev") }), ALLOWED],
    [logs, outside, "logs:PutLogEvents", thing("another region's", { arn: stream("x").replace(region, "us-east-1") }), NOT_ALLOWED],
    [logs, outside, "logs:DeleteLogGroup", thing("a group", { arn: arn("logs", "log-group:x") }), NOT_ALLOWED],
    [logs, outside, "dynamodb:Scan", thing("the table", table), NOT_ALLOWED],
  );
  return rows;
}

export function keys(deployment) {
  const { account, region, tableKey, logKey, bucket, failures } = deployment;
  const { administrator, anybody, stranger, roleWithout, roleWithEverything, roleWithNothing, service, outside, thing, ANOTHER_ACCOUNT } = words(deployment);
  const [ofTable, ofLogs] = [thing("the table's key", tableKey), thing("the logs' key", logKey)];
  const via = (host, caller = account) => ({ "kms:ViaService": `${host}.${region}.amazonaws.com`, "kms:CallerAccount": caller });
  const logs = service(`logs.${region}.amazonaws.com`);
  const forGroup = (name, owner = account) => ({ "kms:EncryptionContext:aws:logs:arn": `arn:aws:logs:${region}:${owner}:log-group:${name}` });
  const object = thing("the bucket's object", { ...bucket, arn: `${bucket.arn}/examples/claims` });
  const failed = thing("what failed", { ...failures, arn: `${failures.arn}/aws/lambda/1` });
  return [
    // Administration is not use.
    ...[ofTable, ofLogs].map((key) => [administrator, outside, "kms:ScheduleKeyDeletion", key, ALLOWED]),
    ...[ofTable, ofLogs].map((key) => [administrator, outside, "kms:Decrypt", key, NOT_ALLOWED]),
    ...[ofTable, ofLogs].map((key) => [stranger, outside, "kms:Decrypt", key, NOT_ALLOWED]),
    ...[ofTable, ofLogs].map((key) => [stranger, outside, "kms:ScheduleKeyDeletion", key, NOT_ALLOWED]),
    [administrator, outside, "kms:Decrypt", ofTable, ALLOWED, via("dynamodb")],
    ...["claims-bastion", "claims-client-client"].map((name) => [roleWithEverything(name), outside, "kms:Decrypt", ofTable, NOT_ALLOWED, via("dynamodb")]),
    // The functions' roles, as far as the key itself goes: by way of DynamoDB, to use it, and by their own policies too.
    [roleWithEverything("claims-getClaim"), outside, "kms:Decrypt", ofTable, ALLOWED, via("dynamodb")],
    [roleWithEverything("claims-getClaim"), outside, "kms:Decrypt", ofTable, NOT_ALLOWED, via("s3")],
    [roleWithEverything("claims-getClaim"), outside, "kms:ReplicateKey", ofTable, NOT_ALLOWED, via("dynamodb")],
    [roleWithNothing("claims-getClaim"), outside, "kms:Decrypt", ofTable, NOT_ALLOWED, via("dynamodb")],
    [administrator, outside, "kms:Decrypt", ofTable, NOT_ALLOWED, via("ec2")],
    [administrator, outside, "kms:Decrypt", ofTable, NOT_ALLOWED, via("dynamodb", ANOTHER_ACCOUNT)],
    [administrator, outside, "kms:ReplicateKey", ofTable, NOT_ALLOWED, via("dynamodb")],
    [administrator, outside, "kms:Decrypt", ofLogs, NOT_ALLOWED, via("dynamodb")],
    [roleWithout, outside, "kms:Decrypt", ofTable, NOT_ALLOWED, via("dynamodb")],
    [stranger, outside, "kms:Decrypt", ofTable, NOT_ALLOWED, via("dynamodb", ANOTHER_ACCOUNT)],
    // The logs service, for our groups.
    [logs, outside, "kms:Encrypt", ofLogs, ALLOWED, forGroup("/aws/lambda/claims-getClaim")],
    [logs, outside, "kms:Encrypt", ofLogs, NOT_ALLOWED, forGroup("/aws/lambda/something-else")],
    [logs, outside, "kms:Encrypt", ofLogs, NOT_ALLOWED, forGroup("/aws/lambda/claims-getClaim", ANOTHER_ACCOUNT)],
    [logs, outside, "kms:CreateGrant", ofLogs, NOT_ALLOWED, forGroup("/aws/lambda/claims-getClaim")],
    [stranger, outside, "kms:Encrypt", ofLogs, NOT_ALLOWED, forGroup("/aws/lambda/claims-getClaim")],
    [logs, outside, "kms:Encrypt", ofTable, NOT_ALLOWED, forGroup("/aws/lambda/claims-getClaim")],
    // The bucket of the programs: encrypted transport, no foreigners.
    [administrator, outside, "s3:PutObject", object, ALLOWED, { "aws:SecureTransport": "true" }],
    [administrator, outside, "s3:PutObject", object, DENIED, { "aws:SecureTransport": "false" }],
    [anybody, outside, "s3:GetObject", object, NOT_ALLOWED, { "aws:SecureTransport": "true" }],
    [stranger, outside, "s3:GetObject", object, NOT_ALLOWED, { "aws:SecureTransport": "true" }],
    // What could not be written down: the same.
    [administrator, outside, "s3:GetObject", failed, ALLOWED, { "aws:SecureTransport": "true" }],
    [administrator, outside, "s3:GetObject", failed, DENIED, { "aws:SecureTransport": "false" }],
    [anybody, outside, "s3:GetObject", failed, NOT_ALLOWED, { "aws:SecureTransport": "true" }],
    [stranger, outside, "s3:GetObject", failed, NOT_ALLOWED, { "aws:SecureTransport": "true" }],
    [roleWithout, outside, "s3:GetObject", failed, NOT_ALLOWED, { "aws:SecureTransport": "true" }],
    [roleWithEverything("claims-recordHistory"), outside, "kms:Decrypt", ofTable, ALLOWED, via("dynamodb")],
    [roleWithNothing("claims-recordHistory"), outside, "kms:Decrypt", ofTable, NOT_ALLOWED, via("dynamodb")],
  ];
}
