# One name that leads to an interface endpoint, in the VPCs that are named and nowhere else: half a dollar a month, whatever their number.

resource "aws_route53_zone" "this" {
  #checkov:skip=CKV2_AWS_38:a private zone cannot be signed
  #checkov:skip=CKV2_AWS_39:query logs are for public zones; the resolver's query log is the account's
  name = var.name

  dynamic "vpc" {
    for_each = var.vpc_ids

    content {
      vpc_id = vpc.value
    }
  }
}

resource "aws_route53_record" "this" {
  #checkov:skip=CKV2_AWS_23:an alias of an interface endpoint, which checkov does not know as a target
  zone_id = aws_route53_zone.this.zone_id
  name    = var.name
  type    = "A"

  alias {
    name                   = var.endpoint.dns_name
    zone_id                = var.endpoint.hosted_zone_id
    evaluate_target_health = false
  }
}
