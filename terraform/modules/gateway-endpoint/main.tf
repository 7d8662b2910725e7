# One gateway endpoint (S3 or DynamoDB): a route in each table and a policy. Free of charge, and only for its own VPC.

resource "aws_vpc_endpoint" "this" {
  vpc_id            = var.vpc_id
  service_name      = "com.amazonaws.${var.region}.${var.service}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = values(var.route_table_ids)
  policy            = var.policy

  tags = { Name = var.name }
}
