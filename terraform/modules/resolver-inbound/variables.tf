variable "name" {
  description = "Name of the endpoint and its security group."
  type        = string
}

variable "vpc_id" {
  description = "The API's VPC."
  type        = string
}

variable "subnet_ids" {
  description = "One subnet per address, by zone key; Route 53 wants two."
  type        = map(string)
}

variable "client_cidrs" {
  description = "Ranges that may ask, by client VPC."
  type        = map(string)
}
