// What Terraform has applied, as far as it decides who may do what: read from `terraform show -json`, nothing copied by hand.

import { readFileSync } from "node:fs";

const resourcesOf = (module) => [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(resourcesOf)];

export function read(file) {
  const { root_module, outputs } = JSON.parse(readFileSync(file, "utf8")).values;
  const all = resourcesOf(root_module).filter((resource) => resource.mode === "managed");
  const ofType = (type) => all.filter((resource) => resource.type === type).map((resource) => resource.values);
  const one = (type) => only(type, ofType(type));
  const output = Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));

  const rolePolicies = ofType("aws_iam_role_policy");
  const roles = byName(ofType("aws_iam_role"), (role) => role.name, (role) => ({
    arn: role.arn,
    trust: JSON.parse(role.assume_role_policy),
    policies: rolePolicies.filter((own) => own.role === role.name).map((own) => ({ name: own.name, policy: JSON.parse(own.policy) })),
  }));

  // A policy of its own replaces the one that the endpoint was made with.
  const attached = ofType("aws_vpc_endpoint_policy");
  const endpoints = byName(ofType("aws_vpc_endpoint"), (endpoint) => endpoint.tags.Name, (endpoint) => ({
    id: endpoint.id,
    vpc: endpoint.vpc_id,
    policy: bounding(JSON.parse((attached.find((own) => own.vpc_endpoint_id === endpoint.id) ?? endpoint).policy)),
  }));

  const permissions = ofType("aws_lambda_permission");
  const functions = byName(ofType("aws_lambda_function"), (fn) => fn.function_name, (fn) => ({
    arn: fn.arn,
    policy: policyOf(permissions.filter((permission) => permission.function_name === fn.function_name), fn.arn),
    table: fn.environment[0].variables.HISTORY_TABLE_NAME ?? fn.environment[0].variables.DYNAMODB_TABLE_NAME,
  }));

  const key = (name) => {
    const { target_key_arn } = only(name, ofType("aws_kms_alias").filter((alias) => alias.name.endsWith(name)));
    const found = only(target_key_arn, ofType("aws_kms_key").filter((key) => key.arn === target_key_arn));
    return { arn: found.arn, policy: JSON.parse(found.policy) };
  };

  const tableOf = (name) => only(name, ofType("aws_dynamodb_table").filter((table) => table.name === name));
  const bucketOf = (name) => {
    const { policy } = only(name, ofType("aws_s3_bucket_policy").filter((own) => own.bucket === name));
    return { arn: only(name, ofType("aws_s3_bucket").filter((bucket) => bucket.bucket === name)).arn, policy: JSON.parse(policy) };
  };

  return {
    account: output.account_id,
    region: output.region,
    stage: output.stage,
    authorization: output.authorization,
    callerPolicy: JSON.parse(output.caller_policy),
    roles,
    endpoints,
    functions,
    api: { arn: one("aws_api_gateway_rest_api").execution_arn, policy: JSON.parse(one("aws_api_gateway_rest_api_policy").policy) },
    table: { arn: tableOf(output.table_name).arn, stream: tableOf(output.table_name).stream_arn },
    history: { arn: tableOf(output.history_table_name).arn },
    tableKey: key("-table"),
    logKey: key("-logs"),
    bucket: bucketOf(output.artifact_bucket),
    failures: bucketOf(output.failures_bucket),
  };
}

function only(what, found) {
  if (found.length !== 1) throw new Error(`${found.length} of ${what}: the table of callers knows one`);
  return found[0];
}

const byName = (list, name, entry) => Object.fromEntries(list.map((values) => [name(values), entry(values)]));

// The evaluator takes an endpoint policy's principal for everybody, whatever it says.
function bounding(policy) {
  if (policy.Statement.some((statement) => statement.Principal !== "*")) throw new Error("an endpoint policy that names a principal");
  return policy;
}

// As Lambda writes it down: none without a permission. What is not given is no condition.
const policyOf = (permissions, arn) => permissions.length === 0 ? undefined : ({
  Version: "2012-10-17",
  Statement: permissions.map(({ statement_id, principal, action, source_arn, source_account }) => ({
    Sid: statement_id,
    Effect: "Allow",
    Principal: principal.endsWith(".amazonaws.com") ? { Service: principal } : principal === "*" ? "*" : { AWS: principal },
    Action: action,
    Resource: arn,
    Condition: {
      ...(source_arn && { ArnLike: { "aws:SourceArn": source_arn } }),
      ...(source_account && { StringEquals: { "aws:SourceAccount": source_account } }),
    },
  })),
});
