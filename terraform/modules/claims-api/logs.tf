# Where everything is written down: the key of all log groups, the role by which API Gateway logs, and what an earlier deployment
# of this name has left.

module "log_key" {
  source = "./modules/log-key"

  name                   = var.name
  partition              = local.partition
  region                 = var.region
  account_id             = local.account_id
  administration_actions = local.key_administration_actions
  log_groups             = ["/aws/lambda/${var.name}-*", "/aws/apigateway/${var.name}/*", "/aws/vpc/${var.name}-*", "API-Gateway-Execution-Logs_*/${var.stage}"]
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
      condition     = var.manage_api_gateway_account || self.cloudwatch_role_arn != "${local.role_arn_prefix}-api-gateway-logs"
      error_message = <<-EOT
        API Gateway logs in this region by this deployment's own role, and every API of the region would lose it. Keep it (0.1.0 took it
        where nothing was said): put this line into your variables.

          manage_api_gateway_account = true

        To give it up, set another role first: aws apigateway update-account --region ${var.region} --patch-operations op=replace,path=/cloudwatchRoleArn,value=<role>
      EOT
    }
    postcondition {
      condition     = !var.manage_api_gateway_account || contains(["", "${local.role_arn_prefix}-api-gateway-logs"], self.cloudwatch_role_arn)
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
  partition  = local.partition
  region     = var.region
  account_id = local.account_id
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
  for_each = toset([for operation in keys(local.operations) : operation if contains(local.left, "/aws/lambda/${var.name}-${operation}")])
  to       = module.function[each.key].aws_cloudwatch_log_group.this
  id       = "/aws/lambda/${var.name}-${each.key}"
}

import {
  for_each = toset([for group in ["/aws/apigateway/${var.name}/${var.stage}/access"] : group if contains(local.left, group)])
  to       = module.api.aws_cloudwatch_log_group.access
  id       = each.key
}

import {
  for_each = toset([for group in ["/aws/vpc/${var.name}-api"] : group if contains(local.left, group)])
  to       = module.api_vpc.aws_cloudwatch_log_group.flow
  id       = each.key
}

import {
  for_each = toset([for key in keys(var.client_vpcs) : key if contains(local.left, "/aws/vpc/${var.name}-${key}")])
  to       = module.client_vpc[each.key].module.network.aws_cloudwatch_log_group.flow
  id       = "/aws/vpc/${var.name}-${each.key}"
}
