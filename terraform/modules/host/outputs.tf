output "instance_id" {
  description = "The instance."
  value       = aws_instance.this.id
}

output "role_arn" {
  description = "Its role."
  value       = aws_iam_role.this.arn
}

output "user_data" {
  description = "What it runs at first boot."
  value       = local.user_data
}
