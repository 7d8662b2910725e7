# Part 2 as planned by the real provider, offline. `cargo xtask lab` plans with this file and builds its network of the result.
# What only AWS could hand out is made up here.

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
    id            = "local00000"
    execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:local00000"
  }
}
override_resource {
  target          = module.resolver_inbound[0].aws_route53_resolver_endpoint.this
  override_during = plan
  values          = { ip_address = { ip = "10.0.16.7" } } # of each address
}
# `cargo xtask lab` adds a made-up invoke_arn for each function.

run "lab" {
  command = plan

  module {
    source = "./modules/claims-api"
  }
}
