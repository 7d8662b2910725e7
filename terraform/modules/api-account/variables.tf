variable "name" {
  description = "Prefix of the role's name."
  type        = string
}

variable "partition" {
  description = "AWS partition, e.g. aws."
  type        = string
}

variable "region" {
  description = "Region of the setting."
  type        = string
}

variable "account_id" {
  description = "Account of the setting."
  type        = string
}

variable "found" {
  description = "The role that the region has now, empty for none."
  type        = string
}
