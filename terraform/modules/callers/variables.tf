variable "callers" {
  description = "The file: a list of entries with principal, operations, members and, for some, statuses. Null: nobody is named."
  type        = any # what an object type does not know it drops without a word: "status" for "statuses" would allow all
}

variable "routes" {
  description = "By operation id: its method and path, with /* for a parameter."
  type        = map(object({ method = string, path = string }))
}

variable "statuses" {
  description = "The statuses that there are."
  type        = list(string)
}

variable "partition" {
  description = "AWS partition, e.g. aws."
  type        = string
}
