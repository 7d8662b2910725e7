# An instance without key pair, public address or open port; Session Manager is the only way in.

resource "aws_security_group" "this" {
  name_prefix = "${var.name}-"
  description = "${var.name}: nothing in, HTTPS out to endpoints"
  vpc_id      = var.vpc_id

  tags = { Name = var.name }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_egress_rule" "https" {
  for_each = var.https_to_cidrs

  security_group_id = aws_security_group.this.id
  description       = "HTTPS to ${each.key}"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS to S3 through its gateway endpoint"
  prefix_list_id    = var.s3_endpoint.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_iam_role" "this" {
  name                 = var.name
  path                 = var.roles.path
  permissions_boundary = var.roles.boundary
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Instance"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "session_manager" {
  #checkov:skip=CKV_AWS_290:the session channels and the agent's report know no resource to name; this is AWS's minimal Session Manager policy
  #checkov:skip=CKV_AWS_355:same statement: AWS defines no resource-level permission for these actions
  name = "session-manager"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # "*": these actions know no resource. AmazonSSMManagedInstanceCore would also read every SSM parameter.
      Sid    = "SessionManager"
      Effect = "Allow"
      Action = [
        "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
      ]
      Resource = "*"
    }]
  })
}

locals {
  # Elsewhere the instance's keys open nothing.
  through_the_endpoint = { "aws:SourceVpce" = var.s3_endpoint.id }
}

resource "aws_iam_role_policy" "examples" {
  name = "fetch-examples"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ListExamples"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = var.artifacts.arn
        Condition = { StringLike = { "s3:prefix" = "examples/*" }, StringEquals = local.through_the_endpoint }
      },
      {
        Sid       = "GetExamples"
        Effect    = "Allow"
        Action    = "s3:GetObject"
        Resource  = "${var.artifacts.arn}/examples/*"
        Condition = { StringEquals = local.through_the_endpoint }
      },
    ]
  })
}

resource "aws_iam_role_policy" "caller" {
  count = var.signs_calls ? 1 : 0

  name   = "call-claims-api"
  role   = aws_iam_role.this.id
  policy = var.caller_policy
}

resource "aws_iam_instance_profile" "this" {
  name = var.name
  path = var.roles.path
  role = aws_iam_role.this.name

  lifecycle {
    replace_triggered_by = [aws_iam_role.this.id] # of the same name, and not in the profile any more
  }
}

resource "terraform_data" "architecture" {
  input = var.architecture
}

resource "aws_instance" "this" {
  ami                    = var.ami_id
  instance_type          = var.architecture == "arm64" ? "t4g.micro" : "t3.micro"
  subnet_id              = var.subnet_id
  vpc_security_group_ids = [aws_security_group.this.id]
  iam_instance_profile   = aws_iam_instance_profile.this.name
  ebs_optimized          = true
  monitoring             = true

  associate_public_ip_address = false
  user_data                   = local.user_data
  user_data_replace_on_change = true

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    encrypted   = true
    volume_type = "gp3"
    volume_size = 8 # GiB, the image's own
  }

  tags = { Name = var.name }

  lifecycle {
    ignore_changes = [ami] # a newer image is no reason to throw a running instance away
    # The image of another architecture is, and a profile that is gone.
    replace_triggered_by = [terraform_data.architecture, aws_iam_instance_profile.this.id]
  }

  # At first boot it reports to Session Manager and fetches the examples.
  depends_on = [
    aws_iam_role_policy.session_manager, aws_iam_role_policy.examples, aws_vpc_security_group_egress_rule.https,
    aws_vpc_security_group_egress_rule.s3, var.network_ready,
  ]
}
