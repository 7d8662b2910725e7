# What an organisation brings, and combinations that cannot work, each refused by `plan`; see part_1.tftest.hcl.

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
  lambda_zip           = "./tests/package.stand-in"
  example_binaries_dir = "./tests/none"
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}
override_data {
  target = data.aws_availability_zones.available
  values = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
}
override_data {
  target = data.aws_ssm_parameter.al2023
  values = { insecure_value = "ami-0123456789abcdef0" }
}
override_data {
  target = data.aws_vpc.given
  values = {
    id                      = "vpc-0123456789abcdef0"
    cidr_block              = "10.40.0.0/20"
    cidr_block_associations = [{ cidr_block = "10.40.0.0/20" }, { cidr_block = "100.64.0.0/20" }]
    ipv6_cidr_block         = "2001:db8::/56"
    enable_dns_support      = true
    enable_dns_hostnames    = true
  }
}
override_data {
  target = data.aws_subnet.given["a"]
  values = { id = "subnet-0aaaaaaaaaaaaaaaa", vpc_id = "vpc-0123456789abcdef0", availability_zone = "eu-central-1a", ipv6_cidr_block = "2001:db8:0:1::/64" }
}
override_data {
  target = data.aws_subnet.given["b"]
  values = { id = "subnet-0bbbbbbbbbbbbbbbb", vpc_id = "vpc-0123456789abcdef0", availability_zone = "eu-central-1b", ipv6_cidr_block = "2001:db8:0:2::/64" }
}
override_data {
  target = data.aws_vpc_endpoint.dynamodb
  values = {
    id           = "vpce-0dddddddddddddddd", vpc_id = "vpc-0123456789abcdef0", vpc_endpoint_type = "Gateway", prefix_list_id = "pl-0aaaaaaaaaaaaaaaa"
    service_name = "com.amazonaws.eu-central-1.dynamodb"
  }
}
override_data {
  target = data.aws_vpc_endpoint.execute_api
  values = {
    id           = "vpce-0ffffffffffffffff", vpc_id = "vpc-0123456789abcdef0", vpc_endpoint_type = "Interface", private_dns_enabled = false
    service_name = "com.amazonaws.eu-central-1.execute-api", dns_entry = [{ dns_name = "theirs.vpce.amazonaws.com", hosted_zone_id = "Z1" }]
  }
}
override_resource {
  target          = module.execute_api_endpoint[0].aws_vpc_endpoint.this
  override_during = plan
  values = {
    id        = "vpce-0123456789abcdef0"
    dns_entry = [{ dns_name = "ours.vpce.amazonaws.com", hosted_zone_id = "Z0" }]
  }
}
override_resource {
  target          = module.dynamodb_endpoint[0].aws_vpc_endpoint.this
  override_during = plan
  values          = { id = "vpce-0aaaaaaaaaaaaaaaa", prefix_list_id = "pl-0bbbbbbbbbbbbbbbb" }
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
  target          = module.table.aws_dynamodb_table.this
  override_during = plan
  values          = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/claims-claims" }
}
override_resource {
  target          = module.custom_domain[0].aws_api_gateway_domain_name.this
  override_during = plan
  values          = { arn = "arn:aws:apigateway:eu-central-1:123456789012:/domainnames/claims.example.com+d1", domain_name_id = "d1" }
}

run "everything_is_there" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    network = {
      vpc_id            = "vpc-0123456789abcdef0", subnet_ids = { a = "subnet-0aaaaaaaaaaaaaaaa", b = "subnet-0bbbbbbbbbbbbbbbb" }
      dynamodb_endpoint = { id = "vpce-0dddddddddddddddd" }, execute_api_endpoint = { id = "vpce-0ffffffffffffffff" }
    }
    table_key            = { arn = "arn:aws:kms:eu-central-1:123456789012:key/table" }
    log_key              = { arn = "arn:aws:kms:eu-central-1:123456789012:key/logs" }
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    role_path            = "/service/"
  }

  assert {
    condition     = length(module.api_vpc) + length(module.dynamodb_endpoint) + length(module.execute_api_endpoint) + length(module.log_key) + length(aws_vpc_endpoint_policy.execute_api) == 0
    error_message = "nothing is made that is there, and a policy that is not ours is left alone"
  }
  assert {
    condition     = alltrue([for role in aws_iam_role.function : role.path == "/service/" && role.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"])
    error_message = "every role has its path and its boundary"
  }
  assert {
    condition     = module.table.key_arn == "arn:aws:kms:eu-central-1:123456789012:key/table" && module.table.key_policy == null
    error_message = "the table has the given key"
  }
  assert {
    condition     = output.execute_api_endpoint == "vpce-0ffffffffffffffff" && output.claim_url == "https://abcdef1234-vpce-0ffffffffffffffff.execute-api.eu-central-1.amazonaws.com/dev/claim" && !contains(keys(output.client_environment), "private-dns")
    error_message = "the endpoint has no private DNS: callers use the alias name"
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.functions_dynamodb.prefix_list_id == "pl-0aaaaaaaaaaaaaaaa"
    error_message = "the table is reached by the given endpoint"
  }
}

run "endpoints_of_ours_in_a_given_network" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    network = {
      vpc_id          = "vpc-0123456789abcdef0", subnet_ids = { a = "subnet-0aaaaaaaaaaaaaaaa", b = "subnet-0bbbbbbbbbbbbbbbb" }
      route_table_ids = { a = "rtb-0aaaaaaaaaaaaaaaa" }
    }
    ip_address_type = "dualstack"
    client_cidrs    = { "data centre" = "192.168.64.0/18" }
  }

  assert {
    condition     = module.execute_api_endpoint[0].admitted == { "data centre" = "192.168.64.0/18", "the API VPC" = "10.40.0.0/20", "the API VPC, IPv6" = "2001:db8::/56" }
    error_message = "the VPC and the further range reach the endpoint"
  }
}

run "three_zones" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    client_vpcs        = { client = { cidr = "172.20.0.0/16" } }
    client_dns         = "zone"
    private_dns        = false
  }

  assert {
    condition     = module.api_vpc[0].subnet_ranges == { az1 = "10.0.16.0/20", az2 = "10.0.32.0/20", az3 = "10.0.224.0/20" }
    error_message = "the third zone has a range beside those of the others"
  }
  assert {
    condition     = module.client_zone[0].name == "abcdef1234.execute-api.eu-central-1.amazonaws.com" && module.client_vpc["client"].forwards == []
    error_message = "client VPCs resolve the API by a zone of its name, without resolver endpoints"
  }
}

run "the_organization_is_admitted" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    authorization       = "AWS_IAM"
    caller_accounts     = ["210987654321"]
    caller_organization = "o-a1b2c3d4e5"
    domain = {
      name = "claims.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/c1"
    }
  }

  assert {
    condition     = jsondecode(module.api.policy).Statement[0].Principal == { AWS = ["arn:aws:iam::123456789012:root", "arn:aws:iam::210987654321:root"] }
    error_message = "accounts decide by their own policies"
  }
  assert {
    condition     = jsondecode(module.api.policy).Statement[2].Condition == { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }, StringNotEquals = { "aws:PrincipalAccount" = "123456789012" } }
    error_message = "the organisation is admitted, and in our own account nobody without a policy"
  }
  assert {
    condition     = length(jsondecode(aws_vpc_endpoint_policy.execute_api[0].policy).Statement) == 2
    error_message = "the custom domain passes through our endpoint"
  }
  assert {
    condition     = jsondecode(module.custom_domain[0].policy).Statement[1].Condition.StringNotEquals["aws:SourceVpce"] == ["vpce-0123456789abcdef0"]
    error_message = "by the custom domain, too, only listed endpoints call"
  }

  expect_failures = [
    check.callers,
  ]
}

run "watched" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    alarms = { topic_arns = ["arn:aws:sns:eu-central-1:123456789012:operators"] }
  }

  # By hand: a budget of 0.1 % goes 14.4 times too fast at 1.44 % of failed calls, 6 times at 0.6 %.
  assert {
    condition = { for window, burn in module.watch[0].burns : window => [burn.seconds, floor(burn.above * 100000 + 0.5), burn.least] } == {
      "fast-long" = [3600, 1440, 50], "fast-short" = [300, 1440, 1], "slow-long" = [21600, 600, 50], "slow-short" = [1800, 600, 1]
    }
    error_message = "the windows and shares of the objective"
  }
  assert {
    condition = module.watch[0].rules == {
      fast = "ALARM(\"claims-burn-fast-long\") AND ALARM(\"claims-burn-fast-short\")"
      slow = "ALARM(\"claims-burn-slow-long\") AND ALARM(\"claims-burn-slow-short\")"
    }
    error_message = "only both windows together tell somebody"
  }
  assert {
    condition     = length(module.watch[0].alarms) == 5 + 3 * (length(output.operations) + 1) + 3 && contains(module.watch[0].alarms, "claims-getClaim-time-limit")
    error_message = "three alarms for each function, and those of gateway, table, objective and history"
  }
}

run "another_service" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    name             = "orders"
    openapi_document = "./tests/another.apigateway.json"
    history          = false
    dynamodb_actions = { getLine = ["dynamodb:GetItem"], changeLine = ["dynamodb:UpdateItem", "dynamodb:GetItem"] }
  }

  assert {
    condition = toset(jsondecode(output.caller_policy).Statement[0].Resource) == toset([
      "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/GET/order/*/line/*", "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/dev/PATCH/order/*/line/*",
    ])
    error_message = "routes are those of the document"
  }
  assert {
    condition     = output.operations == tolist(["changeLine", "getLine"]) && strcontains(module.api.body, "function:orders-changeLine/invocations") && output.base_url == "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/dev"
    error_message = "each operation of the document has its function"
  }
}

run "cannot_work" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    permissions_boundary = "boundary"
    role_path            = "service"
    table_key            = { arn = "arn:aws:kms:eu-west-1:123456789012:key/table" }
    log_key              = { arn = "alias/logs" }
    caller_accounts      = ["210987654321"]
    caller_organization  = "o-a1b2c3d4e5"
    ip_address_type      = "dualstack"
    client_dns           = "resolver"
    private_dns          = false
    client_cidrs         = { everybody = "0.0.0.0/0" }
    dynamodb_actions     = { makeClaim = ["dynamodb:PutItem"] }
    alarms               = { topic_arns = ["arn:aws:sns:eu-west-1:123456789012:operators"], availability = 90 }
    domain               = { name = "claims.example.com", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/c1" }
  }

  expect_failures = [
    var.permissions_boundary,
    var.role_path,
    var.table_key,
    var.log_key,
    var.caller_accounts,
    var.caller_organization,
    var.ip_address_type,
    var.private_dns,
    var.client_cidrs,
    var.dynamodb_actions,
    var.alarms,
    var.domain,
  ]
}

run "a_third_zone_without_a_range" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1e"]
  }

  expect_failures = [
    var.availability_zones,
  ]
}

run "on_premises_range_overlaps" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    client_cidrs = { "data centre" = "10.0.0.0/8" }
  }

  expect_failures = [
    var.client_cidrs,
  ]
}

run "two_ways_to_dynamodb" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    network = {
      vpc_id            = "vpc-0123456789abcdef0", subnet_ids = { a = "subnet-0aaaaaaaaaaaaaaaa", b = "subnet-0bbbbbbbbbbbbbbbb" }
      dynamodb_endpoint = { id = "vpce-0dddddddddddddddd" }, route_table_ids = { a = "rtb-0aaaaaaaaaaaaaaaa" }
    }
  }

  expect_failures = [
    var.network,
  ]
}

run "the_tutorials_instances_in_a_given_network" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    network = {
      vpc_id            = "vpc-0123456789abcdef0", subnet_ids = { a = "subnet-0aaaaaaaaaaaaaaaa", b = "subnet-0bbbbbbbbbbbbbbbb" }
      dynamodb_endpoint = { id = "vpce-0dddddddddddddddd" }
    }
    bastion = true
  }

  expect_failures = [
    var.network,
  ]
}

run "settings_of_an_endpoint_that_is_not_ours" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  variables {
    network = {
      vpc_id            = "vpc-0123456789abcdef0", subnet_ids = { a = "subnet-0aaaaaaaaaaaaaaaa", b = "subnet-0bbbbbbbbbbbbbbbb" }
      dynamodb_endpoint = { id = "vpce-0dddddddddddddddd" }, execute_api_endpoint = { id = "vpce-0ffffffffffffffff" }
    }
    client_cidrs    = { "data centre" = "192.168.64.0/18" }
    private_dns     = false
    ip_address_type = "dualstack"
  }

  expect_failures = [
    var.client_cidrs,
    var.private_dns,
    var.ip_address_type,
  ]
}

run "endpoints_and_subnets_of_another_vpc" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  override_data {
    target = data.aws_subnet.given["b"]
    values = { id = "subnet-0bbbbbbbbbbbbbbbb", vpc_id = "vpc-0eeeeeeeeeeeeeeee", availability_zone = "eu-central-1b" }
  }
  override_data {
    target = data.aws_vpc_endpoint.dynamodb
    values = { id = "vpce-0dddddddddddddddd", vpc_id = "vpc-0123456789abcdef0", vpc_endpoint_type = "Gateway", service_name = "com.amazonaws.eu-central-1.s3" }
  }
  override_data {
    target = data.aws_vpc.given
    values = { id = "vpc-0123456789abcdef0", cidr_block = "10.40.0.0/20", cidr_block_associations = [], enable_dns_support = true, enable_dns_hostnames = false }
  }

  variables {
    network = {
      vpc_id            = "vpc-0123456789abcdef0", subnet_ids = { a = "subnet-0aaaaaaaaaaaaaaaa", b = "subnet-0bbbbbbbbbbbbbbbb" }
      dynamodb_endpoint = { id = "vpce-0dddddddddddddddd" }
    }
  }

  expect_failures = [
    data.aws_subnet.given,
    data.aws_vpc_endpoint.dynamodb,
    data.aws_vpc.given,
  ]
}

run "one_zone_only" {
  command = plan

  module {
    source = "./modules/claims-api"
  }

  override_data {
    target = data.aws_subnet.given["b"]
    values = { id = "subnet-0bbbbbbbbbbbbbbbb", vpc_id = "vpc-0123456789abcdef0", availability_zone = "eu-central-1a" }
  }

  variables {
    network = {
      vpc_id            = "vpc-0123456789abcdef0", subnet_ids = { a = "subnet-0aaaaaaaaaaaaaaaa", b = "subnet-0bbbbbbbbbbbbbbbb" }
      dynamodb_endpoint = { id = "vpce-0dddddddddddddddd" }
    }
  }

  expect_failures = [
    terraform_data.place,
  ]
}
