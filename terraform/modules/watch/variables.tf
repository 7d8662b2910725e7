variable "name" {
  description = "Deployment; prefix of every alarm."
  type        = string
}

variable "region" {
  description = "Region of the metrics."
  type        = string
}

variable "api" {
  description = "Name and stage of the API, as its metrics have them."
  type        = object({ name = string, stage = string })
}

variable "functions" {
  description = "The functions' names by operation id."
  type        = map(string)
}

variable "timeout_seconds" {
  description = "Their time limit."
  type        = number
}

variable "table_name" {
  description = "The table."
  type        = string
}

variable "key_arns" {
  description = "Keys whose deletion would be noticed too late."
  type        = list(string)
}

variable "topic_arns" {
  description = "SNS topics that are told."
  type        = list(string)
}

variable "p99_ms" {
  description = "What 99 in 100 answers may take."
  type        = number
}

variable "availability" {
  description = "The objective: percent of calls without a 5xx in 30 days."
  type        = number
}

variable "least_calls" {
  description = "Fewer calls in a long window say nothing."
  type        = number
}

variable "recorder" {
  description = "The function that writes the history, and its log group. Null: there is none."
  type        = object({ name = string, log_group = string })
  default     = null
}
