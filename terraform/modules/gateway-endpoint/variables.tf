variable "name" {
  description = "Name of the endpoint."
  type        = string
}

variable "region" {
  description = "Region of the service."
  type        = string
}

variable "service" {
  description = "s3 or dynamodb."
  type        = string

  validation {
    condition     = contains(["s3", "dynamodb"], var.service)
    error_message = "Only s3 and dynamodb have gateway endpoints."
  }
}

variable "vpc_id" {
  description = "VPC of the endpoint."
  type        = string
}

variable "route_table_ids" {
  description = "Route tables that get the route, by zone key."
  type        = map(string)
}

variable "policy" {
  description = "Endpoint policy as JSON: what may be done through this endpoint at most."
  type        = string
}
