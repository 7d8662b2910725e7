# What is the account's, or older than this deployment: the region's logging role, and log groups that were kept. Only a root may import,
# so that a root of your own needs these lines too.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  own_logging_role = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name}-api-gateway-logs"
}

# ---- the region's logging role ----------------------------------------------------------------------------------------

# One per account and region, for every API in it. Read here and nothing else: it is imported, never changed, and a destroy leaves
# it as it is.
import {
  to = aws_api_gateway_account.found
  id = "api-gateway-account"
}

resource "aws_api_gateway_account" "found" {
  lifecycle {
    ignore_changes = [cloudwatch_role_arn]

    postcondition {
      condition     = var.manage_api_gateway_account || self.cloudwatch_role_arn != ""
      error_message = <<-EOT
        API Gateway has no role in this region by which it may write logs, and the API would not start without.
        To have this deployment own the region's role:

          manage_api_gateway_account = true

        Or set one that belongs to nobody's deployment, once for the region:

          aws apigateway update-account --region ${var.region} --patch-operations op=replace,path=/cloudwatchRoleArn,value=<role>
      EOT
    }
    postcondition {
      condition     = var.manage_api_gateway_account || self.cloudwatch_role_arn != local.own_logging_role
      error_message = <<-EOT
        API Gateway logs in this region by this deployment's own role, and every API of the region would lose it. Keep it (0.1.0 took it
        where nothing was said): put this line into your variables.

          manage_api_gateway_account = true

        To give it up, set another role first: aws apigateway update-account --region ${var.region} --patch-operations op=replace,path=/cloudwatchRoleArn,value=<role>
      EOT
    }
    postcondition {
      condition     = !var.manage_api_gateway_account || contains(["", local.own_logging_role], self.cloudwatch_role_arn)
      error_message = <<-EOT
        API Gateway logs in this region by a role that is not of this deployment: ${self.cloudwatch_role_arn}
        Every API of the region logs by it, so it is not replaced. This deployment uses it as it is:

          manage_api_gateway_account = false
      EOT
    }
  }
}

module "api_account" {
  source = "./modules/api-account"
  count  = var.manage_api_gateway_account ? 1 : 0

  name       = var.name
  partition  = data.aws_partition.current.partition
  region     = var.region
  account_id = data.aws_caller_identity.current.account_id
}

# ---- what an earlier deployment of this name has left (keep_logs) -----------------------------------------------------

data "aws_cloudwatch_log_groups" "left" {
  for_each = toset(["/aws/lambda/${var.name}-", "/aws/apigateway/${var.name}/", "/aws/vpc/${var.name}-"])

  log_group_name_prefix = each.key
}

locals {
  left = toset(flatten([for found in data.aws_cloudwatch_log_groups.left : found.log_group_names]))
}

import {
  for_each = toset([for operation in module.claims.operations : operation if contains(local.left, "/aws/lambda/${var.name}-${operation}")])
  to       = module.claims.module.function[each.key].aws_cloudwatch_log_group.this
  id       = "/aws/lambda/${var.name}-${each.key}"
}

import {
  for_each = toset([for group in ["/aws/lambda/${var.name}-recordHistory"] : group if var.history != false && contains(local.left, group)])
  to       = module.claims.module.recorder[0].aws_cloudwatch_log_group.this
  id       = each.key
}

import {
  for_each = toset([for group in ["/aws/apigateway/${var.name}/${var.stage}/access"] : group if contains(local.left, group)])
  to       = module.claims.module.api.aws_cloudwatch_log_group.access
  id       = each.key
}

import {
  for_each = toset([for group in ["/aws/vpc/${var.name}-api"] : group if contains(local.left, group)])
  to       = module.claims.module.api_vpc[0].aws_cloudwatch_log_group.flow
  id       = each.key
}

import {
  for_each = toset([for key in keys(var.client_vpcs) : key if contains(local.left, "/aws/vpc/${var.name}-${key}")])
  to       = module.claims.module.client_vpc[each.key].module.network.aws_cloudwatch_log_group.flow
  id       = "/aws/vpc/${var.name}-${each.key}"
}
