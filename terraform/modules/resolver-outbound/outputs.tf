output "rule_id" {
  description = "The forwarding rule; further VPCs of the account may be associated with it at no cost."
  value       = aws_route53_resolver_rule.this.id
}

output "domain_name" {
  description = "The name it forwards."
  value       = aws_route53_resolver_rule.this.domain_name
}
