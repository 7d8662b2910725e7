output "vpc_id" {
  description = "The VPC."
  value       = module.network.vpc_id
}

output "instance_id" {
  description = "The client instance."
  value       = module.client.instance_id
}

output "forwards" {
  description = "The names that its resolver rules forward to the API VPC."
  value       = module.resolver[*].domain_name
}

output "routes" {
  description = "Ranges routed over the peering, on this side and on the API's."
  value = {
    to_api = { for key, route in aws_route.to_api : key => route.destination_cidr_block }
    back   = { for key, route in aws_route.back : key => route.destination_cidr_block }
  }
}

output "parts" {
  description = "Ids that change when the part is replaced, as of the network."
  value       = module.network.parts
}
