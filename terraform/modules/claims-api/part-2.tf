# Client VPCs: each entry of client_vpcs is one more of the same.

module "resolver_inbound" {
  source = "../resolver-inbound"
  count  = var.client_dns == "resolver" && length(var.client_vpcs) > 0 ? 1 : 0

  name         = "${var.name}-dns-in"
  vpc_id       = local.vpc_id
  subnet_ids   = local.subnet_ids
  client_cidrs = local.client_vpc_cidrs
}

module "client_vpc" {
  source   = "../client-vpc"
  for_each = var.client_vpcs

  name               = "${var.name}-${each.key}"
  region             = local.region
  account_id         = local.account_id
  cidr               = each.value.cidr
  availability_zones = local.availability_zones
  api_vpc = {
    id              = local.vpc_id
    cidr            = local.vpc_cidr
    route_table_ids = local.route_table_ids
  }
  forward = var.client_dns == "resolver" ? {
    domain_name = local.api_host
    target_ips  = module.resolver_inbound[0].ips
    targets     = join(" ", concat([module.resolver_inbound[0].id], sort(local.availability_zones)))
  } : null

  session_manager_policies = local.session_manager_endpoint_policies
  s3_policy                = local.s3_endpoint_policy
  architecture             = var.architecture
  ami_id                   = data.aws_ssm_parameter.al2023[0].insecure_value
  artifacts                = { bucket = module.artifacts[0].bucket, arn = module.artifacts[0].arn }
  examples                 = module.artifacts[0].examples
  environment              = local.environments[var.client_dns == "alias" ? "alias" : "private-dns"]
  signs_calls              = var.authorization == "AWS_IAM"
  caller_policy            = local.caller_policy
  log_key_arn              = local.log_key_arn
  log_retention_days       = var.log_retention_days
  keep_logs                = var.keep_logs
  roles                    = local.roles
}

module "client_zone" {
  source = "../private-zone"
  count  = var.client_dns == "zone" && length(var.client_vpcs) > 0 ? 1 : 0

  name     = local.api_host
  vpc_ids  = { for key, client in module.client_vpc : key => client.vpc_id }
  endpoint = local.execute_api_endpoint_name
}
