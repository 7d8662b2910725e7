# The stable name: a private custom domain, and where it resolves.

module "custom_domain" {
  source = "../custom-domain"
  count  = var.domain == null ? 0 : 1

  name                    = var.domain.name
  prefix                  = var.name
  certificate_arn         = var.domain.certificate_arn
  api_id                  = module.api.id
  stage                   = module.api.stage
  endpoint_id             = local.execute_api_endpoint.id
  additional_endpoint_ids = var.additional_endpoint_ids
  consumer_accounts       = var.domain.consumer_accounts
}

module "domain_zone" {
  source = "../private-zone"
  count  = try(var.domain.own_zone, false) ? 1 : 0

  name     = var.domain.name
  vpc_ids  = merge({ "the API VPC" = local.vpc_id }, { for key, client in module.client_vpc : key => client.vpc_id })
  endpoint = local.execute_api_endpoint_name
}
