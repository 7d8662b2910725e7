# Part 1 as planned by the real provider, offline: fake keys, and what only AWS can know is given here.
# Outputs of modules are asserted; what landed after an apply is asserted by simulator/read_back.py.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                 = "claims"
  bastion              = true
  lambda_zip           = "./tests/package.stand-in"
  example_binaries_dir = "./tests/none"
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}
override_data {
  target = data.aws_availability_zones.available
  values = { names = ["eu-central-1c", "eu-central-1a", "eu-central-1b"] }
}
override_data {
  target = data.aws_ssm_parameter.al2023
  values = { insecure_value = "ami-0123456789abcdef0" }
}
override_resource {
  target          = module.execute_api_endpoint[0].aws_vpc_endpoint.this
  override_during = plan
  values = {
    id        = "vpce-0123456789abcdef0"
    dns_entry = [{ dns_name = "vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com", hosted_zone_id = "Z0" }]
  }
}
override_resource {
  target          = module.api.aws_api_gateway_rest_api.this
  override_during = plan
  values = {
    id            = "abcdef1234"
    arn           = "arn:aws:apigateway:eu-central-1::/restapis/abcdef1234"
    execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234"
  }
}
override_resource {
  target          = module.table.aws_dynamodb_table.this
  override_during = plan
  values = {
    arn        = "arn:aws:dynamodb:eu-central-1:123456789012:table/claims-claims"
    stream_arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/claims-claims/stream/2026-11-25T00:00:00.000"
  }
}
override_resource {
  target          = module.history[0].aws_dynamodb_table.this
  override_during = plan
  values          = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/claims-history" }
}
override_resource {
  target          = module.failures[0].aws_s3_bucket.this
  override_during = plan
  values          = { id = "failures", bucket = "failures", arn = "arn:aws:s3:::failures" }
}
override_resource {
  target          = aws_iam_role.recorder[0]
  override_during = plan
  values          = { id = "claims-recordHistory", arn = "arn:aws:iam::123456789012:role/claims-recordHistory" }
}
override_resource {
  target          = module.recorder[0].aws_cloudwatch_log_group.this
  override_during = plan
  values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:function" }
}
override_resource {
  target          = module.table.aws_kms_key.this[0]
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-central-1:123456789012:key/table", key_id = "table" }
}
override_resource {
  target          = module.dynamodb_endpoint[0].aws_vpc_endpoint.this
  override_during = plan
  values          = { id = "vpce-0aaaaaaaaaaaaaaaa", prefix_list_id = "pl-0aaaaaaaaaaaaaaaa" }
}
override_resource {
  target          = module.log_key[0].aws_kms_key.this
  override_during = plan
  values          = { arn = "arn:aws:kms:eu-central-1:123456789012:key/logs", key_id = "logs" }
}
override_resource {
  target          = aws_iam_role.function
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/claims-function" }
}

override_resource {
  target          = module.function["createClaim"].aws_cloudwatch_log_group.this
  override_during = plan
  values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:function" }
}
override_resource {
  target          = module.function["listClaims"].aws_cloudwatch_log_group.this
  override_during = plan
  values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:function" }
}
override_resource {
  target          = module.function["getClaim"].aws_cloudwatch_log_group.this
  override_during = plan
  values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:function" }
}
override_resource {
  target          = module.function["updateClaim"].aws_cloudwatch_log_group.this
  override_during = plan
  values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:function" }
}
override_resource {
  target          = module.function["deleteClaim"].aws_cloudwatch_log_group.this
  override_during = plan
  values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:function" }
}
override_resource {
  target          = module.function["listClaimHistory"].aws_cloudwatch_log_group.this
  override_during = plan
  values          = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:function" }
}
override_resource {
  target          = module.artifacts[0].aws_s3_bucket.this
  override_during = plan
  values          = { id = "artifacts", bucket = "artifacts", arn = "arn:aws:s3:::artifacts" }
}

run "defaults" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  assert {
    condition     = output.table_name == "claims-claims"
    error_message = "the table is named by the deployment"
  }
  assert {
    condition     = values(module.api_vpc[0].subnet_zones) == ["eu-central-1a", "eu-central-1b"]
    error_message = "two subnets in two zones, the first two by name"
  }
  assert {
    condition     = length(module.client_vpc) == 0 && length(module.resolver_inbound) == 0
    error_message = "part 2 is off unless client_vpcs names a VPC"
  }

  # ---- the rendered import document: what a simulator does not import is proven here ----
  assert {
    condition     = jsondecode(module.api.body).openapi == "3.0.3"
    error_message = "API Gateway imports OpenAPI 3.0, not 3.1"
  }
  assert {
    condition = { for route in flatten([for path, item in jsondecode(module.api.body).paths : [for method, operation in item :
      { key = "${upper(method)} ${path}", value = operation["x-amazon-apigateway-integration"].uri } if contains(["get", "put", "post", "delete"], method)]]) : route.key => route.value if route.key != "GET /claim/{claimId}/history" } == {
      "POST /claim"             = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:claims-createClaim/invocations"
      "GET /claim"              = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:claims-listClaims/invocations"
      "GET /claim/{claimId}"    = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:claims-getClaim/invocations"
      "PUT /claim/{claimId}"    = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:claims-updateClaim/invocations"
      "DELETE /claim/{claimId}" = "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:123456789012:function:claims-deleteClaim/invocations"
    }
    error_message = "each route to its own function"
  }
  assert {
    condition = alltrue(flatten([for item in values(jsondecode(module.api.body).paths) : [for method, operation in item :
      operation["x-amazon-apigateway-integration"].type == "aws_proxy" && operation["x-amazon-apigateway-integration"].httpMethod == "POST" &&
    operation["x-amazon-apigateway-integration"].timeoutInMillis <= 29000 if contains(["get", "put", "post", "delete"], method)]]))
    error_message = "each integration is a Lambda proxy, called by POST, within the gateway's 29 seconds"
  }
  assert {
    condition     = alltrue(flatten([for item in values(jsondecode(module.api.body).paths) : [for method, operation in item : operation["x-amazon-apigateway-auth"].type == "NONE" if contains(["get", "put", "post", "delete"], method)]]))
    error_message = "authorization NONE reaches every operation"
  }
  assert {
    condition = alltrue([for kind in ["ACCESS_DENIED", "MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE", "THROTTLED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "DEFAULT_5XX"] :
      strcontains(jsondecode(module.api.body)["x-amazon-apigateway-gateway-responses"][kind].responseTemplates["application/json"], "urn:claims-api:problem:") &&
    jsondecode(module.api.body)["x-amazon-apigateway-gateway-responses"][kind].responseParameters["gatewayresponse.header.Content-Type"] == "'application/problem+json'"])
    error_message = "the gateway's own errors are problem+json"
  }
  assert {
    condition     = !can(jsondecode(module.api.body).components) && !strcontains(module.api.body, "\"requestBody\"")
    error_message = "there are no request models: nobody would read them"
  }
  assert {
    condition     = !strcontains(module.api.body, "$${") && length(regexall("x-amazon-apigateway-request-validator", module.api.body)) == 0
    error_message = "no template variable is left, and the gateway validates nothing (the Lambda does)"
  }

  # ---- who may call ----
  assert {
    condition = jsondecode(module.api.policy).Statement == [
      { Sid = "Callers${substr(sha256(module.api.body), 0, 8)}", Effect = "Allow", Principal = "*", Action = "execute-api:Invoke", Resource = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/*" },
      {
        Sid       = "OnlyThroughListedEndpoints", Effect = "Deny", Principal = "*", Action = "execute-api:Invoke", Resource = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/*",
        Condition = { StringNotEquals = { "aws:SourceVpce" = ["vpce-0123456789abcdef0"] } }
      },
    ]
    error_message = "everybody who comes through our endpoint, nobody else"
  }
  assert {
    condition     = jsondecode(aws_vpc_endpoint_policy.execute_api[0].policy).Statement[*].Resource == ["arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/*"]
    error_message = "through the endpoint only this API can be called"
  }

  # ---- what the functions may do ----
  assert {
    condition = { for operation, function in module.function : operation => flatten([for statement in jsondecode(function.role_policy).Statement : statement.Action if statement.Sid == "ItsActionsOnTheTable"]) if operation != "listClaimHistory" } == {
      createClaim = ["dynamodb:PutItem"]
      listClaims  = ["dynamodb:Query"]
      getClaim    = ["dynamodb:GetItem"]
      updateClaim = ["dynamodb:UpdateItem"]
      deleteClaim = ["dynamodb:DeleteItem", "dynamodb:UpdateItem"]
    }
    error_message = "each role has its own DynamoDB actions and no other"
  }
  assert {
    condition     = alltrue([for function in module.function : jsondecode(function.role_policy).Statement[0].Condition == { StringEquals = { "aws:SourceVpce" = "vpce-0aaaaaaaaaaaaaaaa" } }])
    error_message = "each role's keys open the table through our endpoint only"
  }
  assert {
    condition     = strcontains(module.table.key_policy, ":role/claims-getClaim") && alltrue([for statement in jsondecode(module.table.key_policy).Statement : statement.Principal.AWS == "arn:aws:iam::123456789012:root"])
    error_message = "the table's key names roles by ARN in a condition, never as a principal"
  }
  assert {
    condition = alltrue([for statement in jsondecode(module.table.key_policy).Statement :
    statement.Condition.StringEquals["kms:ViaService"] == "dynamodb.eu-central-1.amazonaws.com" if statement.Sid != "AccountAdministers"])
    error_message = "the table's key is used through DynamoDB only"
  }

  # ---- the history ----
  assert {
    condition     = output.history_table_name == "claims-history" && module.history[0].key_arn == module.table.key_arn && strcontains(module.table.key_policy, ":role/claims-recordHistory")
    error_message = "a table of its own, with the key of the claims"
  }
  assert {
    condition = { for statement in jsondecode(module.recorder[0].role_policy).Statement : statement.Sid => flatten([statement.Action, statement.Resource]) if contains(["ItsActionsOnTheTable", "LambdaReadsTheChanges", "LambdaFindsTheStream", "LambdaKeepsWhatFailed", "LambdaFindsTheBucket"], statement.Sid) } == {
      ItsActionsOnTheTable  = ["dynamodb:PutItem", "arn:aws:dynamodb:eu-central-1:123456789012:table/claims-history"]
      LambdaReadsTheChanges = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "arn:aws:dynamodb:eu-central-1:123456789012:table/claims-claims/stream/2026-11-25T00:00:00.000"]
      LambdaFindsTheStream  = ["dynamodb:ListStreams", "*"]
      LambdaKeepsWhatFailed = ["s3:PutObject", "arn:aws:s3:::failures/*"]
      LambdaFindsTheBucket  = ["s3:ListBucket", "arn:aws:s3:::failures"]
    }
    error_message = "the recorder writes the history, and Lambda reads the changes for it; neither works on the claims"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.history[0].bisect_batch_on_function_error && contains(aws_lambda_event_source_mapping.history[0].function_response_types, "ReportBatchItemFailures") && aws_lambda_event_source_mapping.history[0].destination_config[0].on_failure[0].destination_arn == "arn:aws:s3:::failures"
    error_message = "what fails comes again alone, and in the end lies whole in the bucket"
  }

  # ---- the record of calls ----
  assert {
    condition     = alltrue([for group in concat([for f in module.function : f.log_days], [module.api.access_log_days]) : group == 2192])
    error_message = "the record of calls is kept for six years"
  }
  assert {
    condition     = jsondecode(module.api.access_log_format).source == "$context.identity.sourceIp" && jsondecode(module.api.access_log_format).endpoint == "$context.identity.vpceId" && jsondecode(module.api.access_log_format).caller == "$context.identity.userArn" && jsondecode(module.api.access_log_format).errorType == "$context.error.responseType"
    error_message = "what the gateway refused: who, by which endpoint, from where, why"
  }

  # ---- logs without personal data ----
  assert {
    condition     = length(setintersection(values(jsondecode(module.api.access_log_format)), ["$context.path", "$context.requestOverride.path.claimId", "$context.identity.user"])) == 0 && !strcontains(module.api.access_log_format, "querystring")
    error_message = "paths as called, queries and users stay out of the access log"
  }
  assert {
    condition     = jsondecode(module.api.access_log_format).resource == "$context.resourcePath" && jsondecode(module.api.access_log_format).extendedRequestId == "$context.extendedRequestId"
    error_message = "the route as a template, and the request id that a client cannot set"
  }

  # ---- outputs ----
  assert {
    condition     = output.claim_url == "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/dev/claim" && output.claim_id_url == "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/dev/claim/{claimId}"
    error_message = "the tutorial's URLs, the second with its /claim/"
  }
  assert {
    condition     = output.execute_api_endpoint == "vpce-0123456789abcdef0" && output.execute_api_endpoint_dns_name == "vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com" && output.execute_api_arn == "arn:aws:apigateway:eu-central-1::/restapis/abcdef1234"
    error_message = "the tutorial's endpoint outputs"
  }
  assert {
    condition     = output.alias_url == "https://abcdef1234-vpce-0123456789abcdef0.execute-api.eu-central-1.amazonaws.com/dev/claim"
    error_message = "the alias name is {api}-{vpce}"
  }
  assert {
    condition     = keys(output.client_environment) == ["alias", "private-dns", "url", "vpce-header", "vpce-host", "vpce-resolve"]
    error_message = "an environment for each addressing mode"
  }
  assert {
    condition = output.client_environment["alias"] == {
      CLAIMS_API_MODE    = "alias", CLAIMS_API_ID = "abcdef1234", CLAIMS_API_REGION = "eu-central-1", CLAIMS_API_STAGE = "dev",
      CLAIMS_API_VPCE_ID = "vpce-0123456789abcdef0", CLAIMS_API_AUTHORIZATION = "NONE"
    }
    error_message = "alias mode needs the endpoint's id"
  }
  assert {
    condition     = output.client_environment["url"].CLAIMS_API_URL == "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/dev" && !contains(keys(output.client_environment["url"]), "CLAIMS_API_MODE")
    error_message = "a URL alone means mode url"
  }
  assert {
    condition     = alltrue([for mode in ["vpce-host", "vpce-header", "vpce-resolve"] : output.client_environment[mode].CLAIMS_API_VPCE_DNS == output.execute_api_endpoint_dns_name && output.client_environment[mode].CLAIMS_API_MODE == mode])
    error_message = "the vpce modes need the endpoint's name"
  }
  assert {
    condition     = strcontains(module.bastion[0].user_data, "export CLAIMS_API_MODE='private-dns'") && strcontains(module.bastion[0].user_data, "export CLAIMS_API_ID='abcdef1234'")
    error_message = "the bastion's shells know the API"
  }
}

run "signed" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    authorization = "AWS_IAM"
  }

  assert {
    condition     = alltrue(flatten([for item in values(jsondecode(module.api.body).paths) : [for method, operation in item : operation["x-amazon-apigateway-auth"].type == "AWS_IAM" if contains(["get", "put", "post", "delete"], method)]]))
    error_message = "authorization AWS_IAM reaches every operation"
  }
  assert {
    condition     = jsondecode(module.api.policy).Statement[0].Principal == { AWS = "arn:aws:iam::123456789012:root" }
    error_message = "with IAM the account is named, so that each caller's own policy decides"
  }
  assert {
    condition = setsubtract(jsondecode(output.caller_policy).Statement[0].Resource, ["arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/GET/claim/*/history"]) == toset([
      "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/POST/claim",
      "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/GET/claim",
      "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/GET/claim/*",
      "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/PUT/claim/*",
      "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/DELETE/claim/*",
    ])
    error_message = "the policy for callers names the routes"
  }
  assert {
    condition     = length(jsondecode(module.api.policy).Statement) == 2 && alltrue([for function in module.function : function.callers == null]) && startswith(output.who_may, "Whoever the policies let in may do everything")
    error_message = "nobody is named, and the plan says what that means"
  }

  expect_failures = [
    check.callers,
  ]
}

run "signed_by_name" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    authorization = "AWS_IAM"
    callers       = jsondecode(file("./tests/callers.json"))
  }

  assert {
    condition     = { for operation, slice in jsondecode(file("./tests/callers.slices.json")) : operation => jsondecode(module.function[operation].callers) } == jsondecode(file("./tests/callers.slices.json"))
    error_message = "each function has its own operation's callers"
  }
  assert {
    condition = { for statement in slice(jsondecode(module.api.policy).Statement, 2, length(jsondecode(module.api.policy).Statement)) : statement.Sid => join(" ", concat([statement.Effect], statement.Resource, try(statement.Condition.ArnNotLike["aws:PrincipalArn"], []))) if statement.Sid != "NobodyElseListClaimHistory" } == {
      NobodyElseCreateClaim = "Deny arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/POST/claim arn:aws:iam::123456789012:role/claims-bastion arn:aws:iam::123456789012:role/claims-intake"
      NobodyElseDeleteClaim = "Deny arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/DELETE/claim/* arn:aws:iam::123456789012:role/claims-bastion"
      NobodyElseGetClaim    = "Deny arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/GET/claim/* arn:aws:iam::123456789012:role/claims-bastion arn:aws:iam::123456789012:role/claims-client-client arn:aws:iam::123456789012:role/claims-intake arn:aws:iam::123456789012:role/team/adjuster-* arn:aws:iam::123456789012:user/audit/ann"
      NobodyElseListClaims  = "Deny arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/GET/claim arn:aws:iam::123456789012:role/claims-bastion arn:aws:iam::123456789012:role/claims-client-client arn:aws:iam::123456789012:role/team/adjuster-* arn:aws:iam::123456789012:user/audit/ann"
      NobodyElseUpdateClaim = "Deny arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/PUT/claim/* arn:aws:iam::123456789012:role/claims-bastion arn:aws:iam::123456789012:role/team/adjuster-*"
    }
    error_message = "the gateway takes each operation from its callers alone, besides what it does without"
  }
}

run "signed_and_reported" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    authorization = "AWS_IAM"
    callers       = jsondecode(file("./tests/callers.json"))
    callers_mode  = "report"
  }

  assert {
    condition     = length(jsondecode(module.api.policy).Statement) == 2 && alltrue([for function in module.function : function.callers != null])
    error_message = "the gateway lets through whom the functions are to report"
  }

  expect_failures = [
    check.callers,
  ]
}

run "policy_change_redeploys" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    additional_endpoint_ids = ["vpce-0fedcba9876543210"]
  }

  assert {
    condition     = jsondecode(module.api.policy).Statement[1].Condition.StringNotEquals["aws:SourceVpce"] == ["vpce-0123456789abcdef0", "vpce-0fedcba9876543210"]
    error_message = "further endpoints are listed beside ours"
  }
  assert {
    condition     = module.api.redeployment == sha256(jsonencode([module.api.body, module.api.policy]))
    error_message = "a changed body or policy must be deployed"
  }
}

run "no_bastion" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    bastion = false
  }

  assert {
    condition     = length(module.bastion) + length(module.session_manager_endpoint) + length(module.s3_endpoint) + length(module.artifacts) == 0 && output.bastion_session == null
    error_message = "without a bastion none of its endpoints and no bucket"
  }
}

run "without_history" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    openapi_document = "./tests/another.apigateway.json"
    dynamodb_actions = { getLine = ["dynamodb:GetItem"], changeLine = ["dynamodb:UpdateItem"] }
    history          = false
  }

  assert {
    condition     = length(module.history) + length(module.recorder) + length(module.failures) + length(aws_lambda_event_source_mapping.history) == 0 && module.table.stream_arn == null && output.history_table_name == null
    error_message = "neither table nor function nor bucket nor stream"
  }
}

run "two_side_by_side" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    name = "claims2"
  }

  assert {
    condition     = output.table_name == "claims2-claims"
    error_message = "another name is another table"
  }
}

run "other_zones" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    availability_zones = ["eu-central-1c", "eu-central-1a"]
  }

  assert {
    condition     = module.api_vpc[0].subnet_ranges == { az1 = "10.0.80.0/20", az2 = "10.0.0.0/20" }
    error_message = "a zone has ranges of its own, one for each of the two subnets"
  }
}
