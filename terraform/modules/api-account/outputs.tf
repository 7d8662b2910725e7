output "role_arn" {
  description = "The role; depend on it to be sure that the account can log."
  value       = aws_api_gateway_account.this.cloudwatch_role_arn
}
