# The API in a VPC that a network team has made: its subnets, its DynamoDB endpoint, its KMS keys, a permissions boundary on every role,
# and callers on premises.

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

variable "network" {
  description = "The VPC, its private subnets in two zones or more, and its DynamoDB gateway endpoint."
  type = object({
    vpc_id            = string
    subnet_ids        = map(string)
    dynamodb_endpoint = object({ id = string })
  })
}

variable "keys" {
  description = "KMS keys of the table and of the log groups. Null: the module makes its own."
  type        = object({ table = object({ arn = string }), logs = object({ arn = string }) })
  default     = { table = null, logs = null }
}

variable "permissions_boundary" {
  description = "The boundary that the account demands on roles."
  type        = string
  default     = null
}

module "claims" {
  source = "../../modules/claims-api"

  name                 = "claims"
  stage                = "v1"
  authorization        = "AWS_IAM"
  callers              = jsondecode(file("${path.module}/callers.json"))
  network              = var.network
  client_cidrs         = { "data centre" = "192.168.64.0/18" }
  table_key            = var.keys.table
  log_key              = var.keys.logs
  permissions_boundary = var.permissions_boundary
  role_path            = "/service/"
}

output "url" {
  description = "Where the API answers."
  value       = module.claims.claim_url
}

output "endpoint" {
  description = "The endpoint that callers reach."
  value       = module.claims.execute_api_endpoint
}
