output "zone_id" {
  description = "The zone: whoever has a further VPC associates it."
  value       = aws_route53_zone.this.zone_id
}

output "name" {
  description = "The name that it holds."
  value       = aws_route53_record.this.name
}
