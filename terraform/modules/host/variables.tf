variable "name" {
  description = "Name of the instance, its role and its security group."
  type        = string
}

variable "region" {
  description = "Region of the instance."
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

variable "vpc_id" {
  description = "VPC of the instance."
  type        = string
}

variable "subnet_id" {
  description = "Private subnet of the instance."
  type        = string
}

variable "https_to_cidrs" {
  description = "Ranges it may open HTTPS to, by the name that the rule's description shows."
  type        = map(string)
}

variable "s3_endpoint" {
  description = "The VPC's endpoint for S3, and the addresses behind it."
  type        = object({ id = string, prefix_list_id = string })
}

variable "artifacts" {
  description = "Bucket with the example programs."
  type        = object({ bucket = string, arn = string })
}

variable "environment" {
  description = "The client crate's environment variables for login shells."
  type        = map(string)
}

variable "signs_calls" {
  description = "Whether calls must be signed, so that the role needs caller_policy."
  type        = bool
}

variable "caller_policy" {
  description = "Policy that lets a role call the API, as JSON."
  type        = string
}

variable "network_ready" {
  description = "What must exist before the first boot: endpoints and objects."
  type        = any
  default     = null
}

variable "roles" {
  description = "Path and permissions boundary of every role."
  type        = object({ path = string, boundary = string })
}
