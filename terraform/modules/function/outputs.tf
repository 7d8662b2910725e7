output "name" {
  description = "Name of the function; unknown while it is made again, so that what is written on it is too."
  value       = aws_lambda_function.this.id
}

output "role_policy" {
  description = "All that the role may do, as JSON."
  value       = aws_iam_role_policy.this.policy
}

output "role_policy_id" {
  description = "The role's policy."
  value       = aws_iam_role_policy.this.id
}

output "parts" {
  description = "Ids that change when the part is replaced: what a call needs, and the log group."
  value = {
    call = [aws_lambda_function.this.id, aws_iam_role_policy.this.id]
    logs = { (aws_cloudwatch_log_group.this.name) = aws_cloudwatch_log_group.this.id }
  }
}

output "log_days" {
  description = "How long its log group keeps its events."
  value       = aws_cloudwatch_log_group.this.retention_in_days
}

output "callers" {
  description = "Who may have it work, as its program reads it: JSON. Null: everybody."
  value       = lookup(local.callers, "CALLERS", null)
}
