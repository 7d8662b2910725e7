# What an organisation brings, and whom it tells.

# ---- watched ---------------------------------------------------------------------------------------------------------

variable "alarms" {
  description = <<-EOT
    Who is told when something is wrong, by SNS topics of yours: alarms, an availability objective (percent of calls without a 5xx in 30 days) with
    burn rates, the 99th percentile of answers, keys that are about to go, and a dashboard; ~4 USD a month for the claims API. Null: nobody.
  EOT
  type = object({
    topic_arns   = list(string)
    availability = optional(number, 99.9)
    p99_ms       = optional(number, 1000)
    least_calls  = optional(number, 50)
  })
  default = null

  validation {
    condition     = var.alarms == null ? true : length(var.alarms.topic_arns) > 0 && length(var.alarms.topic_arns) <= 5 && alltrue([for topic in var.alarms.topic_arns : can(regex("^arn:[a-z-]+:sns:${local.region}:[0-9]{12}:[A-Za-z0-9_-]+$", topic))])
    error_message = "alarms.topic_arns must hold one to five SNS topics of this region (arn:aws:sns:<region>:<account>:<name>)."
  }
  validation {
    # Of 91.6 % the fast burn could never be reached: 14.4 times its budget is more than all calls.
    condition     = var.alarms == null ? true : var.alarms.availability >= 95 && var.alarms.availability < 100 && var.alarms.p99_ms > 0 && var.alarms.least_calls >= 1
    error_message = "alarms.availability must be from 95 to below 100 (percent), p99_ms above 0 and least_calls at least 1."
  }
}

# ---- what an organisation brings -------------------------------------------------------------------------------------

variable "permissions_boundary" {
  description = "ARN of the policy that bounds every role. It must allow what tests/permissions.txt lists."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be a policy's ARN, such as arn:aws:iam::123456789012:policy/boundary."
  }
}

variable "role_path" {
  description = "Path of every role, such as /service/. It cannot be changed later without new roles."
  type        = string
  nullable    = false
  default     = "/"

  validation {
    condition     = can(regex("^/([A-Za-z0-9_.,+@=-]+/)*$", var.role_path))
    error_message = "role_path must begin and end with '/', such as /service/."
  }
}

variable "table_key" {
  description = "A KMS key that is there, for the table. Its policy must let the functions' roles use it by way of DynamoDB (modules/table has the statements). Null: a key of our own."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.table_key == null ? true : can(regex("^arn:[a-z-]+:kms:${local.region}:[0-9]{12}:key/.+$", var.table_key.arn))
    error_message = "table_key.arn must be the ARN of a key in this region (arn:aws:kms:<region>:<account>:key/...), not an alias."
  }
}

variable "log_key" {
  description = "A KMS key that is there, for every log group. Its policy must let CloudWatch Logs use it for them (modules/log-key has the statement). Null: a key of our own."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.log_key == null ? true : can(regex("^arn:[a-z-]+:kms:${local.region}:[0-9]{12}:key/.+$", var.log_key.arn))
    error_message = "log_key.arn must be the ARN of a key in this region (arn:aws:kms:<region>:<account>:key/...), not an alias."
  }
}
