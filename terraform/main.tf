# The tutorial's deployment: the module with the variables of this folder, and what is the account's (account.tf).

module "claims" {
  source = "./modules/claims-api"

  name                    = var.name
  vpc_cidr                = var.vpc_cidr
  availability_zones      = var.availability_zones
  client_vpcs             = var.client_vpcs
  client_dns              = var.client_dns
  stage                   = var.stage
  authorization           = var.authorization
  callers                 = var.callers_file == null ? null : jsondecode(file(var.callers_file))
  callers_mode            = var.callers_mode
  additional_endpoint_ids = var.additional_endpoint_ids
  openapi_document        = var.openapi_document
  throttle                = var.throttle
  lambda_zip              = var.lambda_zip
  architecture            = var.architecture
  lambda_memory_mb        = var.lambda_memory_mb
  lambda_timeout_seconds  = var.lambda_timeout_seconds
  lambda_concurrency      = var.lambda_concurrency
  table_name              = var.table_name
  history                 = var.history
  history_days            = var.history_days
  deletion_protection     = var.deletion_protection
  log_retention_days      = var.log_retention_days
  audit_days              = var.audit_days
  audit_key               = var.audit_key
  keep_logs               = var.keep_logs
  bastion                 = var.bastion
  example_binaries_dir    = var.example_binaries_dir
  reachability_analysis   = var.reachability_analysis
  logging_ready           = [aws_api_gateway_account.found, module.api_account]
}
