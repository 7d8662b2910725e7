# Where everything is written down: the key of all log groups.

module "log_key" {
  source = "../log-key"
  count  = var.log_key == null ? 1 : 0

  name                   = var.name
  partition              = local.partition
  region                 = local.region
  account_id             = local.account_id
  administration_actions = local.key_administration_actions
  log_groups             = ["/aws/lambda/${var.name}-*", "/aws/apigateway/${var.name}/*", "/aws/vpc/${var.name}-*", "API-Gateway-Execution-Logs_*/${var.stage}"]
}

locals {
  log_key_arn = var.log_key == null ? module.log_key[0].arn : var.log_key.arn
}
