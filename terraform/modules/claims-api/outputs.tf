locals {
  api_host   = "${module.api.id}.execute-api.${local.region}.amazonaws.com"
  alias_host = "${module.api.id}-${local.execute_api_endpoint.id}.execute-api.${local.region}.amazonaws.com"

  # What answers wherever the endpoint can be reached: the API's own name resolves by private DNS only.
  host = local.private_dns ? local.api_host : local.alias_host

  # What the client crate reads, by addressing mode.
  client_common = {
    CLAIMS_API_ID            = module.api.id
    CLAIMS_API_REGION        = local.region
    CLAIMS_API_STAGE         = module.api.stage
    CLAIMS_API_AUTHORIZATION = var.authorization
  }
  environments = merge(
    {
      private-dns = merge(local.client_common, { CLAIMS_API_MODE = "private-dns" })
      alias       = merge(local.client_common, { CLAIMS_API_MODE = "alias", CLAIMS_API_VPCE_ID = local.execute_api_endpoint.id })
      url = {
        CLAIMS_API_URL           = "https://${local.host}/${module.api.stage}"
        CLAIMS_API_REGION        = local.region
        CLAIMS_API_AUTHORIZATION = var.authorization
      }
    },
    { for mode in ["vpce-host", "vpce-header", "vpce-resolve"] : mode => merge(local.client_common, {
      CLAIMS_API_MODE     = mode
      CLAIMS_API_VPCE_DNS = local.execute_api_endpoint.dns_name
    }) },
    { for domain in module.custom_domain : "custom-domain" => {
      CLAIMS_API_URL           = domain.url
      CLAIMS_API_REGION        = local.region
      CLAIMS_API_AUTHORIZATION = var.authorization
    } },
  )
  # By the API's own name only where it resolves.
  client_environment = { for mode, environment in local.environments : mode => environment if mode != "private-dns" || local.private_dns || var.client_dns == "zone" }
}

# ---- the tutorial's -------------------------------------------------------------------------------------------------

output "base_url" {
  description = "What every path of the import document follows."
  value       = "https://${local.host}/${module.api.stage}"
}

output "claim_url" {
  description = "URL of the claims collection: POST creates, GET lists."
  value       = "https://${local.host}/${module.api.stage}/claim"
}

output "claim_id_url" {
  description = "URL of one claim; put its id in place of {claimId}."
  value       = "https://${local.host}/${module.api.stage}/claim/{claimId}"
}

output "execute_api_endpoint" {
  description = "Id of the execute-api interface endpoint, vpce-..."
  value       = local.execute_api_endpoint.id
}

output "execute_api_endpoint_dns_name" {
  description = "The endpoint's own DNS name, for the vpce-* modes."
  value       = local.execute_api_endpoint.dns_name
}

output "execute_api_arn" {
  description = "ARN of the REST API."
  value       = module.api.arn
}

# ---- for clients ----------------------------------------------------------------------------------------------------

output "rest_api_id" {
  description = "Id of the REST API, the first label of its host name."
  value       = module.api.id
}

output "region" {
  description = "Region of the API."
  value       = local.region
}

output "account_id" {
  description = "Account of the deployment."
  value       = local.account_id
}

output "stage" {
  description = "Stage of the API."
  value       = module.api.stage
}

output "authorization" {
  description = "NONE or AWS_IAM."
  value       = var.authorization
}

output "alias_url" {
  description = "URL of the claims collection by the alias name, which resolves in every VPC without DNS of its own."
  value       = "https://${local.alias_host}/${module.api.stage}/claim"
}

output "client_environment" {
  description = "Environment variables of the client crate, by addressing mode."
  value       = local.client_environment
}

output "caller_policy" {
  description = "With authorization = AWS_IAM: the policy to attach to a caller's role, as JSON."
  value       = local.caller_policy
}

output "who_may" {
  description = "Who may do what, in a sentence: everybody, or whom callers names."
  value       = local.who_may
}

# ---- for people -----------------------------------------------------------------------------------------------------

output "bastion_session" {
  description = "Command that opens a shell on the bastion."
  value       = one([for bastion in module.bastion : "aws ssm start-session --region ${local.region} --target ${bastion.instance_id}"])
}

output "client_sessions" {
  description = "Commands that open a shell on each client VPC's instance."
  value       = { for key, client in module.client_vpc : key => "aws ssm start-session --region ${local.region} --target ${client.instance_id}" }
}

output "reachable" {
  description = "With reachability_analysis: whether the analyser found the way from the bastion to the endpoint."
  value       = one(aws_ec2_network_insights_analysis.bastion_to_api[*].path_found)
}

output "artifact_bucket" {
  description = "Bucket from which the instances fetch the example programs (examples/)."
  value       = one(module.artifacts[*].bucket)
}

output "table_name" {
  description = "Name of the DynamoDB table."
  value       = module.table.name
}

output "history_table_name" {
  description = "Name of the table that says who changed what. Null without."
  value       = one(module.history[*].name)
}

output "failures_bucket" {
  description = "Bucket for the changes that could not be written down, whole. Null without history."
  value       = one(module.failures[*].bucket)
}

output "package_sha256" {
  description = "Hash of the deployed package as Lambda states it (base64)."
  value       = filebase64sha256(local.lambda_zip)
}

output "deployment_id" {
  description = "The deployment that the stage serves; a new one after each change of the body or the policy."
  value       = module.api.deployment_id
}

output "operations" {
  description = "Ids of the operations, sorted: each has a function."
  value       = sort(keys(local.operations))
}

output "execute_api_endpoint_policy" {
  description = "What has to pass through the execute-api endpoint, as JSON. An endpoint of ours has it; one that was given needs it beside its other statements, where it has any."
  value       = local.execute_api_endpoint_policy
}

output "route_table_ids" {
  description = "Route tables of the API's subnets by az1, az2, …: whoever connects client_cidrs (Transit Gateway, VPN) routes back from them. Empty where the network was given without."
  value       = local.route_table_ids
}

output "vpc_id" {
  description = "The API's VPC."
  value       = local.vpc_id
}

output "domain" {
  description = "The private custom domain: name, ARN with its id (for modules/custom-domain-consumer), id. Null without."
  value       = one([for domain in module.custom_domain : { name = var.domain.name, arn = domain.arn, id = domain.id }])
}
