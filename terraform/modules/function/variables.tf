variable "name" {
  description = "Name of the function and its log group."
  type        = string
}

variable "role" {
  description = "The function's own role, trusted by Lambda and without any policy but this module's."
  type        = object({ id = string, arn = string })
}

variable "handler" {
  description = "Operation the function serves; the binary reads it from _HANDLER."
  type        = string
}

variable "dynamodb_actions" {
  description = "What the operation does in DynamoDB, on its table only, e.g. [\"dynamodb:PutItem\"]."
  type        = list(string)

  validation {
    condition     = length(var.dynamodb_actions) > 0 && alltrue([for action in var.dynamodb_actions : can(regex("^dynamodb:[A-Za-z]+$", action))])
    error_message = "dynamodb_actions must name at least one DynamoDB action, without wildcards."
  }
}

variable "partition" {
  description = "AWS partition, e.g. aws."
  type        = string
}

variable "region" {
  description = "Region of the function."
  type        = string
}

variable "account_id" {
  description = "Account of the function."
  type        = string
}

variable "zip" {
  description = "The deployment package."
  type        = string
}

variable "architecture" {
  description = "arm64 or x86_64, as the package was built."
  type        = string
}

variable "memory_mb" {
  description = "Memory in MB."
  type        = number
}

variable "timeout_seconds" {
  description = "Time limit of one invocation in seconds."
  type        = number
}

variable "concurrency" {
  description = "Reserved concurrency, -1 for none."
  type        = number
}

variable "table" {
  description = "The claims table, its key and what using that takes, and the endpoint by which the table is reached."
  type        = object({ name = string, arn = string, key_arn = string, key_actions = list(string), endpoint_id = string })
}

variable "subnet_ids" {
  description = "Subnets of the function's interfaces, by zone key."
  type        = map(string)
}

variable "security_group_id" {
  description = "Security group of the function's interfaces."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the log group."
  type        = string
}

variable "keep_logs" {
  description = "Leave the log group where it is when everything else is destroyed."
  type        = bool
}

variable "log_retention_days" {
  description = "Days that the log group keeps its events."
  type        = number
}

variable "audit_key" {
  description = "Key under which the record of calls names members; null: it does not."
  type        = string
  default     = null
  sensitive   = true
}

variable "callers" {
  description = "Who may have it work, by entries without their operations, and whether that is enforced or reported. Null: everybody."
  type        = object({ entries = any, mode = string })
  default     = null
}

variable "environment" {
  description = "Further settings that its program reads."
  type        = map(string)
  default     = {}
}

variable "claims_table" {
  description = "Name of the claims table, where the function works on another one. Null: it works on that."
  type        = string
  default     = null
}

variable "statements" {
  description = "What else its role may do, by statement."
  type        = any
  default     = []
}
