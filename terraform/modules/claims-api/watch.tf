# Alarms and a dashboard, where somebody is there to be told.

module "watch" {
  source = "../watch"
  count  = var.alarms == null ? 0 : 1

  name            = var.name
  region          = local.region
  api             = { name = var.name, stage = module.api.stage }
  functions       = merge({ for operation, function in module.function : operation => function.name }, { for function in module.recorder : local.recorder => function.name })
  recorder        = one([for function in module.recorder : { name = function.name, log_group = one(keys(function.parts.logs)) }])
  timeout_seconds = var.lambda_timeout_seconds
  table_name      = module.table.name
  key_arns        = [module.table.key_arn, local.log_key_arn]
  topic_arns      = var.alarms.topic_arns
  p99_ms          = var.alarms.p99_ms
  availability    = var.alarms.availability
  least_calls     = var.alarms.least_calls
}
