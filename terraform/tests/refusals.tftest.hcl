# Each bad variable is refused by its own validation, before anything is planned. A run must see every variable it lists
# refused, so that one run holds one bad value of each. (client_vpcs is not looked at while vpc_cidr is bad.) "accepted" keeps the rules from refusing
# what is right.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  name                 = "claims"
  bastion              = true
  lambda_zip           = "./tests/package.stand-in"
  example_binaries_dir = "./tests/none"
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}
override_data {
  target = data.aws_availability_zones.available
  values = { names = ["eu-central-1c", "eu-central-1a", "eu-central-1b"] }
}
override_data {
  target = data.aws_ssm_parameter.al2023
  values = { insecure_value = "ami-0123456789abcdef0" }
}
override_resource {
  target          = module.execute_api_endpoint[0].aws_vpc_endpoint.this
  override_during = plan
  values = {
    id        = "vpce-0123456789abcdef0"
    dns_entry = [{ dns_name = "vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com", hosted_zone_id = "Z0" }]
  }
}
override_resource {
  target          = module.api.aws_api_gateway_rest_api.this
  override_during = plan
  values = {
    id            = "abcdef1234"
    execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234"
  }
}

run "wrong_kind_of_value" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    name                    = "Claims"
    vpc_cidr                = "10.0.0.0"
    client_dns              = "hosts-file"
    stage                   = "v1/dev"
    authorization           = "COGNITO"
    additional_endpoint_ids = ["vpce-0123.execute-api.eu-central-1.vpce.amazonaws.com"]
    openapi_document        = "./tests/missing.json"
    throttle                = { rate = 0, burst = 10 }
    lambda_zip              = "./tests/missing.zip"
    architecture            = "aarch64"
    lambda_memory_mb        = 64
    lambda_timeout_seconds  = 30
    lambda_concurrency      = 0
    table_name              = "claims table"
    history_days            = 1.5
    log_retention_days      = 42
    audit_days              = 42
    audit_key               = "too short"
    bastion                 = false
    reachability_analysis   = true
  }

  expect_failures = [
    var.name,
    var.vpc_cidr,
    var.client_dns,
    var.stage,
    var.authorization,
    var.additional_endpoint_ids,
    var.openapi_document,
    var.throttle,
    var.lambda_zip,
    var.architecture,
    var.lambda_memory_mb,
    var.lambda_timeout_seconds,
    var.lambda_concurrency,
    var.table_name,
    var.history_days,
    var.log_retention_days,
    var.audit_days,
    var.audit_key,
    var.reachability_analysis,
  ]
}

run "just_beyond_the_limits" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    vpc_cidr               = "10.0.0.0/25"
    name                   = "claims-of-a-very-long-name"
    availability_zones     = ["eu-central-1a", "eu-central-1a"]
    stage                  = "Dev"
    lambda_memory_mb       = 10241
    lambda_timeout_seconds = 0
    lambda_concurrency     = -2
    throttle               = { rate = 1, burst = 1.5 }
  }

  expect_failures = [
    var.vpc_cidr,
    var.name,
    var.availability_zones,
    var.stage,
    var.lambda_memory_mb,
    var.lambda_timeout_seconds,
    var.lambda_concurrency,
    var.throttle,
  ]
}

run "public_api_vpc" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    vpc_cidr = "172.128.0.0/16"
  }

  expect_failures = [
    var.vpc_cidr,
  ]
}

run "api_vpc_with_host_bits" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    vpc_cidr = "10.0.1.0/16"
  }

  expect_failures = [
    var.vpc_cidr,
  ]
}

run "client_key_with_spaces" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    client_vpcs = { "my client" = { cidr = "172.20.0.0/16" } }
  }

  expect_failures = [
    var.client_vpcs,
  ]
}

run "client_without_prefix" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    client_vpcs = { client = { cidr = "172.20.0.0" } }
  }

  expect_failures = [
    var.client_vpcs,
  ]
}

run "client_with_host_bits" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    client_vpcs = { client = { cidr = "172.20.1.0/16" } }
  }

  expect_failures = [
    var.client_vpcs,
  ]
}

run "public_client_vpc" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    client_vpcs = { client = { cidr = "172.128.0.0/16" } }
  }

  expect_failures = [
    var.client_vpcs,
  ]
}

run "client_overlaps_the_api" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    client_vpcs = { client = { cidr = "10.0.128.0/20" } }
  }

  expect_failures = [
    var.client_vpcs,
  ]
}

run "clients_overlap_each_other" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    client_vpcs = { a = { cidr = "172.20.0.0/16" }, b = { cidr = "172.20.240.0/20" } }
  }

  expect_failures = [
    var.client_vpcs,
  ]
}

run "accepted" {
  command = plan

  override_data {
    target = data.aws_region.current
    values = { name = "us-gov-west-1" }
  }

  module {
    source = "./modules/claims-api"
  }

  variables {
    name                    = "claims-2"
    vpc_cidr                = "192.168.16.0/24"
    client_vpcs             = { a = { cidr = "192.168.17.0/24" }, b = { cidr = "10.0.0.0/16" }, c = { cidr = "172.31.0.0/16" } }
    stage                   = "v1"
    additional_endpoint_ids = ["vpce-0123456789abcdef0"]
    architecture            = "x86_64"
    lambda_concurrency      = 5
    throttle                = { rate = 0.5, burst = 1 }
  }

  assert {
    condition     = output.claim_url == "https://abcdef1234.execute-api.us-gov-west-1.amazonaws.com/v1/claim"
    error_message = "neighbouring ranges, other names and processors are fine"
  }
}

run "zones_of_another_region" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    availability_zones = ["us-east-1a", "us-east-1b"]
  }

  expect_failures = [
    var.availability_zones,
  ]
}

run "callers_without_signatures" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    callers      = [{ principal = "arn:aws:iam::123456789012:role/claims-intake", operations = ["createClaim"], members = ["*"] }]
    callers_mode = "log"
  }

  expect_failures = [
    var.callers,
    var.callers_mode,
  ]
}

run "callers_with_a_mistake" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    authorization = "AWS_IAM"
    callers       = [{ principal = "arn:aws:iam::123456789012:role/claims-intake", operations = ["createClaim"], members = ["*"], status = ["paid"] }]
  }

  # All that may be is told in callers.tftest.hcl.
  expect_failures = [
    terraform_data.place,
  ]
}

run "as_many_callers_as_fit" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    name               = "claims-getClaim"
    role               = { id = "claims-getClaim", arn = "arn:aws:iam::123456789012:role/claims-getClaim" }
    handler            = "getClaim"
    dynamodb_actions   = ["dynamodb:GetItem"]
    partition          = "aws"
    region             = "eu-central-1"
    account_id         = "123456789012"
    zip                = "./tests/package.stand-in"
    architecture       = "arm64"
    memory_mb          = 256
    timeout_seconds    = 10
    concurrency        = -1
    table              = { name = "claims-claims", arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/claims-claims", key_arn = "arn:aws:kms:eu-central-1:123456789012:key/table", key_actions = ["kms:Decrypt"], endpoint_id = "vpce-0aaaaaaaaaaaaaaaa" }
    subnet_ids         = { az1 = "subnet-0aaaaaaaaaaaaaaaa" }
    security_group_id  = "sg-0aaaaaaaaaaaaaaaa"
    log_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/logs"
    log_retention_days = 2192
    keep_logs          = true
    audit_key          = "0123456789abcdef0123456789abcdef"
    callers            = { mode = "enforce", entries = [for number in range(44) : { principal = "arn:aws:iam::123456789012:role/claims-caller-${10 + number}", members = ["*"] }] }
  }

  assert {
    condition     = length(jsondecode(output.callers)) == 44
    error_message = "as many short entries fit beside the rest"
  }
}

# Lambda's 4096 bytes are of the environment as JSON, with each quote inside a value twice: 45 entries are 3601 bytes plain, and too many so.
run "one_caller_too_many" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    name               = "claims-getClaim"
    role               = { id = "claims-getClaim", arn = "arn:aws:iam::123456789012:role/claims-getClaim" }
    handler            = "getClaim"
    dynamodb_actions   = ["dynamodb:GetItem"]
    partition          = "aws"
    region             = "eu-central-1"
    account_id         = "123456789012"
    zip                = "./tests/package.stand-in"
    architecture       = "arm64"
    memory_mb          = 256
    timeout_seconds    = 10
    concurrency        = -1
    table              = { name = "claims-claims", arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/claims-claims", key_arn = "arn:aws:kms:eu-central-1:123456789012:key/table", key_actions = ["kms:Decrypt"], endpoint_id = "vpce-0aaaaaaaaaaaaaaaa" }
    subnet_ids         = { az1 = "subnet-0aaaaaaaaaaaaaaaa" }
    security_group_id  = "sg-0aaaaaaaaaaaaaaaa"
    log_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/logs"
    log_retention_days = 2192
    keep_logs          = true
    audit_key          = "0123456789abcdef0123456789abcdef"
    callers            = { mode = "enforce", entries = [for number in range(45) : { principal = "arn:aws:iam::123456789012:role/claims-caller-${10 + number}", members = ["*"] }] }
  }

  expect_failures = [
    aws_lambda_function.this,
  ]
}
