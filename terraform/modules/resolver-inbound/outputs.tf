output "id" {
  description = "The endpoint."
  value       = aws_route53_resolver_endpoint.this.id
}

output "ips" {
  description = "Where to forward queries. Only these: a VPC's own resolver (10.0.0.2) does not answer from outside it."
  value       = sort([for address in aws_route53_resolver_endpoint.this.ip_address : address.ip])
}
