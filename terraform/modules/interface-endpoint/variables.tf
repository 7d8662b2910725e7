variable "name" {
  description = "Name of the endpoint and its security group."
  type        = string
}

variable "region" {
  description = "Region of the service."
  type        = string
}

variable "service" {
  description = "Service behind the endpoint as in com.amazonaws.<region>.<service>, e.g. execute-api."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the endpoint."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets that get an address of the endpoint, by zone key."
  type        = map(string)
}

variable "client_cidrs" {
  description = "Ranges that may open HTTPS to it, by the name that the rule's description shows."
  type        = map(string)
}

variable "private_dns" {
  description = "Whether the service's own names resolve to the endpoint in its VPC."
  type        = bool
  default     = true
}

variable "ip_address_type" {
  description = "ipv4 or dualstack."
  type        = string
  default     = "ipv4"
}
