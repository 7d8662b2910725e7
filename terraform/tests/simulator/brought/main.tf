# A network with all that a platform team brings, and the API in it, in one apply: what is looked up is not there yet when it is planned.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "eu-central-1"
}

data "aws_caller_identity" "current" {}

module "network" {
  source = "../../../modules/network"

  name               = "platform"
  cidr               = "10.40.0.0/20"
  availability_zones = ["eu-central-1a", "eu-central-1b"]
  account_id         = data.aws_caller_identity.current.account_id
  log_key_arn        = aws_kms_key.given["logs"].arn
  keep_logs          = false
  log_retention_days = 365
  roles              = { path = "/platform/", boundary = null }
}

resource "aws_kms_key" "given" {
  for_each = toset(["table", "logs"])

  description         = "The platform's, for ${each.key}"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "Account", Effect = "Allow", Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action = "kms:*", Resource = "*"
    }]
  })
}

resource "aws_vpc_endpoint" "dynamodb" {
  vpc_id            = module.network.vpc_id
  service_name      = "com.amazonaws.eu-central-1.dynamodb"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = values(module.network.route_table_ids)
}

resource "aws_iam_policy" "boundary" {
  name   = "boundary"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "logs:PutLogEvents", Resource = "arn:aws:logs:eu-central-1:123456789012:log-group:*" }] })
}

module "claims" {
  source = "../../../modules/claims-api"

  name = "brought"
  network = {
    vpc_id            = module.network.vpc_id
    subnet_ids        = module.network.subnet_ids
    dynamodb_endpoint = { id = aws_vpc_endpoint.dynamodb.id }
  }
  client_cidrs         = { "data centre" = "192.168.64.0/18" }
  authorization        = "AWS_IAM"
  caller_accounts      = ["210987654321"]
  table_key            = { arn = aws_kms_key.given["table"].arn }
  log_key              = { arn = aws_kms_key.given["logs"].arn }
  permissions_boundary = aws_iam_policy.boundary.arn
  role_path            = "/service/"
  logging_ready        = module.api_account
}

module "api_account" {
  source = "../../../modules/api-account"

  name       = "platform"
  partition  = "aws"
  region     = "eu-central-1"
  account_id = data.aws_caller_identity.current.account_id
}
