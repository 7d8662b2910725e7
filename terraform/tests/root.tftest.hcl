# The root of the tutorial: what it adds to the module, which is the account's.

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variables {
  lambda_zip           = "./tests/package.stand-in"
  example_binaries_dir = "./tests/none"
}

override_data {
  target = module.claims.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}
override_data {
  target = module.claims.data.aws_availability_zones.available
  values = { names = ["eu-central-1c", "eu-central-1a", "eu-central-1b"] }
}
override_data {
  target = module.claims.data.aws_ssm_parameter.al2023
  values = { insecure_value = "ami-0123456789abcdef0" }
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
override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}
override_data {
  target = data.aws_cloudwatch_log_groups.left
  values = { log_group_names = [] }
}
override_resource {
  target          = aws_api_gateway_account.found
  override_during = plan
  values          = { cloudwatch_role_arn = "arn:aws:iam::123456789012:role/logs-of-the-region" }
}

run "the_tutorials_part_1" {
  command = plan

  assert {
    condition     = output.table_name == "claims-claims" && length(module.api_account) == 0
    error_message = "the table is named by the deployment, and the region's logging role is not taken"
  }
  assert {
    condition     = output.claim_url == "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/dev/claim"
    error_message = "the tutorial's URL"
  }
}

run "not_a_region" {
  command = plan

  variables {
    region = "Frankfurt"
  }

  expect_failures = [
    var.region,
  ]
}

run "no_logging_role_in_the_region" {
  command = plan

  override_resource {
    target          = aws_api_gateway_account.found
    override_during = plan
    values          = { cloudwatch_role_arn = "" }
  }

  expect_failures = [
    aws_api_gateway_account.found,
  ]
}

run "the_regions_logging_role_would_go" {
  command = plan

  override_resource {
    target          = aws_api_gateway_account.found
    override_during = plan
    values          = { cloudwatch_role_arn = "arn:aws:iam::123456789012:role/claims-api-gateway-logs" }
  }

  expect_failures = [
    aws_api_gateway_account.found,
  ]
}

run "somebody_elses_logging_role" {
  command = plan

  variables {
    manage_api_gateway_account = true
  }

  expect_failures = [
    aws_api_gateway_account.found,
  ]
}
