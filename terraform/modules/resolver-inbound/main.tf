# The door by which other VPCs ask the API VPC's resolver, which alone knows the endpoint's private DNS name.

resource "aws_security_group" "this" {
  name_prefix = "${var.name}-"
  description = "DNS from client VPCs"
  vpc_id      = var.vpc_id

  tags = { Name = var.name }

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  rules = merge([for client, cidr in var.client_cidrs : { for protocol in ["tcp", "udp"] : "${client}-${protocol}" => { client = client, cidr = cidr, protocol = protocol } }]...)
}

resource "aws_vpc_security_group_ingress_rule" "dns" {
  for_each = local.rules

  security_group_id = aws_security_group.this.id
  description       = "DNS from ${each.value.client}"
  cidr_ipv4         = each.value.cidr
  ip_protocol       = each.value.protocol
  from_port         = 53
  to_port           = 53
}

resource "aws_route53_resolver_endpoint" "this" {
  name               = var.name
  direction          = "INBOUND"
  security_group_ids = [aws_security_group.this.id]

  dynamic "ip_address" {
    for_each = var.subnet_ids

    content {
      subnet_id = ip_address.value
    }
  }
}
