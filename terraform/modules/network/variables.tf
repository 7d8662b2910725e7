variable "name" {
  description = "Name of the VPC and prefix of its parts."
  type        = string
}

variable "cidr" {
  description = "IPv4 range of the VPC."
  type        = string
}

variable "availability_zones" {
  description = "The zones of the private subnets, two or three."
  type        = list(string)
}

variable "account_id" {
  description = "Account whose flow logs the role may write."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the flow log's group."
  type        = string
}

variable "keep_logs" {
  description = "Leave the flow log's group where it is when everything else is destroyed."
  type        = bool
}

variable "log_retention_days" {
  description = "Days that the flow log keeps its events."
  type        = number
}

variable "roles" {
  description = "Path and permissions boundary of every role."
  type        = object({ path = string, boundary = string })
}
