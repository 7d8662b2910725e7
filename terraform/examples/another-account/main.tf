# Callers of another account: it has an execute-api endpoint in a VPC of its own, and a role that calls. Both sides in one plan, with two
# providers; as two configurations the ids go from one to the other by hand.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
}

provider "aws" {
  alias  = "consumer"
  region = "eu-central-1"

  assume_role {
    role_arn = "arn:aws:iam::${var.consumer.account_id}:role/${var.consumer.deployer}"
  }
}

variable "consumer" {
  description = "The other account: the role that deploys there, its VPC and subnets, the security group of its callers, and the role that calls."
  type = object({
    account_id    = string
    deployer      = string
    vpc_id        = string
    subnet_ids    = list(string)
    callers_group = string
    caller_role   = string
  })
}

# ---- our account ----------------------------------------------------------------------------------------------------

module "claims" {
  source = "../../modules/claims-api"

  name                    = "claims"
  authorization           = "AWS_IAM"
  additional_endpoint_ids = [aws_vpc_endpoint.consumer.id]

  # By name, and with that their account. By account alone, without saying who and what: caller_accounts.
  callers = [{
    principal  = "arn:aws:iam::${var.consumer.account_id}:role/${var.consumer.caller_role}"
    operations = ["createClaim", "getClaim", "listClaims"]
    members    = ["*"]
  }]
}

# ---- the consumer's -------------------------------------------------------------------------------------------------

resource "aws_security_group" "consumer" {
  provider = aws.consumer

  name_prefix = "claims-consumer-"
  description = "HTTPS to the execute-api endpoint"
  vpc_id      = var.consumer.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "consumer" {
  provider = aws.consumer

  security_group_id            = aws_security_group.consumer.id
  description                  = "HTTPS from the callers"
  referenced_security_group_id = var.consumer.callers_group
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

# No private DNS: public APIs go on answering in that VPC. Its callers use the endpoint's own name (mode vpce-header or vpce-resolve).
resource "aws_vpc_endpoint" "consumer" {
  provider = aws.consumer

  vpc_id              = var.consumer.vpc_id
  service_name        = "com.amazonaws.eu-central-1.execute-api"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = var.consumer.subnet_ids
  security_group_ids  = [aws_security_group.consumer.id]
  private_dns_enabled = false
}

resource "aws_vpc_endpoint_policy" "consumer" {
  provider = aws.consumer

  vpc_endpoint_id = aws_vpc_endpoint.consumer.id
  policy          = module.claims.execute_api_endpoint_policy
}

# Both accounts have to say yes: the API by callers, the caller's own account by this.
resource "aws_iam_role_policy" "caller" {
  provider = aws.consumer

  name   = "call-claims-api"
  role   = var.consumer.caller_role
  policy = module.claims.caller_policy
}

output "client_environment" {
  description = "What a caller in the other account sets."
  value = {
    CLAIMS_API_MODE          = "vpce-header"
    CLAIMS_API_ID            = module.claims.rest_api_id
    CLAIMS_API_REGION        = "eu-central-1"
    CLAIMS_API_STAGE         = module.claims.stage
    CLAIMS_API_AUTHORIZATION = "AWS_IAM"
    CLAIMS_API_VPCE_DNS      = aws_vpc_endpoint.consumer.dns_entry[0].dns_name
  }
}
