# A VPC whose services call the API across a peering connection, with a client instance to try it from.

module "network" {
  source = "../network"

  name               = var.name
  cidr               = var.cidr
  availability_zones = var.availability_zones
  account_id         = var.account_id
  log_key_arn        = var.log_key_arn
  keep_logs          = var.keep_logs
  roles              = var.roles
  log_retention_days = var.log_retention_days
}

# ---- the way to the API VPC and back --------------------------------------------------------------------------------

resource "aws_vpc_peering_connection" "api" {
  vpc_id      = module.network.vpc_id
  peer_vpc_id = var.api_vpc.id
  auto_accept = true # same account and region

  tags = { Name = "${var.name}-to-api" }
}

resource "aws_route" "to_api" {
  for_each = module.network.route_table_ids

  route_table_id            = each.value
  destination_cidr_block    = var.api_vpc.cidr
  vpc_peering_connection_id = aws_vpc_peering_connection.api.id
}

resource "aws_route" "back" {
  for_each = var.api_vpc.route_table_ids

  route_table_id            = each.value
  destination_cidr_block    = var.cidr
  vpc_peering_connection_id = aws_vpc_peering_connection.api.id
}

# ---- the API's name, where it must resolve as such ------------------------------------------------------------------

module "resolver" {
  source = "../resolver-outbound"
  count  = var.forward == null ? 0 : 1

  name        = "${var.name}-dns-out"
  vpc_id      = module.network.vpc_id
  subnet_ids  = module.network.subnet_ids
  domain_name = var.forward.domain_name
  target_ips  = var.forward.target_ips
  targets     = var.forward.targets
  target_cidr = var.api_vpc.cidr
}

# ---- a client instance ----------------------------------------------------------------------------------------------

module "session_manager" {
  source   = "../interface-endpoint"
  for_each = toset(["ssm", "ssmmessages"])

  name         = "${var.name}-${each.key}"
  region       = var.region
  service      = each.key
  vpc_id       = module.network.vpc_id
  subnet_ids   = module.network.subnet_ids
  client_cidrs = { (var.name) = module.network.cidr }
}

resource "aws_vpc_endpoint_policy" "session_manager" {
  for_each = module.session_manager

  vpc_endpoint_id = each.value.id
  policy          = var.session_manager_policies[each.key]
}

module "s3" {
  source = "../gateway-endpoint"

  name            = "${var.name}-s3"
  region          = var.region
  service         = "s3"
  vpc_id          = module.network.vpc_id
  route_table_ids = module.network.route_table_ids
  policy          = var.s3_policy
}

module "client" {
  source = "../host"

  name           = "${var.name}-client"
  region         = var.region
  architecture   = var.architecture
  ami_id         = var.ami_id
  vpc_id         = module.network.vpc_id
  subnet_id      = module.network.subnet_ids["az1"]
  https_to_cidrs = { "Session Manager" = module.network.cidr, "the API VPC" = var.api_vpc.cidr }
  s3_endpoint    = { id = module.s3.id, prefix_list_id = module.s3.prefix_list_id }
  artifacts      = var.artifacts
  environment    = var.environment
  signs_calls    = var.signs_calls
  caller_policy  = var.caller_policy
  roles          = var.roles
  network_ready  = [module.session_manager, module.s3, var.examples]
}
