variable "name" {
  description = "Prefix of the bucket's name."
  type        = string
}

variable "example_binaries_dir" {
  description = "Folder whose files become objects under examples/."
  type        = string
}
