output "arn" {
  description = "The domain name, with its id: what a consumer associates."
  value       = aws_api_gateway_domain_name.this.arn
}

output "id" {
  description = "Its id beside the name, which is not unique."
  value       = aws_api_gateway_domain_name.this.domain_name_id
}

output "policy" {
  description = "Who may call by the name, as JSON."
  value       = aws_api_gateway_domain_name.this.policy
}

output "url" {
  description = "What callers use, once the name is mapped and the endpoint knows it."
  value       = "https://${var.name}"
  depends_on  = [aws_api_gateway_base_path_mapping.this, aws_api_gateway_domain_name_access_association.this]
}
