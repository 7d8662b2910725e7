output "association_arn" {
  description = "The association."
  value       = aws_api_gateway_domain_name_access_association.this.arn
}
