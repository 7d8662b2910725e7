output "id" {
  description = "The endpoint, vpce-..."
  value       = aws_vpc_endpoint.this.id
}

output "prefix_list_id" {
  description = "The service's addresses, for security group rules."
  value       = aws_vpc_endpoint.this.prefix_list_id
}
