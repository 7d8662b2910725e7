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

output "hosted_zone_id" {
  description = "The zone of that name, for alias records."
  value       = aws_vpc_endpoint.this.dns_entry[0].hosted_zone_id
}

output "admitted" {
  description = "Ranges that may open HTTPS to it."
  value       = { for name, rule in aws_vpc_security_group_ingress_rule.https : name => coalesce(rule.cidr_ipv4, rule.cidr_ipv6) }
}
