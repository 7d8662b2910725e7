# A VPC without a way out: no internet gateway, no NAT; private subnets in two or three zones, each with its own route table.

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true # private DNS of interface endpoints needs both

  tags = { Name = var.name }
}

locals {
  # Static keys, so that nothing is re-created when the account's list of zones changes its order. Each key has a range of its
  # own for each zone (by its letter, odd for az1, even for az2; az3 has what g and h would have): a subnet in another zone can be made
  # beside the old one.
  letters = [for zone in var.availability_zones : index(["a", "b", "c", "d", "e", "f", "g", "h"], substr(zone, -1, 1))]
  zones = { for slot, zone in var.availability_zones : "az${slot + 1}" => {
    zone  = zone
    range = slot < 2 ? 2 * local.letters[slot] + 1 - slot : 12 + local.letters[slot]
  } }
}

resource "aws_subnet" "private" {
  for_each = local.zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.value.zone
  cidr_block              = cidrsubnet(var.cidr, 4, each.value.range)
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-private-${each.key}" }

  # Lambda takes up to 40 minutes to give back a function's interfaces, and the subnet waits for them.
  timeouts {
    delete = "45m"
  }

  lifecycle {
    # Functions and endpoints move to the new one before the old one goes.
    create_before_destroy = true
    # 0.1.0 counted zones, whatever their letter: such a subnet keeps its range until it moves.
    ignore_changes = [cidr_block]
  }
}

resource "aws_route_table" "private" {
  for_each = local.zones

  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route_table_association" "private" {
  for_each = local.zones

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id

  # With its subnet, so that no interface is ever in one without the way to DynamoDB.
  lifecycle {
    create_before_destroy = true
  }
}

# No rules at all: whoever forgets to name a security group gets nothing.
resource "aws_default_security_group" "locked" {
  vpc_id = aws_vpc.this.id
  tags   = { Name = "${var.name}-default-locked" }
}

# ---- flow logs: addresses and ports, never contents -----------------------------------------------------------------

resource "aws_cloudwatch_log_group" "flow" {
  name              = "/aws/vpc/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_key_arn
  skip_destroy      = var.keep_logs
}

resource "aws_iam_role" "flow" {
  name                 = "${var.name}-flow-log"
  path                 = var.roles.path
  permissions_boundary = var.roles.boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "FlowLogsOfThisAccount"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "flow" {
  name = "write-flow-log"
  role = aws_iam_role.flow.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "OwnGroup"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"]
      Resource = "${aws_cloudwatch_log_group.flow.arn}:*"
    }]
  })
}

resource "aws_flow_log" "this" {
  vpc_id          = aws_vpc.this.id
  traffic_type    = "ALL"
  iam_role_arn    = aws_iam_role.flow.arn
  log_destination = aws_cloudwatch_log_group.flow.arn

  tags = { Name = var.name }
}
