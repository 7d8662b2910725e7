output "claim_url" {
  description = "URL of the claims collection: POST creates, GET lists."
  value       = module.claims.claim_url
}

output "claim_id_url" {
  description = "URL of one claim; put its id in place of {claimId}."
  value       = module.claims.claim_id_url
}

output "execute_api_endpoint" {
  description = "Id of the execute-api interface endpoint, vpce-..."
  value       = module.claims.execute_api_endpoint
}

output "execute_api_endpoint_dns_name" {
  description = "The endpoint's own DNS name, for the vpce-* modes."
  value       = module.claims.execute_api_endpoint_dns_name
}

output "execute_api_arn" {
  description = "ARN of the REST API."
  value       = module.claims.execute_api_arn
}

output "rest_api_id" {
  description = "Id of the REST API, the first label of its host name."
  value       = module.claims.rest_api_id
}

output "account_id" {
  description = "Account of the deployment."
  value       = module.claims.account_id
}

output "stage" {
  description = "Stage of the API."
  value       = module.claims.stage
}

output "authorization" {
  description = "NONE or AWS_IAM."
  value       = module.claims.authorization
}

output "who_may" {
  description = "Who may do what, in a sentence: everybody, or whom callers_file names."
  value       = module.claims.who_may
}

output "alias_url" {
  description = "URL of the claims collection by the alias name, which resolves in every VPC without DNS of its own."
  value       = module.claims.alias_url
}

output "client_environment" {
  description = "Environment variables of the client crate, by addressing mode."
  value       = module.claims.client_environment
}

output "caller_policy" {
  description = "With authorization = AWS_IAM: the policy to attach to a caller's role, as JSON."
  value       = module.claims.caller_policy
}

output "bastion_session" {
  description = "Command that opens a shell on the bastion."
  value       = module.claims.bastion_session
}

output "client_sessions" {
  description = "Commands that open a shell on each client VPC's instance."
  value       = module.claims.client_sessions
}

output "reachable" {
  description = "With reachability_analysis: whether the analyser found the way from the bastion to the endpoint."
  value       = module.claims.reachable
}

output "artifact_bucket" {
  description = "Bucket from which the instances fetch the example programs (examples/)."
  value       = module.claims.artifact_bucket
}

output "table_name" {
  description = "Name of the DynamoDB table."
  value       = module.claims.table_name
}

output "history_table_name" {
  description = "Name of the table that says who changed what. Null without."
  value       = module.claims.history_table_name
}

output "failures_bucket" {
  description = "Bucket for the changes that could not be written down, whole. Null without history."
  value       = module.claims.failures_bucket
}

output "package_sha256" {
  description = "Hash of the deployed package as Lambda states it (base64)."
  value       = module.claims.package_sha256
}

output "deployment_id" {
  description = "The deployment that the stage serves; a new one after each change of the body or the policy."
  value       = module.claims.deployment_id
}

output "region" {
  description = "Region of the API."
  value       = var.region
}
