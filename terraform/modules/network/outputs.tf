output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Its IPv4 range."
  value       = aws_vpc.this.cidr_block
}

output "subnet_ids" {
  description = "Private subnets by az1, az2, each with its route table."
  value       = { for key, subnet in aws_subnet.private : key => subnet.id }
  depends_on  = [aws_route_table_association.private]
}

output "parts" {
  description = "Ids that change when the part is replaced: the VPC with its route tables, each subnet with its association, the flow log's group."
  value = {
    vpc     = concat([aws_vpc.this.id], [for table in aws_route_table.private : table.id])
    subnets = { for key, subnet in aws_subnet.private : key => [subnet.id, aws_route_table_association.private[key].id] }
    logs    = { (aws_cloudwatch_log_group.flow.name) = aws_cloudwatch_log_group.flow.id }
  }
}

output "subnet_zones" {
  description = "Availability zone of each private subnet by az1, az2."
  value       = { for key, subnet in aws_subnet.private : key => subnet.availability_zone }
}

output "subnet_ranges" {
  description = "Range of each private subnet by az1, az2."
  value       = { for key, subnet in aws_subnet.private : key => subnet.cidr_block }
}

output "route_table_ids" {
  description = "Route tables of the private subnets by az1, az2."
  value       = { for key, table in aws_route_table.private : key => table.id }
}
