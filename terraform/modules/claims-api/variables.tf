# ---- where and what it is called -------------------------------------------------------------------------------------

variable "name" {
  description = "Prefix of every resource name, the table's included. Two deployments in one account and region need two names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name must be 3-20 characters of a-z, 0-9 and '-', start with a letter and not end with '-' (it becomes part of bucket, role and log group names)."
  }
}

# ---- the API ---------------------------------------------------------------------------------------------------------

variable "stage" {
  description = "Name of the API's stage; the first segment of every URL."
  nullable    = false
  type        = string
  default     = "dev"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_-]{0,31}$", var.stage))
    error_message = "stage must be 1-32 characters of a-z, 0-9, '_' and '-', starting with a letter: it is part of every URL."
  }
}

variable "authorization" {
  description = "NONE: whoever reaches the endpoint may call. AWS_IAM: calls are signed (SigV4) and the caller's role needs the policy in output caller_policy."
  nullable    = false
  type        = string
  default     = "NONE"

  validation {
    condition     = contains(["NONE", "AWS_IAM"], var.authorization)
    error_message = "authorization must be \"NONE\" or \"AWS_IAM\"."
  }
}

variable "additional_endpoint_ids" {
  description = "Further execute-api interface endpoints (vpce-...) that may call the API, e.g. another team's. Ours is always allowed."
  nullable    = false
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.additional_endpoint_ids : can(regex("^vpce-[0-9a-f]{8,17}$", id))])
    error_message = "additional_endpoint_ids must hold interface endpoint ids such as vpce-0123456789abcdef0 (not DNS names, not VPC ids)."
  }
}

variable "caller_accounts" {
  description = "With authorization = AWS_IAM: further accounts whose roles may call, each by output caller_policy, attached there. Their endpoints go into additional_endpoint_ids."
  type        = list(string)
  nullable    = false
  default     = []

  validation {
    condition     = alltrue([for account in var.caller_accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "caller_accounts must hold account ids of 12 digits."
  }
  validation {
    condition     = length(var.caller_accounts) == 0 || var.authorization == "AWS_IAM"
    error_message = "caller_accounts admits by identity, and with authorization = \"NONE\" a caller has none: whoever reaches a listed endpoint may call. Set authorization = \"AWS_IAM\"."
  }
}

variable "caller_organization" {
  description = "With authorization = AWS_IAM: the AWS organisation (o-...) whose accounts' roles may call, as caller_accounts. Null: none."
  type        = string
  default     = null

  validation {
    condition     = var.caller_organization == null ? true : can(regex("^o-[a-z0-9]{10,32}$", var.caller_organization))
    error_message = "caller_organization must be an organisation's id such as o-a1b2c3d4e5."
  }
  validation {
    condition     = var.caller_organization == null || var.authorization == "AWS_IAM"
    error_message = "caller_organization admits by identity, and with authorization = \"NONE\" a caller has none. Set authorization = \"AWS_IAM\"."
  }
}

variable "openapi_document" {
  description = "The import document: a template with authorization_type and an ..._invoke_arn for each operation. Null: the claims API's, openapi/claims.apigateway.json of this repository."
  type        = string
  default     = null

  validation {
    condition     = fileexists(coalesce(var.openapi_document, "${path.module}/../../../openapi/claims.apigateway.json"))
    error_message = "openapi_document does not exist. The claims API's is committed at openapi/claims.apigateway.json."
  }
}

variable "dynamodb_actions" {
  description = "By operation id: what its function does in DynamoDB, and nothing else. With a document of your own, its operations."
  nullable    = false
  type        = map(list(string))
  default = {
    createClaim = ["dynamodb:PutItem"]
    listClaims  = ["dynamodb:Query"]
    getClaim    = ["dynamodb:GetItem"]
    updateClaim = ["dynamodb:UpdateItem"]
    # A delete is an update that leaves a tombstone. DeleteItem is what 0.2.0 does, as long as that is a way back.
    deleteClaim = ["dynamodb:DeleteItem", "dynamodb:UpdateItem"]
  }

  validation {
    condition     = toset(keys(var.dynamodb_actions)) == setsubtract(keys(local.routes), [local.lists_history])
    error_message = "dynamodb_actions and the import document must name the same operations; the document has ${join(", ", setsubtract(keys(local.routes), [local.lists_history]))}."
  }
  validation {
    condition     = alltrue([for actions in values(var.dynamodb_actions) : length(actions) > 0 && alltrue([for action in actions : can(regex("^dynamodb:[A-Za-z]+$", action))])])
    error_message = "dynamodb_actions must give each operation at least one DynamoDB action, without wildcards, such as [\"dynamodb:GetItem\"]."
  }
}

variable "throttle" {
  description = "Requests per second and burst that the stage admits before it answers 429."
  nullable    = false
  type        = object({ rate = number, burst = number })
  default     = { rate = 100, burst = 200 }

  validation {
    condition     = var.throttle.rate > 0 && var.throttle.burst > 0 && floor(var.throttle.burst) == var.throttle.burst
    error_message = "throttle.rate must be above 0 and throttle.burst a whole number above 0; a 0 would refuse every call."
  }
}

# ---- the functions ---------------------------------------------------------------------------------------------------

variable "lambda_zip" {
  description = "The deployment package, made by `cargo xtask package`. Null: target/lambda/claims-lambda.zip of this repository."
  type        = string
  default     = null

  validation {
    condition     = fileexists(coalesce(var.lambda_zip, "${path.module}/../../../target/lambda/claims-lambda.zip"))
    error_message = "lambda_zip does not exist. Build it first: cargo xtask package"
  }
}

variable "architecture" {
  description = "Processor of the functions and the instances: arm64 or x86_64. It must be what the package was built for."
  nullable    = false
  type        = string
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be \"arm64\" or \"x86_64\" (and the package built for it: cargo xtask package --arch ...)."
  }
}

variable "lambda_memory_mb" {
  description = "Memory of each function in MB; processor time grows with it."
  nullable    = false
  type        = number
  default     = 256

  validation {
    condition     = var.lambda_memory_mb >= 128 && var.lambda_memory_mb <= 10240 && floor(var.lambda_memory_mb) == var.lambda_memory_mb
    error_message = "lambda_memory_mb must be a whole number from 128 to 10240."
  }
}

variable "lambda_timeout_seconds" {
  description = "Time limit of one invocation in seconds."
  nullable    = false
  type        = number
  default     = 10

  validation {
    condition     = var.lambda_timeout_seconds >= 1 && var.lambda_timeout_seconds <= 28 && floor(var.lambda_timeout_seconds) == var.lambda_timeout_seconds
    error_message = "lambda_timeout_seconds must be a whole number from 1 to 28: the gateway itself gives up after 29."
  }
}

variable "lambda_concurrency" {
  description = "Reserved concurrency of each function; above it the gateway answers 500 integration_failed. -1: no limit (a new account has 10 in all and cannot reserve)."
  nullable    = false
  type        = number
  default     = -1

  validation {
    condition     = (var.lambda_concurrency == -1 || var.lambda_concurrency >= 1) && floor(var.lambda_concurrency) == var.lambda_concurrency
    error_message = "lambda_concurrency must be -1 (no limit) or a whole number from 1; 0 would switch the function off."
  }
}

# ---- the table -------------------------------------------------------------------------------------------------------

variable "table_name" {
  description = "Name of the DynamoDB table. Null: <name>-claims. It cannot be changed: the claims are in the table that has it."
  type        = string
  default     = null

  validation {
    condition     = var.table_name == null ? true : can(regex("^[A-Za-z0-9_.-]{3,255}$", var.table_name))
    error_message = "table_name must be 3-255 characters of A-Z, a-z, 0-9, '_', '.' and '-'."
  }
}

variable "history" {
  description = "Write down who changed what: a function reads the table's changes into a table of its own, named <name>-history. false: for a service whose package has no recordHistory. What was written down would go with a later false."
  nullable    = false
  type        = bool
  default     = true

  validation {
    condition     = var.history || !contains(keys(local.routes), local.lists_history)
    error_message = "history is false, and the import document has ${local.lists_history}, which would have nothing to read."
  }
}

variable "history_days" {
  description = "Days that an entry of the history is kept. 0: for good."
  nullable    = false
  type        = number
  default     = 2192

  validation {
    condition     = var.history_days >= 0 && floor(var.history_days) == var.history_days
    error_message = "history_days must be a whole number of days, or 0 for good."
  }
}

variable "deletion_protection" {
  description = "Refuse to destroy the deployment, to delete its table and to replace what a call needs (protection.tf). To destroy: apply once with false, then destroy."
  nullable    = false
  type        = bool
  default     = true
}

# ---- logs, instances, extras -----------------------------------------------------------------------------------------

variable "log_retention_days" {
  description = "Days that the log groups keep their events, but for those of audit_days."
  nullable    = false
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of the periods CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "audit_days" {
  description = "Days that the record of calls is kept: the log groups of the functions and of the access log. 2192: six years, as HIPAA asks of such records."
  nullable    = false
  type        = number
  default     = 2192

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.audit_days)
    error_message = "audit_days must be one of the periods CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "audit_key" {
  description = "Key under which the record of calls names members, by a hash: at least 32 visible characters, by chance (openssl rand -hex 32). Null: calls are recorded without their member. It lies in the state and in the functions' environments; keep the keys that were used before, to read older records."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.audit_key == null || can(regex("^[!-~]{32,128}$", var.audit_key))
    error_message = "audit_key must be 32 to 128 visible ASCII characters, by chance: openssl rand -hex 32 makes one."
  }
}

variable "keep_logs" {
  description = "Leave the log groups that say who did what (functions, access, flow) where they are when the deployment is destroyed. The next one of the same name takes them over."
  nullable    = false
  type        = bool
  default     = true
}

variable "bastion" {
  description = "Create the bastion instance, its Session Manager endpoints and the S3 way in for the example binaries."
  nullable    = false
  type        = bool
  default     = false
}

variable "example_binaries_dir" {
  description = "Folder of example programs to deliver to the instances, made by `cargo xtask package --examples`. Null: target/lambda/examples of this repository. A missing folder delivers none."
  type        = string
  default     = null
}

variable "reachability_analysis" {
  description = "Also create a Reachability Analyzer path from the bastion to the API's endpoint and analyse it once (0.10 USD)."
  nullable    = false
  type        = bool
  default     = false

  validation {
    condition     = !var.reachability_analysis || var.bastion
    error_message = "reachability_analysis starts at the bastion: set bastion = true, or leave it off."
  }
}

variable "logging_ready" {
  description = "Anything that exists only once API Gateway may write logs in this region; the stage waits for it. Of the account, so that this module does not set it (see the example of the tutorial)."
  type        = any
  default     = null
}
