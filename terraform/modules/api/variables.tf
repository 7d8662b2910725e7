variable "name" {
  description = "Name of the API."
  type        = string
}

variable "stage" {
  description = "Name of its stage."
  type        = string
}

variable "openapi_document" {
  description = "The import document, a template."
  type        = string
}

variable "authorization" {
  description = "NONE or AWS_IAM, for every operation."
  type        = string
}

variable "functions" {
  description = "By operation id: the function, and the method and path (with /* for a parameter) that may invoke it."
  type        = map(object({ name = string, method = string, path = string }))
}

variable "invoke_arns" {
  description = "By operation id: what an integration's uri names. Text, no reference to a function."
  type        = map(string)
}

variable "endpoint_id" {
  description = "Our execute-api endpoint."
  type        = string
}

variable "additional_endpoint_ids" {
  description = "Further endpoints that may call."
  type        = list(string)
}

variable "throttle" {
  description = "Requests per second and burst."
  type        = object({ rate = number, burst = number })
}

variable "partition" {
  description = "AWS partition, e.g. aws."
  type        = string
}

variable "account_id" {
  description = "Account of the API."
  type        = string
}

variable "log_key_arn" {
  description = "KMS key of the log groups."
  type        = string
}

variable "keep_logs" {
  description = "Leave the access log's group where it is when everything else is destroyed."
  type        = bool
}

variable "audit_days" {
  description = "Days that the access log is kept."
  type        = number
}

variable "log_retention_days" {
  description = "Days that the execution log is kept."
  type        = number
}

variable "logging_ready" {
  description = "Anything that exists only once the account's logging role is set."
  type        = any
  default     = null
}

variable "caller_accounts" {
  description = "With AWS_IAM: further accounts whose roles may call, where their own policies say so."
  type        = list(string)
}

variable "only_from" {
  description = "With AWS_IAM, by operation id: its route (GET/claim/*), and the roles and users (patterns of ARNs) from whom it is taken, whatever else admits others. Null: from all."
  type        = map(object({ route = string, principals = list(string) }))
  default     = null
}

variable "caller_organization" {
  description = "With AWS_IAM: the same for every account of this organisation. Null: none."
  type        = string
}
