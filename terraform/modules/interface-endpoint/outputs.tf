output "id" {
  description = "The endpoint, vpce-..."
  value       = aws_vpc_endpoint.this.id
}

output "dns_name" {
  description = "The endpoint's own regional DNS name; it resolves everywhere, to private addresses."
  value       = aws_vpc_endpoint.this.dns_entry[0].dns_name
}

output "security_group_id" {
  description = "Security group in front of the endpoint."
  value       = aws_security_group.this.id
}
