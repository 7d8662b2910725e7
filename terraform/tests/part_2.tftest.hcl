# Part 2 as planned by the real provider, offline; see part_1.tftest.hcl.

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
override_resource {
  target          = module.resolver_inbound[0].aws_route53_resolver_endpoint.this
  override_during = plan
  values          = { ip_address = { ip = "10.0.16.7" } } # of each address
}

run "resolver" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    client_vpcs = { client = { cidr = "172.20.0.0/16" }, billing = { cidr = "192.168.0.0/20" } }
    client_dns  = "resolver"
  }

  assert {
    condition     = alltrue([for client in module.client_vpc : client.forwards == ["abcdef1234.execute-api.eu-central-1.amazonaws.com"]])
    error_message = "each client VPC forwards this API's name and no other"
  }
  assert {
    condition     = distinct(module.resolver_inbound[0].ips) == tolist(["10.0.16.7"])
    error_message = "queries go to the inbound endpoint's addresses, not to 10.0.0.2"
  }
  assert {
    condition = module.client_vpc["client"].routes == { to_api = { az1 = "10.0.0.0/16", az2 = "10.0.0.0/16" }, back = { az1 = "172.20.0.0/16", az2 = "172.20.0.0/16" } } && (
    module.client_vpc["billing"].routes == { to_api = { az1 = "10.0.0.0/16", az2 = "10.0.0.0/16" }, back = { az1 = "192.168.0.0/20", az2 = "192.168.0.0/20" } })
    error_message = "every route table on both sides knows the way"
  }
  assert {
    condition     = toset(keys(output.client_sessions)) == toset(["client", "billing"])
    error_message = "one more entry of the map is one more client VPC"
  }
}

run "alias" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    client_vpcs = { client = { cidr = "172.20.0.0/16" } }
  }

  assert {
    condition     = length(module.resolver_inbound) == 0 && length(module.client_vpc["client"].forwards) == 0
    error_message = "the alias name needs no resolver endpoint"
  }
  assert {
    condition     = module.client_vpc["client"].routes.back == { az1 = "172.20.0.0/16", az2 = "172.20.0.0/16" }
    error_message = "it does need the routes"
  }
}

run "without_a_bastion" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    client_vpcs = { client = { cidr = "172.20.0.0/16" } }
    bastion     = false
  }

  assert {
    condition     = length(module.bastion) == 0 && length(module.artifacts) == 1 && length(output.client_sessions) == 1
    error_message = "a client VPC has its instance and its examples also without a bastion"
  }
}
