# The network that the rest lies in: our own, or one that is there. What is given is looked up, so that what cannot work is refused by `plan`.

data "aws_vpc" "given" {
  count = var.network == null ? 0 : 1

  id = var.network.vpc_id

  lifecycle {
    postcondition {
      condition     = self.enable_dns_support && self.enable_dns_hostnames
      error_message = "network: ${self.id} has enable_dns_support or enable_dns_hostnames off, and no endpoint's name would resolve in it. Switch both on."
    }
  }
}

data "aws_subnet" "given" {
  for_each = var.network == null ? {} : var.network.subnet_ids

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.network.vpc_id
      error_message = "network: the subnet ${self.id} lies in ${self.vpc_id}, not in ${var.network.vpc_id}."
    }
    postcondition {
      condition     = var.ip_address_type == "ipv4" || self.ipv6_cidr_block != ""
      error_message = "ip_address_type is ${var.ip_address_type}, and the subnet ${self.id} has no IPv6 range."
    }
  }
}

data "aws_vpc_endpoint" "dynamodb" {
  count = local.given_dynamodb_endpoint == null ? 0 : 1

  id = var.network.dynamodb_endpoint.id

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.network.vpc_id && self.vpc_endpoint_type == "Gateway" && self.service_name == "com.amazonaws.${local.region}.dynamodb"
      error_message = "network.dynamodb_endpoint must be ${var.network.vpc_id}'s gateway endpoint of DynamoDB; ${self.id} is ${self.service_name} (${self.vpc_endpoint_type}) in ${self.vpc_id}."
    }
  }
}

data "aws_vpc_endpoint" "execute_api" {
  count = local.given_execute_api_endpoint == null ? 0 : 1

  id = var.network.execute_api_endpoint.id

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.network.vpc_id && self.vpc_endpoint_type == "Interface" && self.service_name == "com.amazonaws.${local.region}.execute-api"
      error_message = "network.execute_api_endpoint must be an interface endpoint of execute-api in ${var.network.vpc_id}; ${self.id} is ${self.service_name} (${self.vpc_endpoint_type}) in ${self.vpc_id}. One of another VPC goes into additional_endpoint_ids."
    }
  }
}

locals {
  # Whether there is one is known while its id is not yet: nothing that is counted may hang on more.
  given_dynamodb_endpoint    = var.network == null ? null : var.network.dynamodb_endpoint
  given_execute_api_endpoint = var.network == null ? null : var.network.execute_api_endpoint

  vpc_id          = var.network == null ? module.api_vpc[0].vpc_id : data.aws_vpc.given[0].id
  vpc_cidr        = var.network == null ? var.vpc_cidr : data.aws_vpc.given[0].cidr_block
  subnet_ids      = var.network == null ? module.api_vpc[0].subnet_ids : { for key, subnet in data.aws_subnet.given : key => subnet.id }
  route_table_ids = var.network == null ? module.api_vpc[0].route_table_ids : var.network.route_table_ids

  # Where the endpoint has addresses of it.
  vpc_ipv6_cidrs = { for type in ["dualstack"] : "the API VPC, IPv6" => data.aws_vpc.given[0].ipv6_cidr_block if var.ip_address_type == type }

  execute_api_endpoint = try(
    { id = data.aws_vpc_endpoint.execute_api[0].id, dns_name = data.aws_vpc_endpoint.execute_api[0].dns_entry[0].dns_name },
    { id = module.execute_api_endpoint[0].id, dns_name = module.execute_api_endpoint[0].dns_name },
  )
  # For an alias record.
  execute_api_endpoint_name = {
    dns_name       = local.execute_api_endpoint.dns_name
    hosted_zone_id = try(data.aws_vpc_endpoint.execute_api[0].dns_entry[0].hosted_zone_id, module.execute_api_endpoint[0].hosted_zone_id)
  }
  private_dns = try(data.aws_vpc_endpoint.execute_api[0].private_dns_enabled, var.private_dns)
  dynamodb_endpoint = try(
    { id = data.aws_vpc_endpoint.dynamodb[0].id, prefix_list_id = data.aws_vpc_endpoint.dynamodb[0].prefix_list_id },
    { id = module.dynamodb_endpoint[0].id, prefix_list_id = module.dynamodb_endpoint[0].prefix_list_id },
  )
}
