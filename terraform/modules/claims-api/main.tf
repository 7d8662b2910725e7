# The claims API, read from the caller inwards:
#
#   client VPC ──peering──┐
#   (instance, resolver)  │
#   ┌─────────────────────▼── API VPC, no way in or out but these ───────────────────────────┐
#   │ bastion ──► execute-api endpoint ──► private REST API ──► functions ──► DynamoDB        │
#   │    │             (its policy)        (resource policy)    (a role each)   (gateway     │
#   │    └──► ssm, ssmmessages, S3 endpoints                                     endpoint)   │
#   └─────────────────────────────────────────────────────────────────────────────────────────┘

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_availability_zones" "available" {
  #checkov:skip=CKV_AWS_394:only the first two in order of name are used, and availability_zones pins them where that matters
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  account_id         = data.aws_caller_identity.current.account_id
  partition          = data.aws_partition.current.partition
  availability_zones = var.availability_zones == null ? slice(sort(data.aws_availability_zones.available.names), 0, 2) : var.availability_zones
  client_vpc_cidrs   = { for key, vpc in var.client_vpcs : key => vpc.cidr }
  table_name         = var.table_name == null ? "${var.name}-claims" : var.table_name
  role_arn_prefix    = "arn:${local.partition}:iam::${local.account_id}:role${var.role_path}${var.name}"
  roles              = { path = var.role_path, boundary = var.permissions_boundary }

  region           = data.aws_region.current.name
  openapi_document = coalesce(var.openapi_document, "${path.module}/../../../openapi/claims.apigateway.json")
  lambda_zip       = coalesce(var.lambda_zip, "${path.module}/../../../target/lambda/claims-lambda.zip")

  # By operation id, as the import document has them: what may invoke the function; and what it may do, which no document says.
  routes = merge([for path, item in jsondecode(file(local.openapi_document)).paths : { for method, operation in item :
    operation.operationId => { method = upper(method), path = replace(path, "/\\{[^}]*\\}/", "*") }
    if contains(["delete", "get", "head", "options", "patch", "post", "put"], method)
  }]...)
  operations = { for operation, route in local.routes : operation => merge(route, { dynamodb_actions = operation == local.lists_history ? ["dynamodb:Query"] : lookup(var.dynamodb_actions, operation, []) }) }
}

# ---- network --------------------------------------------------------------------------------------------------------

module "api_vpc" {
  source = "../network"
  count  = var.network == null ? 1 : 0

  name               = "${var.name}-api"
  cidr               = var.vpc_cidr
  availability_zones = local.availability_zones
  account_id         = local.account_id
  log_key_arn        = local.log_key_arn
  log_retention_days = var.log_retention_days
  keep_logs          = var.keep_logs
  roles              = local.roles
}

module "dynamodb_endpoint" {
  source = "../gateway-endpoint"
  count  = local.given_dynamodb_endpoint == null ? 1 : 0

  name            = "${var.name}-dynamodb"
  region          = local.region
  service         = "dynamodb"
  vpc_id          = local.vpc_id
  route_table_ids = local.route_table_ids
  policy          = local.dynamodb_endpoint_policy
}

module "execute_api_endpoint" {
  source = "../interface-endpoint"
  count  = local.given_execute_api_endpoint == null ? 1 : 0

  name            = "${var.name}-execute-api"
  region          = local.region
  service         = "execute-api"
  vpc_id          = local.vpc_id
  subnet_ids      = local.subnet_ids
  client_cidrs    = merge({ "the API VPC" = local.vpc_cidr }, local.vpc_ipv6_cidrs, local.client_vpc_cidrs, var.client_cidrs)
  private_dns     = var.private_dns
  ip_address_type = var.ip_address_type
}

# On its own, since it names the API, which names the endpoint. Not of an endpoint that others use too.
resource "aws_vpc_endpoint_policy" "execute_api" {
  count = length(module.execute_api_endpoint)

  vpc_endpoint_id = local.execute_api_endpoint.id
  policy          = local.execute_api_endpoint_policy
}

# ---- storage --------------------------------------------------------------------------------------------------------

module "table" {
  source = "../table"

  name                   = local.table_name
  prefix                 = var.name
  partition              = local.partition
  region                 = local.region
  account_id             = local.account_id
  administration_actions = local.key_administration_actions
  user_role_arns         = [for function in sort(concat(keys(local.operations), var.history ? [local.recorder] : [])) : "${local.role_arn_prefix}-${function}"]
  instance_role_arns     = concat(["${local.role_arn_prefix}-bastion"], [for key in keys(var.client_vpcs) : "${local.role_arn_prefix}-${key}-client"])
  use_actions            = local.key_use_actions
  deletion_protection    = var.deletion_protection
  given_key              = var.table_key
  streams                = var.history
}

locals {
  claims_table  = { name = module.table.name, arn = module.table.arn, key_arn = module.table.key_arn, key_actions = local.key_use_actions, endpoint_id = local.dynamodb_endpoint.id }
  history_table = one([for table in module.history : merge(local.claims_table, { name = table.name, arn = table.arn })])
}

# ---- functions ------------------------------------------------------------------------------------------------------

resource "aws_security_group" "functions" {
  #checkov:skip=CKV2_AWS_5:attached to the functions in their module, which checkov does not follow beside depends_on
  name_prefix = "${var.name}-functions-"
  description = "The functions: nothing in, DynamoDB out"
  vpc_id      = local.vpc_id

  tags = { Name = "${var.name}-functions" }

  # Lambda takes up to 40 minutes to give the functions' interfaces back, and does it with the functions' roles: as long as the
  # group is there, so are their policies. (Hence no create_before_destroy: that would reach the roles, whose names are taken.)
  timeouts {
    delete = "45m"
  }
  depends_on = [module.function["any"].role_policy_id, module.recorder[0].role_policy_id] # of all of them: an index here is read by nobody
}

resource "aws_vpc_security_group_egress_rule" "functions_dynamodb" {
  security_group_id = aws_security_group.functions.id
  description       = "HTTPS to DynamoDB through its gateway endpoint"
  prefix_list_id    = local.dynamodb_endpoint.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

locals {
  taken_by_lambda = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Lambda"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# Here and not in the module, where 0.1.0 has them.
resource "aws_iam_role" "function" {
  for_each = local.operations

  name                 = "${var.name}-${each.key}"
  path                 = var.role_path
  permissions_boundary = var.permissions_boundary
  assume_role_policy   = local.taken_by_lambda
}

module "function" {
  source   = "../function"
  for_each = local.operations

  name               = "${var.name}-${each.key}"
  role               = { id = aws_iam_role.function[each.key].id, arn = aws_iam_role.function[each.key].arn }
  handler            = each.key
  dynamodb_actions   = each.value.dynamodb_actions
  partition          = local.partition
  region             = local.region
  account_id         = local.account_id
  zip                = local.lambda_zip
  architecture       = var.architecture
  memory_mb          = var.lambda_memory_mb
  timeout_seconds    = var.lambda_timeout_seconds
  concurrency        = var.lambda_concurrency
  table              = each.key == local.lists_history ? local.history_table : local.claims_table
  claims_table       = module.table.name
  environment        = each.key == local.lists_history ? local.history_environment : {}
  subnet_ids         = local.subnet_ids
  security_group_id  = aws_security_group.functions.id
  log_key_arn        = local.log_key_arn
  log_retention_days = var.audit_days
  audit_key          = var.audit_key
  callers            = local.are_callers_named ? { entries = module.callers.slices[each.key], mode = var.callers_mode } : null
  keep_logs          = var.keep_logs
}

# ---- the API --------------------------------------------------------------------------------------------------------

module "api" {
  source = "../api"

  name             = var.name
  stage            = var.stage
  openapi_document = local.openapi_document
  authorization    = var.authorization
  functions = { for operation, settings in local.operations : operation => {
    name   = module.function[operation].name
    method = settings.method
    path   = settings.path
  } }
  # As text and apart: with a reference to the functions the API would hand create_before_destroy on to them and all below them, whose
  # names are taken.
  invoke_arns = { for operation in keys(local.operations) : operation =>
    "arn:${local.partition}:apigateway:${local.region}:lambda:path/2015-03-31/functions/arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${var.name}-${operation}/invocations"
  }
  endpoint_id             = local.execute_api_endpoint.id
  additional_endpoint_ids = var.additional_endpoint_ids
  caller_accounts         = local.caller_accounts
  only_from               = local.only_from
  caller_organization     = var.caller_organization
  throttle                = var.throttle
  partition               = local.partition
  account_id              = local.account_id
  log_key_arn             = local.log_key_arn
  log_retention_days      = var.log_retention_days
  audit_days              = var.audit_days
  keep_logs               = var.keep_logs
  logging_ready           = var.logging_ready
}
