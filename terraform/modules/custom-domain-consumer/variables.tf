variable "domain" {
  description = "Outputs of the provider's deployment: the name, and its ARN with the id."
  type        = object({ name = string, arn = string })
}

variable "endpoint" {
  description = "The execute-api endpoint of this account. It must have private DNS off, or its VPC calls no public API."
  type        = object({ id = string, dns_name = string, hosted_zone_id = string })
}

variable "vpc_ids" {
  description = "VPCs in which the name shall resolve, by a key that stays."
  type        = map(string)
}
