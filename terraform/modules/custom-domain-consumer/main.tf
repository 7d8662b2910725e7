# In a consumer's account: an endpoint of its own learns the name, and its VPCs resolve it. The share (RAM) has to be accepted first, which
# inside an organisation with sharing enabled happens by itself.

resource "aws_api_gateway_domain_name_access_association" "this" {
  access_association_source      = var.endpoint.id
  access_association_source_type = "VPCE"
  domain_name_arn                = var.domain.arn
}

module "zone" {
  source = "../private-zone"

  name     = var.domain.name
  vpc_ids  = var.vpc_ids
  endpoint = { dns_name = var.endpoint.dns_name, hosted_zone_id = var.endpoint.hosted_zone_id }
}
