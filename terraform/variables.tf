# What the module takes and this walk uses; null is the module's own default (modules/claims-api/README.md has the table).

variable "region" {
  description = "AWS region to deploy to."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's code such as eu-central-1, not its display name."
  }
}

variable "tags" {
  description = "Further tags for every resource."
  type        = map(string)
  default     = {}
}

variable "manage_api_gateway_account" {
  description = <<-EOT
    Make this deployment the owner of the region's API Gateway logging role. There is one per account and region, for every API in
    it: true sets it where there is none and removes it with the deployment; one that somebody else has set is never replaced.
  EOT
  type        = bool
  default     = false
}

variable "name" {
  description = "Prefix of every resource name, the table's included. Two deployments in one account and region need two names."
  type        = string
  default     = "claims"
}

variable "vpc_cidr" {
  description = "Address range of the API's VPC: RFC 1918, /16 to /24. Each of its two subnets takes a sixteenth."
  type        = string
  default     = null
}

variable "availability_zones" {
  description = "The two zones to use. Null: the region's first two. Name them where a zone lacks a service (e.g. use1-az3 has no Lambda); they can be changed later, while calls go on."
  type        = list(string)
  default     = null
}

variable "client_vpcs" {
  description = "Part 2: the VPCs whose services call the API across a peering connection, by name. Empty: part 1 only. Each gets a VPC, the peering with routes on both sides, Session Manager endpoints and a client instance; see client_dns for names."
  type        = map(object({ cidr = string }))
  default     = {}
}

variable "client_dns" {
  description = "How client VPCs find the API: alias (its alias name, free), zone (its own name by a private hosted zone, cents) or resolver (the tutorial's way, ~365 USD a month)."
  type        = string
  default     = null
}

variable "stage" {
  description = "Name of the API's stage; the first segment of every URL."
  type        = string
  default     = "dev"
}

variable "authorization" {
  description = "NONE: whoever reaches the endpoint may call. AWS_IAM: calls are signed (SigV4) and the caller's role needs the policy in output caller_policy."
  type        = string
  default     = null
}

variable "callers_file" {
  description = "With AWS_IAM: a JSON file of who may do what, on which members, into which statuses (README.md, Who may call). Null: whoever the policies let in may do everything."
  type        = string
  default     = null

  validation {
    condition     = var.callers_file == null ? true : can(jsondecode(file(var.callers_file)))
    error_message = "callers_file is not there or not JSON."
  }
}

variable "callers_mode" {
  description = "enforce, or report: whom callers_file does not allow is let through and logged."
  type        = string
  default     = null
}

variable "additional_endpoint_ids" {
  description = "Further execute-api interface endpoints (vpce-...) that may call the API, e.g. another team's. Ours is always allowed."
  type        = list(string)
  default     = null
}

variable "openapi_document" {
  description = "The import document: a template with authorization_type and an ..._invoke_arn for each operation. Null: the claims API's, openapi/claims.apigateway.json of this repository."
  type        = string
  default     = null
}

variable "throttle" {
  description = "Requests per second and burst that the stage admits before it answers 429."
  type        = object({ rate = number, burst = number })
  default     = null
}

variable "lambda_zip" {
  description = "The deployment package, made by `cargo xtask package`. Null: target/lambda/claims-lambda.zip of this repository."
  type        = string
  default     = null
}

variable "architecture" {
  description = "Processor of the functions and the instances: arm64 or x86_64. It must be what the package was built for."
  type        = string
  default     = null
}

variable "lambda_memory_mb" {
  description = "Memory of each function in MB; processor time grows with it."
  type        = number
  default     = null
}

variable "lambda_timeout_seconds" {
  description = "Time limit of one invocation in seconds."
  type        = number
  default     = null
}

variable "lambda_concurrency" {
  description = "Reserved concurrency of each function; above it the gateway answers 500 integration_failed. -1: no limit (a new account has 10 in all and cannot reserve)."
  type        = number
  default     = null
}

variable "table_name" {
  description = "Name of the DynamoDB table. Null: <name>-claims. It cannot be changed: the claims are in the table that has it."
  type        = string
  default     = null
}

variable "history" {
  description = "Write down who changed what, in a table of its own named <name>-history."
  type        = bool
  default     = null
}

variable "history_days" {
  description = "Days that an entry of the history is kept. 0: for good."
  type        = number
  default     = null
}

variable "deletion_protection" {
  description = "Refuse to destroy the deployment, to delete its table and to replace what a call needs (protection.tf). To destroy: apply once with false, then destroy."
  type        = bool
  default     = null
}

variable "log_retention_days" {
  description = "Days that the log groups keep their events, but for those of audit_days."
  type        = number
  default     = null
}

variable "audit_days" {
  description = "Days that the record of calls is kept: the log groups of the functions and of the access log. 2192: six years, as HIPAA asks of such records."
  type        = number
  default     = null
}

variable "audit_key" {
  description = "Key under which the record of calls names members, by a hash: at least 32 visible characters, by chance (openssl rand -hex 32). Null: calls are recorded without their member. It lies in the state and in the functions' environments; keep the keys that were used before, to read older records."
  type        = string
  default     = null
  sensitive   = true
}

variable "keep_logs" {
  description = "Leave the log groups that say who did what (functions, access, flow) where they are when the deployment is destroyed. The next one of the same name takes them over."
  type        = bool
  default     = null
}

variable "bastion" {
  description = "Create the bastion instance, its Session Manager endpoints and the S3 way in for the example binaries."
  type        = bool
  default     = true
}

variable "example_binaries_dir" {
  description = "Folder of example programs to deliver to the instances, made by `cargo xtask package --examples`. Null: target/lambda/examples of this repository. A missing folder delivers none."
  type        = string
  default     = null
}

variable "reachability_analysis" {
  description = "Also create a Reachability Analyzer path from the bastion to the API's endpoint and analyse it once (0.10 USD)."
  type        = bool
  default     = null
}
