output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "invoke_arn" {
  description = "What an integration's uri names."
  value       = aws_lambda_function.this.invoke_arn
}

output "role_policy" {
  description = "All that the role may do, as JSON."
  value       = aws_iam_role_policy.this.policy
}
