output "name" {
  description = "Name of the table."
  value       = aws_dynamodb_table.this.name
}

output "arn" {
  description = "The table."
  value       = aws_dynamodb_table.this.arn
}

output "key_arn" {
  description = "The table's key."
  value       = local.key_arn
}

output "key_policy" {
  description = "Policy of the table's key, as JSON. Null: the key is not ours."
  value       = one(aws_kms_key.this[*].policy)
}

output "stream_arn" {
  description = "Its stream of changes. Null: it has none."
  value       = var.streams ? aws_dynamodb_table.this.stream_arn : null
}
