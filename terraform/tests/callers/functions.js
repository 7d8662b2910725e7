// What each function's role may do: its DynamoDB actions on one table, through the endpoint, and hardly anything besides.
// Rows: who, from where, does, on what, the answer, and what else the request says.

import { ALLOWED, DENIED, NOT_ALLOWED, words } from "./callers.js";
import { everyAction } from "./matrix.js";

const ITS_ACTIONS = {
  createClaim: ["PutItem"], listClaims: ["Query"], getClaim: ["GetItem"], updateClaim: ["UpdateItem"],
  // The second for as long as 0.2.0 is a way back.
  deleteClaim: ["UpdateItem", "DeleteItem"],
  // On the history's table.
  recordHistory: ["PutItem"], listClaimHistory: ["Query"],
};
const OF_THE_HISTORY = ["recordHistory", "listClaimHistory"];
const INTERFACE_ACTIONS = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"];

export async function functions(deployment) {
  const { account, region, tableKey, logKey, bucket } = deployment;
  const { role, endpoint, besides, outside, endpointOfAnotherVpc, thing, bait, delegated, noResource, arn, ANOTHER_ACCOUNT } = words(deployment);
  const [storage, inside] = [endpoint("claims-dynamodb"), besides("claims-dynamodb")];
  const at = (TableName) => everyAction("dynamodb", { Partition: "aws", Region: region, Account: account, TableName, GlobalTableName: TableName });
  const every = [];
  for (const { arn } of [deployment.table, deployment.history]) every.push(...await at(arn.split("/")[1]));
  every.push(...await at("anotherTable"));
  for (const { arn } of [deployment.table, deployment.history]) if (!every.some((pair) => pair.arn === arn)) throw new Error(`${arn} is in none of the pairs`);

  const deployed = Object.entries(ITS_ACTIONS).filter(([operation]) => deployment.functions[`claims-${operation}`]);
  return deployed.flatMap(([operation, actions]) => {
    const table = OF_THE_HISTORY.includes(operation) ? deployment.history : deployment.table;
    // Which streams there are: it knows no resource.
    const findsStreams = (action) => operation === "recordHistory" && action === "dynamodb:ListStreams";
    const it = role(`claims-${operation}`);
    const itsGroup = (name) => arn("logs", `log-group:/aws/lambda/claims-${name}:log-stream:2026/11/23`);
    const interfaceOf = (action) => noResourceOr(action, arn, noResource());
    const code = { "lambda:SourceFunctionArn": deployment.functions[`claims-${operation}`].arn };
    const throughDynamoDb = { "kms:ViaService": `dynamodb.${region}.amazonaws.com`, "kms:CallerAccount": account };
    const another = Object.keys(ITS_ACTIONS).find((name) => name !== operation);
    return [
      // ---- the table: whichever member's claims it asks for; the member is checked by no policy ----
      ...actions.flatMap((own) => [
        [it, storage, `dynamodb:${own}`, thing("the table", table), ALLOWED, { "dynamodb:LeadingKeys": ["MEMBER#123"] }],
        [it, storage, `dynamodb:${own}`, thing("another table", { arn: `${table.arn}2` }), NOT_ALLOWED],
        [it, storage, `dynamodb:${own}`, bait("table", table.arn.replace(account, ANOTHER_ACCOUNT)), NOT_ALLOWED],
        // The role's key, from outside: carried away, it opens nothing.
        [it, outside, `dynamodb:${own}`, thing("the table", table), NOT_ALLOWED],
        [it, endpointOfAnotherVpc, `dynamodb:${own}`, thing("the table", table), NOT_ALLOWED],
        [it, besides("claims-execute-api"), `dynamodb:${own}`, thing("the table", table), NOT_ALLOWED],
      ]),
      // Without the endpoint's policy, so that the role alone is asked.
      ...every.map(({ action, arn: on }) => {
        const its = actions.some((own) => action === `dynamodb:${own}`) && on === table.arn || findsStreams(action);
        return [it, inside, action, thing(on, { arn: on }), its ? ALLOWED : NOT_ALLOWED];
      }),

      // ---- the keys: only by way of DynamoDB, and never the one of the logs ----
      [it, outside, "kms:Decrypt", thing("the table's key", tableKey), ALLOWED, throughDynamoDb],
      // The role's own side alone.
      [it, outside, "kms:Decrypt", delegated("the table's key", tableKey.arn), ALLOWED, throughDynamoDb],
      [it, outside, "kms:Decrypt", delegated("the table's key", tableKey.arn), NOT_ALLOWED],
      [it, outside, "kms:ScheduleKeyDeletion", delegated("the table's key", tableKey.arn), NOT_ALLOWED, throughDynamoDb],
      [it, outside, "kms:Decrypt", delegated("the logs' key", logKey.arn), NOT_ALLOWED, throughDynamoDb],
      [it, outside, "kms:Decrypt", thing("the table's key", tableKey), NOT_ALLOWED],
      [it, outside, "kms:Decrypt", thing("the table's key", tableKey), NOT_ALLOWED, { ...throughDynamoDb, "kms:ViaService": `s3.${region}.amazonaws.com` }],
      [it, outside, "kms:Decrypt", thing("the table's key", tableKey), NOT_ALLOWED, { ...throughDynamoDb, "kms:CallerAccount": ANOTHER_ACCOUNT }],
      [it, outside, "kms:ScheduleKeyDeletion", thing("the table's key", tableKey), NOT_ALLOWED, throughDynamoDb],
      [it, outside, "kms:CreateGrant", thing("the table's key", tableKey), NOT_ALLOWED, throughDynamoDb],
      [it, outside, "kms:Decrypt", thing("the logs' key", logKey), NOT_ALLOWED, throughDynamoDb],

      // ---- its own log, written and never read ----
      [it, outside, "logs:PutLogEvents", thing("its log", { arn: itsGroup(operation) }), ALLOWED],
      [it, outside, "logs:PutLogEvents", thing("another function's log", { arn: itsGroup(another) }), NOT_ALLOWED],
      [it, outside, "logs:GetLogEvents", thing("its log", { arn: itsGroup(operation) }), NOT_ALLOWED],
      [it, outside, "xray:PutTraceSegments", noResource(), ALLOWED],
      [it, outside, "xray:GetTraceSummaries", noResource(), NOT_ALLOWED],

      // ---- network interfaces: the Lambda service makes them in this role's name, the function's code may not ----
      ...INTERFACE_ACTIONS.map((action) => [it, outside, action, interfaceOf(action), ALLOWED]),
      ...INTERFACE_ACTIONS.map((action) => [it, outside, action, interfaceOf(action), DENIED, code]),

      // ---- nothing else ----
      [it, outside, "lambda:InvokeFunction", thing("another function", { arn: deployment.functions[`claims-${another}`].arn }), NOT_ALLOWED],
      [it, outside, "lambda:UpdateFunctionCode", thing("itself", { arn: deployment.functions[`claims-${operation}`].arn }), NOT_ALLOWED],
      [it, outside, "sts:AssumeRole", thing("another function's role", roleAsThing(deployment, `claims-${another}`)), NOT_ALLOWED],
      [it, outside, "iam:PassRole", thing("its role", { arn: it.principal }), NOT_ALLOWED],
      [it, outside, "s3:GetObject", thing("the bucket", { ...bucket, arn: `${bucket.arn}/examples/claims` }), NOT_ALLOWED, { "aws:SecureTransport": "true" }],
      [it, outside, "ec2:TerminateInstances", thing("an instance", { arn: arn("ec2", "instance/i-0example") }), NOT_ALLOWED],
      [it, outside, "ssm:GetParameter", thing("a parameter", { arn: arn("ssm", "parameter/secret") }), NOT_ALLOWED],
      ...changes(deployment, it, operation === "recordHistory"),
    ];
  });
}

// The table's changes, and the bucket for those that cannot be written down: Lambda's own work, with the recorder's role alone.
function changes({ table, failures }, it, itIs) {
  const { outside, thing } = words({ roles: {}, endpoints: {}, account: table.arn.split(":")[4], region: table.arn.split(":")[3] });
  const stream = (name, arn) => thing(name, { arn });
  const object = (name, bucket) => thing(name, { ...bucket, arn: `${bucket.arn}/aws/lambda/1` });
  const TLS = { "aws:SecureTransport": "true" };
  const its = itIs ? ALLOWED : NOT_ALLOWED;
  return [
    ...["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"].flatMap((action) => [
      [it, outside, action, stream("the table's stream", table.stream), its],
      [it, outside, action, stream("an older stream of the table", `${table.arn}/stream/2020-01-01T00:00:00.000`), NOT_ALLOWED],
      [it, outside, action, stream("another table's stream", `${table.arn}2/stream/2020-01-01T00:00:00.000`), NOT_ALLOWED],
    ]),
    ...["dynamodb:GetResourcePolicy", "dynamodb:PutResourcePolicy"].map((action) => [it, outside, action, stream("the table's stream", table.stream), NOT_ALLOWED]),
    [it, outside, "s3:PutObject", object("the bucket of failures", failures), its, TLS],
    [it, outside, "s3:PutObject", object("another bucket", { arn: "arn:aws:s3:::another" }), NOT_ALLOWED, TLS],
    [it, outside, "s3:GetObject", object("the bucket of failures", failures), NOT_ALLOWED, TLS],
    [it, outside, "s3:DeleteObject", object("the bucket of failures", failures), NOT_ALLOWED, TLS],
    [it, outside, "s3:ListBucket", thing("the bucket of failures", failures), its, TLS],
    [it, outside, "s3:ListBucket", thing("another bucket", { arn: "arn:aws:s3:::another" }), NOT_ALLOWED, TLS],
    [it, outside, "s3:DeleteBucket", thing("the bucket of failures", failures), NOT_ALLOWED, TLS],
  ];
}

// Describe* knows no resource.
const noResourceOr = (action, arn, everything) =>
  action.includes(":Describe") ? everything : { ...everything, name: "an interface", arn: arn("ec2", "network-interface/eni-0example") };

const roleAsThing = ({ roles }, name) => ({ arn: roles[name].arn, policy: roles[name].trust });
