variable "name" {
  description = "Deployment the key belongs to."
  type        = string
}

variable "partition" {
  description = "AWS partition, e.g. aws."
  type        = string
}

variable "region" {
  description = "Region of the log groups."
  type        = string
}

variable "account_id" {
  description = "Account of the log groups."
  type        = string
}

variable "administration_actions" {
  description = "What the account's administrators may do with the key through their own IAM policies."
  type        = list(string)
}

variable "log_groups" {
  description = "Names (patterns) of the log groups that may be encrypted with the key."
  type        = list(string)
}
