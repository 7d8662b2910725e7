variable "name" {
  description = "The name."
  type        = string
}

variable "vpc_ids" {
  description = "VPCs in which it resolves, by a key that stays."
  type        = map(string)
}

variable "endpoint" {
  description = "Where it leads: the endpoint's own name and the zone that has it."
  type        = object({ dns_name = string, hosted_zone_id = string })
}
