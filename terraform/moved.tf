# Releases up to 0.1.0 had no module.

moved {
  from = module.api
  to   = module.claims.module.api
}

moved {
  from = module.api_vpc
  to   = module.claims.module.api_vpc[0]
}

moved {
  from = module.artifacts
  to   = module.claims.module.artifacts
}

moved {
  from = module.bastion
  to   = module.claims.module.bastion
}

moved {
  from = module.client_vpc
  to   = module.claims.module.client_vpc
}

moved {
  from = module.dynamodb_endpoint
  to   = module.claims.module.dynamodb_endpoint[0]
}

moved {
  from = module.execute_api_endpoint
  to   = module.claims.module.execute_api_endpoint[0]
}

moved {
  from = module.function
  to   = module.claims.module.function
}

moved {
  from = module.log_key
  to   = module.claims.module.log_key[0]
}

moved {
  from = module.resolver_inbound
  to   = module.claims.module.resolver_inbound
}

moved {
  from = module.s3_endpoint
  to   = module.claims.module.s3_endpoint
}

moved {
  from = module.session_manager_endpoint
  to   = module.claims.module.session_manager_endpoint
}

moved {
  from = module.table
  to   = module.claims.module.table
}

moved {
  from = aws_vpc_endpoint_policy.execute_api
  to   = module.claims.aws_vpc_endpoint_policy.execute_api[0]
}

moved {
  from = aws_security_group.functions
  to   = module.claims.aws_security_group.functions
}

moved {
  from = aws_vpc_security_group_egress_rule.functions_dynamodb
  to   = module.claims.aws_vpc_security_group_egress_rule.functions_dynamodb
}

moved {
  from = aws_iam_role.function
  to   = module.claims.aws_iam_role.function
}

moved {
  from = terraform_data.place
  to   = module.claims.terraform_data.place
}

moved {
  from = terraform_data.identity
  to   = module.claims.terraform_data.identity
}

moved {
  from = terraform_data.protected
  to   = module.claims.terraform_data.protected
}

moved {
  from = terraform_data.since
  to   = module.claims.terraform_data.since
}

moved {
  from = terraform_data.kept
  to   = module.claims.terraform_data.kept
}

moved {
  from = terraform_data.refuses_destroy
  to   = module.claims.terraform_data.refuses_destroy
}

moved {
  from = aws_vpc_endpoint_policy.session_manager
  to   = module.claims.aws_vpc_endpoint_policy.session_manager
}

moved {
  from = aws_ec2_network_insights_path.bastion_to_api
  to   = module.claims.aws_ec2_network_insights_path.bastion_to_api
}

moved {
  from = aws_ec2_network_insights_analysis.bastion_to_api
  to   = module.claims.aws_ec2_network_insights_analysis.bastion_to_api
}
