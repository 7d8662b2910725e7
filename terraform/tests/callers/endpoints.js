// What may pass an endpoint, whoever asks, and what the instances behind them may do.
// Rows: who, from where, does, on what, the answer, and what else the request says.

import { ALLOWED, DENIED, NOT_ALLOWED, words } from "./callers.js";
import { everyAction } from "./matrix.js";

const PASSES = {
  "claims-dynamodb": ["dynamodb:PutItem", "dynamodb:Query", "dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"],
  "claims-ssm": ["ssm:UpdateInstanceInformation"],
  "claims-client-ssm": ["ssm:UpdateInstanceInformation"],
  "claims-ssmmessages": ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"].map((name) => `ssmmessages:${name}`),
  "claims-client-ssmmessages": ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"].map((name) => `ssmmessages:${name}`),
};
const INSTANCES = { "claims-bastion": "claims-s3", "claims-client-client": "claims-client-s3" };
const TLS = { "aws:SecureTransport": "true" };

export async function endpoints(deployment) {
  const { account, region, table, history, bucket } = deployment;
  const { administrator, stranger, anybody, endpoint, thing, bait, opened, noResource, ANOTHER_ACCOUNT } = words(deployment);
  const rows = [];

  // Every action of the service by somebody who may do everything, so that the endpoint alone is asked.
  for (const [name, passing] of Object.entries(PASSES)) {
    const service = passing[0].split(":")[0];
    const fill = { Partition: "aws", Region: region, Account: account, TableName: table.arn.split("/")[1] };
    for (const { action, arn } of await everyAction(service, fill)) {
      const passes = passing.includes(action) && (service !== "dynamodb" || arn === table.arn);
      const on = arn === "*" ? noResource() : thing(arn, { arn });
      rows.push([administrator, endpoint(name), action, on, passes ? ALLOWED : NOT_ALLOWED]);
    }
  }
  // To the history's table what works on it, and no more.
  const writesAndReads = ["dynamodb:PutItem", ...(deployment.functions["claims-listClaimHistory"] ? ["dynamodb:Query"] : [])];
  for (const { action, arn } of await everyAction("dynamodb", { Partition: "aws", Region: region, Account: account, TableName: history.arn.split("/")[1] })) {
    const on = arn === "*" ? noResource() : thing(arn, { arn });
    rows.push([administrator, endpoint("claims-dynamodb"), action, on, writesAndReads.includes(action) && arn === history.arn ? ALLOWED : NOT_ALLOWED]);
  }
  rows.push([stranger, endpoint("claims-dynamodb"), "dynamodb:PutItem", opened("the history's table", history.arn), NOT_ALLOWED]);
  // Keys of another account do not get through, not even to what would admit them.
  rows.push([stranger, endpoint("claims-dynamodb"), "dynamodb:PutItem", opened("the table", table.arn), NOT_ALLOWED]);
  rows.push([administrator, endpoint("claims-dynamodb"), "dynamodb:PutItem", bait("table", table.arn.replace(account, ANOTHER_ACCOUNT)), NOT_ALLOWED]);
  for (const name of Object.keys(PASSES).filter((name) => name.endsWith("ssmmessages"))) {
    rows.push([stranger, endpoint(name), "ssmmessages:OpenDataChannel", noResource(ANOTHER_ACCOUNT), NOT_ALLOWED]);
  }
  for (const name of ["claims-ssm", "claims-client-ssm"]) {
    const instance = bait("instance", `arn:aws:ec2:${region}:${ANOTHER_ACCOUNT}:instance/i-0example`);
    rows.push([stranger, endpoint(name), "ssm:UpdateInstanceInformation", instance, NOT_ALLOWED]);
  }

  for (const name of Object.values(INSTANCES)) {
    const s3 = endpoint(name);
    const object = (key) => thing(`the bucket's ${key}`, { ...bucket, arn: `${bucket.arn}/${key}` });
    const packages = bait("Amazon Linux repository", `arn:aws:s3:::al2023-repos-${region}-de612dc2/kernel.rpm`);
    rows.push(
      [administrator, s3, "s3:GetObject", object("examples/claims"), ALLOWED, TLS],
      [administrator, s3, "s3:GetObject", object("elsewhere/claims"), NOT_ALLOWED, TLS],
      [administrator, s3, "s3:PutObject", object("examples/claims"), NOT_ALLOWED, TLS],
      // The way out for data: a bucket of somebody else's that takes everything.
      [administrator, s3, "s3:PutObject", bait("bucket", "arn:aws:s3:::somebody-elses/loot"), NOT_ALLOWED],
      [stranger, s3, "s3:PutObject", bait("bucket", "arn:aws:s3:::somebody-elses/loot"), NOT_ALLOWED],
      [anybody, s3, "s3:GetObject", bait("bucket", "arn:aws:s3:::somebody-elses/malware"), NOT_ALLOWED],
      [anybody, s3, "s3:GetObject", packages, ALLOWED],
      [anybody, s3, "s3:PutObject", packages, NOT_ALLOWED],
      [stranger, s3, "s3:GetObject", opened("the bucket's examples/claims", `${bucket.arn}/examples/claims`), NOT_ALLOWED],
    );
  }
  return rows;
}

export function instances(deployment) {
  const { bucket, table, tableKey, roles } = deployment;
  const { role, outside, endpoint, besides, endpointOfAnotherVpc, thing, noResource, arn } = words(deployment);
  return Object.entries(INSTANCES).flatMap(([name, s3Name]) => {
    const [it, s3, inside] = [role(name), endpoint(s3Name), besides(s3Name)];
    const object = (key) => thing(`the bucket's ${key}`, { ...bucket, arn: `${bucket.arn}/${key}` });
    const list = thing("the bucket", bucket);
    return [
      [it, s3, "s3:GetObject", object("examples/claims"), ALLOWED, TLS],
      [it, s3, "s3:GetObject", object("examples/claims"), DENIED, { "aws:SecureTransport": "false" }],
      [it, s3, "s3:ListBucket", list, ALLOWED, { ...TLS, "s3:prefix": "examples/claims" }],
      // The role's key, from outside: carried away, it opens nothing.
      ...[outside, endpointOfAnotherVpc, besides("claims-execute-api")].flatMap((where) => [
        [it, where, "s3:GetObject", object("examples/claims"), NOT_ALLOWED, TLS],
        [it, where, "s3:ListBucket", list, NOT_ALLOWED, { ...TLS, "s3:prefix": "examples/claims" }],
      ]),
      // Without the endpoint's policy, so that the role alone is asked.
      [it, inside, "s3:ListBucket", thing("another bucket", { arn: "arn:aws:s3:::another" }), NOT_ALLOWED, { ...TLS, "s3:prefix": "examples/claims" }],
      [it, inside, "s3:ListBucketVersions", list, NOT_ALLOWED, { ...TLS, "s3:prefix": "examples/claims" }],
      [it, inside, "s3:ListBucket", list, NOT_ALLOWED, { ...TLS, "s3:prefix": "" }],
      [it, inside, "s3:ListBucket", list, NOT_ALLOWED, TLS],
      [it, inside, "s3:GetObject", object("elsewhere/claims"), NOT_ALLOWED, TLS],
      [it, inside, "s3:PutObject", object("examples/claims"), NOT_ALLOWED, TLS],
      [it, inside, "s3:DeleteObject", object("examples/claims"), NOT_ALLOWED, TLS],
      [it, outside, "ssmmessages:OpenDataChannel", noResource(), ALLOWED],
      // What AmazonSSMManagedInstanceCore would give besides.
      [it, outside, "ssm:GetParameter", thing("a parameter", { arn: arn("ssm", "parameter/secret") }), NOT_ALLOWED],
      // The claims: by way of the API or not at all.
      ...["GetItem", "Query", "Scan", "PutItem", "DeleteItem"].map((action) => [it, outside, `dynamodb:${action}`, thing("the table", table), NOT_ALLOWED]),
      [it, outside, "kms:Decrypt", thing("the table's key", tableKey), NOT_ALLOWED],
      [it, outside, "lambda:InvokeFunction", thing("a function", { arn: deployment.functions["claims-getClaim"].arn }), NOT_ALLOWED],
      [it, outside, "sts:AssumeRole", thing("a function's role", { arn: roles["claims-getClaim"].arn, policy: roles["claims-getClaim"].trust }), NOT_ALLOWED],
    ];
  });
}
