# One configuration, several deployments: by name, each with a VPC, a table and an API of its own.

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

module "claims" {
  source   = "../../modules/claims-api"
  for_each = { claims-blue = "10.1.0.0/16", claims-green = "10.2.0.0/16" }

  name     = each.key
  vpc_cidr = each.value
}

output "urls" {
  description = "Where each of them answers."
  value       = { for name, deployment in module.claims : name => deployment.claim_url }
}
