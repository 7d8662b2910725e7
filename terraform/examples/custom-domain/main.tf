# The stable name: the API's id may change, its callers' settings do not. The certificate is ACM's, public or of a private authority.

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

variable "certificate_arn" {
  description = "ACM certificate that covers claims.example.com, in this region."
  type        = string
}

variable "consumer_accounts" {
  description = "Accounts of the organisation with endpoints of their own."
  type        = list(string)
  default     = []
}

module "claims" {
  source = "../../modules/claims-api"

  name          = "claims"
  authorization = "AWS_IAM"
  callers = [for account in concat(["123456789012"], var.consumer_accounts) :
    { principal = "arn:aws:iam::${account}:role/orders", operations = ["createClaim", "getClaim", "listClaims"], members = ["*"] }
  ]
  client_vpcs = { orders = { cidr = "172.20.0.0/16" } }
  client_dns  = "zone"
  domain = {
    name              = "claims.example.com"
    certificate_arn   = var.certificate_arn
    consumer_accounts = var.consumer_accounts
  }
}

output "domain" {
  description = "For modules/custom-domain-consumer in each of those accounts."
  value       = module.claims.domain
}

output "client_environment" {
  description = "What callers set."
  value       = module.claims.client_environment["custom-domain"]
}
