variable "name" {
  description = "Name of the VPC and prefix of its parts."
  type        = string
}

variable "region" {
  description = "Region of the VPC."
  type        = string
}

variable "account_id" {
  description = "Account of the VPC."
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

variable "api_vpc" {
  description = "The VPC to peer with, and the route tables that must know the way back."
  type        = object({ id = string, cidr = string, route_table_ids = map(string) })
}

variable "forward" {
  description = "The API's name, the inbound addresses to ask for it, and what changes when they do. Null: no resolver endpoint, clients use the alias name."
  type        = object({ domain_name = string, target_ips = list(string), targets = string })
}

variable "session_manager_policies" {
  description = "Endpoint policies as JSON, by ssm and ssmmessages."
  type        = map(string)
}

variable "s3_policy" {
  description = "Policy of the S3 gateway endpoint, as JSON."
  type        = string
}

variable "architecture" {
  description = "arm64 or x86_64."
  type        = string
}

variable "ami_id" {
  description = "Amazon Linux 2023 image for the architecture."
  type        = string
}

variable "artifacts" {
  description = "Bucket with the example programs."
  type        = object({ bucket = string, arn = string })
}

variable "examples" {
  description = "The delivered programs, so that the instance boots after them."
  type        = map(string)
}

variable "environment" {
  description = "The client crate's environment variables for login shells."
  type        = map(string)
}

variable "signs_calls" {
  description = "Whether calls must be signed."
  type        = bool
}

variable "caller_policy" {
  description = "Policy that lets a role call the API, as JSON."
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
