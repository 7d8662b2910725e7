# Another service on the same module: its import document, what its operations do with the table, its package.

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

variable "package" {
  description = "The service's Lambda package for arm64, one binary named bootstrap."
  type        = string
}

module "orders" {
  source = "../../modules/claims-api"

  name             = "orders"
  table_name       = "orders"
  openapi_document = "${path.module}/../../../examples/orders/openapi/orders.apigateway.json"
  lambda_zip       = var.package
  history          = false # its package records none
  dynamodb_actions = {
    createOrder = ["dynamodb:PutItem"]
    getOrder    = ["dynamodb:GetItem"]
    listOrders  = ["dynamodb:Query"]
    updateOrder = ["dynamodb:UpdateItem"]
  }
}

output "url" {
  description = "What every path of the document follows."
  value       = module.orders.base_url
}
