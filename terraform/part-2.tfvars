# Part 2 of the walk: one client VPC, reached across a peering connection.
#   terraform apply -var-file=part-2.tfvars

client_vpcs = {
  client = { cidr = "172.20.0.0/16" } # RFC 1918: 172.16.0.0 to 172.31.255.255
}

# The tutorial's way, ~365 USD a month. "alias" does without.
client_dns = "resolver"
