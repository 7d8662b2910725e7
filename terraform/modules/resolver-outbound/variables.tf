variable "name" {
  description = "Name of the endpoint, the rule and the security group."
  type        = string
}

variable "vpc_id" {
  description = "The client VPC."
  type        = string
}

variable "subnet_ids" {
  description = "One subnet per address, by zone key; Route 53 wants two."
  type        = map(string)
}

variable "domain_name" {
  description = "The one name to forward."
  type        = string
}

variable "target_ips" {
  description = "Addresses of the inbound endpoint."
  type        = list(string)
}

variable "targets" {
  description = "Which endpoint has those addresses, and in which zones: another text for other addresses."
  type        = string
}

variable "target_cidr" {
  description = "Range in which those addresses lie."
  type        = string
}
