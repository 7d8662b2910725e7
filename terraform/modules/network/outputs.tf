output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Its IPv4 range."
  value       = aws_vpc.this.cidr_block
}

output "subnet_ids" {
  description = "Private subnets by az1, az2."
  value       = { for key, subnet in aws_subnet.private : key => subnet.id }
}

output "subnet_zones" {
  description = "Availability zone of each private subnet by az1, az2."
  value       = { for key, subnet in aws_subnet.private : key => subnet.availability_zone }
}

output "route_table_ids" {
  description = "Route tables of the private subnets by az1, az2."
  value       = { for key, table in aws_route_table.private : key => table.id }
}
