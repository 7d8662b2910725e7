variable "name" {
  description = "Name of the table."
  type        = string
}

variable "prefix" {
  description = "Deployment the table belongs to; names its key's alias."
  type        = string
}

variable "partition" {
  description = "AWS partition, e.g. aws."
  type        = string
}

variable "region" {
  description = "Region of the table."
  type        = string
}

variable "account_id" {
  description = "Account of the table."
  type        = string
}

variable "administration_actions" {
  description = "What the account's administrators may do with the key through their own IAM policies."
  type        = list(string)
}

variable "user_role_arns" {
  description = "Roles that read or write items, as text: the key lets them through by way of DynamoDB where their own policies do."
  type        = list(string)
}

variable "instance_role_arns" {
  description = "Roles, as text, that get nothing from the key, whatever their policies say: those of the instances."
  type        = list(string)
}

variable "use_actions" {
  description = "What using the key takes."
  type        = list(string)
}

variable "deletion_protection" {
  description = "Refuse to delete the table."
  type        = bool
}

variable "given_key" {
  description = "A key that is there, in place of one of our own. Null: ours."
  type        = object({ arn = string })
  default     = null
}

variable "streams" {
  description = "Keep a day of changes, with what was there before and after, for a function to read."
  type        = bool
  default     = false
}

variable "expires_by" {
  description = "Attribute by whose time (seconds since 1970) an item is deleted. Null: none is."
  type        = string
  default     = null
}

variable "holds" {
  description = "What is in it, for the refusal to leave it; and the input that names it. Null: it has the deployment's name."
  type        = object({ what = string, input = optional(string) })
  default     = { what = "claims", input = "table_name" }
}
