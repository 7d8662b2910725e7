variable "name" {
  description = "Deployment the bucket belongs to."
  type        = string
}

variable "days" {
  description = "Days that something is kept."
  type        = number
}
