variable "name" {
  description = "The domain name."
  type        = string
}

variable "prefix" {
  description = "Deployment that it belongs to; names the share."
  type        = string
}

variable "certificate_arn" {
  description = "ACM certificate that covers it, of the same region."
  type        = string
}

variable "api_id" {
  description = "The REST API."
  type        = string
}

variable "stage" {
  description = "Its stage, which the name stands for: it is in no path any more."
  type        = string
}

variable "endpoint_id" {
  description = "Our execute-api endpoint."
  type        = string
}

variable "additional_endpoint_ids" {
  description = "Further endpoints that may call by this name, once associated."
  type        = list(string)
}

variable "consumer_accounts" {
  description = "Accounts of the organisation that may associate endpoints of theirs."
  type        = list(string)
}
