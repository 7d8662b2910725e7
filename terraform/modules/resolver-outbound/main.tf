# Forwards look-ups of one name, the API's own, to the API VPC. Forwarding all of execute-api.<region>.amazonaws.com would
# break every other API for this VPC.

resource "aws_security_group" "this" {
  name_prefix = "${var.name}-"
  description = "DNS to the API VPC's inbound endpoint"
  vpc_id      = var.vpc_id

  tags = { Name = var.name }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "dns" {
  for_each = toset(["tcp", "udp"])

  security_group_id = aws_security_group.this.id
  description       = "DNS to the API VPC"
  cidr_ipv4         = var.target_cidr
  ip_protocol       = each.key
  from_port         = 53
  to_port           = 53
}

resource "aws_route53_resolver_endpoint" "this" {
  name               = var.name
  direction          = "OUTBOUND"
  security_group_ids = [aws_security_group.this.id]

  dynamic "ip_address" {
    for_each = var.subnet_ids

    content {
      subnet_id = ip_address.value
    }
  }
}

resource "terraform_data" "targets" {
  input = var.targets
}

resource "aws_route53_resolver_rule" "this" {
  name                 = var.name
  domain_name          = var.domain_name
  rule_type            = "FORWARD"
  resolver_endpoint_id = aws_route53_resolver_endpoint.this.id

  dynamic "target_ip" {
    for_each = var.target_ips

    content {
      ip = target_ip.value
    }
  }

  # Addresses that are not known yet cannot be planned into a rule that is there: provider 5.100 ends with "inconsistent final plan".
  lifecycle {
    replace_triggered_by = [terraform_data.targets]
  }
}

resource "aws_route53_resolver_rule_association" "this" {
  name             = var.name
  resolver_rule_id = aws_route53_resolver_rule.this.id
  vpc_id           = var.vpc_id
}
