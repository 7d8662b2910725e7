# One interface endpoint in every given subnet, and the security group that says who may reach it.
# Its policy is a separate aws_vpc_endpoint_policy of the caller's where it names what depends on the endpoint.

resource "aws_security_group" "this" {
  name_prefix = "${var.name}-"
  description = "HTTPS to the ${var.service} endpoint"
  vpc_id      = var.vpc_id

  tags = { Name = var.name }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  for_each = var.client_cidrs

  security_group_id = aws_security_group.this.id
  description       = "HTTPS from ${each.key}"
  cidr_ipv4         = strcontains(each.value, ":") ? null : each.value
  cidr_ipv6         = strcontains(each.value, ":") ? each.value : null
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_endpoint" "this" {
  vpc_id              = var.vpc_id
  service_name        = "com.amazonaws.${var.region}.${var.service}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = values(var.subnet_ids)
  security_group_ids  = [aws_security_group.this.id]
  private_dns_enabled = var.private_dns
  ip_address_type     = var.ip_address_type == "ipv4" ? null : var.ip_address_type # as it is without saying so

  tags = { Name = var.name }
}
