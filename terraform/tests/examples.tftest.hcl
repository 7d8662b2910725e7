# Each example as planned by the real provider, offline, and what an organisation brings; see part_1.tftest.hcl.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

provider "aws" {
  alias                       = "consumer"
  region                      = "eu-central-1"
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

override_data {
  target = module.claims.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}
override_data {
  target = module.claims.data.aws_availability_zones.available
  values = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
}
override_data {
  target = module.claims.data.aws_ssm_parameter.al2023
  values = { insecure_value = "ami-0123456789abcdef0" }
}
override_data {
  target = module.claims.data.aws_vpc.given
  values = {
    id                      = "vpc-0123456789abcdef0"
    cidr_block              = "10.40.0.0/20"
    cidr_block_associations = [{ cidr_block = "10.40.0.0/20" }, { cidr_block = "100.64.0.0/20" }]
    enable_dns_support      = true
    enable_dns_hostnames    = true
  }
}
override_data {
  target = module.claims.data.aws_subnet.given["a"]
  values = { id = "subnet-0aaaaaaaaaaaaaaaa", vpc_id = "vpc-0123456789abcdef0", availability_zone = "eu-central-1a" }
}
override_data {
  target = module.claims.data.aws_subnet.given["b"]
  values = { id = "subnet-0bbbbbbbbbbbbbbbb", vpc_id = "vpc-0123456789abcdef0", availability_zone = "eu-central-1b" }
}
override_data {
  target = module.claims.data.aws_vpc_endpoint.dynamodb
  values = {
    id           = "vpce-0dddddddddddddddd", vpc_id = "vpc-0123456789abcdef0", vpc_endpoint_type = "Gateway", prefix_list_id = "pl-0aaaaaaaaaaaaaaaa"
    service_name = "com.amazonaws.eu-central-1.dynamodb"
  }
}
override_resource {
  target          = module.claims.module.execute_api_endpoint[0].aws_vpc_endpoint.this
  override_during = plan
  values = {
    id        = "vpce-0123456789abcdef0"
    dns_entry = [{ dns_name = "vpce-0123456789abcdef0-abcdefgh.execute-api.eu-central-1.vpce.amazonaws.com", hosted_zone_id = "Z0" }]
  }
}
override_resource {
  target          = module.claims.module.api.aws_api_gateway_rest_api.this
  override_during = plan
  values = {
    id            = "abcdef1234"
    execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234"
  }
}
override_resource {
  target          = module.claims.module.custom_domain[0].aws_api_gateway_domain_name.this
  override_during = plan
  values          = { arn = "arn:aws:apigateway:eu-central-1:123456789012:/domainnames/claims.example.com+d1", domain_name_id = "d1" }
}

run "existing_network" {
  command = plan

  module {
    source = "./examples/existing-network"
  }

  variables {
    network = {
      vpc_id            = "vpc-0123456789abcdef0"
      subnet_ids        = { a = "subnet-0aaaaaaaaaaaaaaaa", b = "subnet-0bbbbbbbbbbbbbbbb" }
      dynamodb_endpoint = { id = "vpce-0dddddddddddddddd" }
    }
    keys = {
      table = { arn = "arn:aws:kms:eu-central-1:123456789012:key/table" }
      logs  = { arn = "arn:aws:kms:eu-central-1:123456789012:key/logs" }
    }
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
  }

  assert {
    condition     = output.endpoint == "vpce-0123456789abcdef0" && output.url == "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/v1/claim"
    error_message = "the endpoint is made in the given network"
  }
}

run "two_deployments" {
  command = plan

  module {
    source = "./examples/two-deployments"
  }

  override_data {
    target = module.claims["claims-blue"].data.aws_caller_identity.current
    values = { account_id = "123456789012" }
  }
  override_data {
    target = module.claims["claims-blue"].data.aws_availability_zones.available
    values = { names = ["eu-central-1a", "eu-central-1b"] }
  }

  override_data {
    target = module.claims["claims-green"].data.aws_caller_identity.current
    values = { account_id = "123456789012" }
  }
  override_data {
    target = module.claims["claims-green"].data.aws_availability_zones.available
    values = { names = ["eu-central-1a", "eu-central-1b"] }
  }

  assert {
    condition     = length(module.claims) == 2 && [for deployment in module.claims : deployment.table_name] == ["claims-blue-claims", "claims-green-claims"]
    error_message = "the module can be had twice"
  }
}

run "another_account" {
  command = plan

  module {
    source = "./examples/another-account"
  }

  variables {
    consumer = {
      account_id    = "210987654321", deployer = "deployer", vpc_id = "vpc-0cccccccccccccccc", subnet_ids = ["subnet-0cccccccccccccccc"]
      callers_group = "sg-0cccccccccccccccc", caller_role = "caller"
    }
  }

  override_resource {
    target          = aws_vpc_endpoint.consumer
    override_during = plan
    values          = { id = "vpce-0eeeeeeeeeeeeeeee", dns_entry = [{ dns_name = "consumer.vpce.amazonaws.com", hosted_zone_id = "Z1" }] }
  }

  assert {
    condition     = toset(jsondecode(aws_iam_role_policy.caller.policy).Statement[0].Condition.StringEquals["aws:SourceVpce"]) == toset(["vpce-0123456789abcdef0", "vpce-0eeeeeeeeeeeeeeee"])
    error_message = "the caller's policy knows its own endpoint"
  }
  assert {
    condition     = output.client_environment.CLAIMS_API_VPCE_DNS == "consumer.vpce.amazonaws.com"
    error_message = "callers connect to their own endpoint"
  }
}

run "custom_domain" {
  command = plan

  module {
    source = "./examples/custom-domain"
  }

  variables {
    certificate_arn   = "arn:aws:acm:eu-central-1:123456789012:certificate/c1"
    consumer_accounts = ["210987654321"]
  }

  assert {
    condition     = output.client_environment.CLAIMS_API_URL == "https://claims.example.com" && output.domain == { name = "claims.example.com", arn = "arn:aws:apigateway:eu-central-1:123456789012:/domainnames/claims.example.com+d1", id = "d1" }
    error_message = "callers know the name and nothing else"
  }
}

run "orders" {
  command = plan

  module {
    source = "./examples/orders"
  }

  variables {
    package = "./tests/package.stand-in"
  }

  override_data {
    target = module.orders.data.aws_caller_identity.current
    values = { account_id = "123456789012" }
  }
  override_data {
    target = module.orders.data.aws_availability_zones.available
    values = { names = ["eu-central-1a", "eu-central-1b"] }
  }

  assert {
    condition     = module.orders.operations == tolist(["createOrder", "getOrder", "listOrders", "updateOrder"]) && module.orders.table_name == "orders"
    error_message = "its own operations, each with a function"
  }
}
