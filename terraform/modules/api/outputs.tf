output "id" {
  description = "The REST API's id."
  value       = aws_api_gateway_rest_api.this.id
}

output "arn" {
  description = "The REST API."
  value       = aws_api_gateway_rest_api.this.arn
}

output "execution_arn" {
  description = "Prefix of what execute-api:Invoke is granted on."
  value       = aws_api_gateway_rest_api.this.execution_arn
}

output "stage" {
  description = "The stage, once it exists."
  value       = aws_api_gateway_stage.this.stage_name
}

output "body" {
  description = "The import document as sent."
  value       = aws_api_gateway_rest_api.this.body
}

output "policy" {
  description = "The resource policy as sent, as JSON."
  value       = aws_api_gateway_rest_api_policy.this.policy
}

output "access_log_format" {
  description = "What an access log line holds."
  value       = aws_api_gateway_stage.this.access_log_settings[0].format
}

output "access_log_days" {
  description = "How long the access log is kept."
  value       = aws_cloudwatch_log_group.access.retention_in_days
}

output "redeployment" {
  description = "Changes when a deployment is due."
  value       = aws_api_gateway_deployment.this.triggers.redeployment
}

output "deployment_id" {
  description = "The deployment that the stage serves."
  value       = aws_api_gateway_stage.this.deployment_id
}

output "parts" {
  description = "Ids that change when the part is replaced: the API with its policy, the stage, each function's permission, the access log's group."
  value = {
    api         = [aws_api_gateway_rest_api.this.id, aws_api_gateway_rest_api_policy.this.id]
    stage       = [aws_api_gateway_stage.this.id]
    permissions = { for operation, permission in aws_lambda_permission.method : operation => permission.id }
    logs        = { (aws_cloudwatch_log_group.access.name) = aws_cloudwatch_log_group.access.id }
  }
}
