# Who may do what, by name.

variable "callers" {
  description = <<-EOT
    With authorization = AWS_IAM: who may do what, on which members, into which statuses. A list such as [{ principal =
    "arn:aws:iam::123456789012:role/adjuster-*", operations = ["getClaim", "updateClaim"], members = ["12*"], statuses = ["in_review"] }], from a
    file by jsondecode(file(...)). A * stands for letters of a role's or user's name and of members; without statuses all may be set. Whom no entry
    allows is refused, by the gateway (operation) and by the function (member, status). Null: whoever the policies let in may do everything.
  EOT
  type        = any # as it is, so that nothing unknown is dropped without a word
  default     = null

  validation {
    condition     = var.callers == null || var.authorization == "AWS_IAM"
    error_message = "callers admits by identity, and with authorization = \"NONE\" a caller has none: whoever reaches a listed endpoint may call. Set authorization = \"AWS_IAM\"."
  }
}

variable "callers_mode" {
  description = "enforce, or report: whom callers does not allow is let through, and the function's log says who it was (\"callers: would be refused\")."
  type        = string
  nullable    = false
  default     = "enforce"

  validation {
    condition     = contains(["enforce", "report"], var.callers_mode)
    error_message = "callers_mode must be \"enforce\" or \"report\"."
  }
}

variable "statuses" {
  description = "The statuses that there are, for callers to name. With a document of your own, its own."
  type        = list(string)
  nullable    = false
  default     = ["pending", "in_review", "approved", "denied", "paid", "withdrawn"]
}
