# The instance from which the API is tried, and its three ways out: Session Manager, S3, and the API itself.

locals {
  has_instances = var.bastion || length(var.client_vpcs) > 0
}

data "aws_ssm_parameter" "al2023" {
  count = local.has_instances ? 1 : 0

  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${var.architecture}"
}

module "artifacts" {
  source = "../artifacts"
  count  = local.has_instances ? 1 : 0

  name                 = var.name
  example_binaries_dir = coalesce(var.example_binaries_dir, "${path.module}/../../../target/lambda/examples")
}

module "s3_endpoint" {
  source = "../gateway-endpoint"
  count  = var.bastion ? 1 : 0

  name            = "${var.name}-s3"
  region          = local.region
  service         = "s3"
  vpc_id          = local.vpc_id
  route_table_ids = local.route_table_ids
  policy          = local.s3_endpoint_policy
}

module "session_manager_endpoint" {
  source   = "../interface-endpoint"
  for_each = var.bastion ? toset(["ssm", "ssmmessages"]) : toset([])

  name         = "${var.name}-${each.key}"
  region       = local.region
  service      = each.key
  vpc_id       = local.vpc_id
  subnet_ids   = local.subnet_ids
  client_cidrs = { "the API VPC" = local.vpc_cidr }
}

resource "aws_vpc_endpoint_policy" "session_manager" {
  for_each = module.session_manager_endpoint

  vpc_endpoint_id = each.value.id
  policy          = local.session_manager_endpoint_policies[each.key]
}

module "bastion" {
  source = "../host"
  count  = var.bastion ? 1 : 0

  name           = "${var.name}-bastion"
  region         = local.region
  architecture   = var.architecture
  ami_id         = data.aws_ssm_parameter.al2023[0].insecure_value
  vpc_id         = local.vpc_id
  subnet_id      = local.subnet_ids["az1"]
  https_to_cidrs = { "the VPC's endpoints" = local.vpc_cidr }
  s3_endpoint    = { id = module.s3_endpoint[0].id, prefix_list_id = module.s3_endpoint[0].prefix_list_id }
  artifacts      = { bucket = module.artifacts[0].bucket, arn = module.artifacts[0].arn }
  environment    = local.environments[local.private_dns ? "private-dns" : "alias"]
  signs_calls    = var.authorization == "AWS_IAM"
  caller_policy  = local.caller_policy
  roles          = local.roles
  network_ready  = [module.s3_endpoint, module.session_manager_endpoint, module.artifacts[0].examples]
}

resource "aws_ec2_network_insights_path" "bastion_to_api" {
  count = var.reachability_analysis ? 1 : 0

  source           = module.bastion[0].instance_id
  destination      = local.execute_api_endpoint.id
  protocol         = "tcp"
  destination_port = 443

  tags = { Name = "${var.name}-bastion-to-api" }
}

resource "aws_ec2_network_insights_analysis" "bastion_to_api" {
  count = var.reachability_analysis ? 1 : 0

  network_insights_path_id = aws_ec2_network_insights_path.bastion_to_api[0].id
}
