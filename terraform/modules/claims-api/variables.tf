# ---- where and what it is called -------------------------------------------------------------------------------------

variable "name" {
  description = "Prefix of every resource name, the table's included. Two deployments in one account and region need two names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name must be 3-20 characters of a-z, 0-9 and '-', start with a letter and not end with '-' (it becomes part of bucket, role and log group names)."
  }
}

# ---- network ---------------------------------------------------------------------------------------------------------

variable "vpc_cidr" {
  description = "Address range of the API's VPC: RFC 1918, /16 to /24. Each of its subnets takes a sixteenth."
  nullable    = false
  type        = string
  default     = "10.0.0.0/16"

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && can(regex("^[0-9.]+/(1[6-9]|2[0-4])$", var.vpc_cidr))
    error_message = "vpc_cidr must be an IPv4 range between /16 and /24 such as 10.0.0.0/16."
  }
  validation {
    condition = try(contains([
      cidrhost("${split("/", var.vpc_cidr)[0]}/8", 0) == "10.0.0.0",
      cidrhost("${split("/", var.vpc_cidr)[0]}/12", 0) == "172.16.0.0",
      cidrhost("${split("/", var.vpc_cidr)[0]}/16", 0) == "192.168.0.0",
    ], true), false)
    error_message = "vpc_cidr must lie in RFC 1918 space (10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16): anything else is somebody's public address."
  }
  validation {
    condition     = try(cidrhost(var.vpc_cidr, 0) == split("/", var.vpc_cidr)[0], false)
    error_message = "vpc_cidr has bits set beyond its prefix; write the range's first address, e.g. 10.0.0.0/16 rather than 10.0.1.0/16."
  }
}

variable "availability_zones" {
  description = "The two or three zones to use. Null: the region's first two. Name them where a zone lacks a service (e.g. use1-az3 has no Lambda); they can be changed later, while calls go on."
  type        = list(string)
  default     = null

  validation {
    condition     = var.availability_zones == null ? true : length(distinct(var.availability_zones)) == length(var.availability_zones) && contains([2, 3], length(var.availability_zones))
    error_message = "availability_zones must name two or three different zones, e.g. [\"eu-central-1a\", \"eu-central-1b\"]."
  }
  validation {
    # By its letter a zone gets its range (modules/network).
    condition     = var.availability_zones == null ? true : alltrue([for zone in var.availability_zones : can(regex("^${local.region}[a-h]$", zone))])
    error_message = "availability_zones must be zones of the region: its code and a letter from a to h, such as eu-central-1a in eu-central-1."
  }
  validation {
    # What g and h would have is the third's (modules/network).
    condition = try(length(var.availability_zones), 2) < 3 ? true : (
      can(regex("[a-d]$", var.availability_zones[2])) && alltrue([for zone in slice(var.availability_zones, 0, 2) : can(regex("[a-f]$", zone))])
    )
    error_message = "availability_zones: of three, the third must be one of the zones a to d, and the others of a to f; put them in another order."
  }
}

variable "network" {
  description = <<-EOT
    A VPC that is there, in place of one of our own: its private subnets in two or more zones, by keys that stay, and either its DynamoDB
    gateway endpoint, whose policy must let the table through, or the subnets' route tables, where we make one. And its execute-api
    endpoint, if it has one (see output execute_api_endpoint_policy; only one of a VPC can have private DNS).
  EOT
  type = object({
    vpc_id               = string
    subnet_ids           = map(string)
    route_table_ids      = optional(map(string), {})
    dynamodb_endpoint    = optional(object({ id = string }))
    execute_api_endpoint = optional(object({ id = string }))
  })
  default = null

  validation {
    condition     = var.network == null ? true : length(distinct(values(var.network.subnet_ids))) >= 2
    error_message = "network.subnet_ids must name two subnets at least, in different zones."
  }
  validation {
    condition     = var.network == null ? true : (var.network.dynamodb_endpoint != null) != (length(var.network.route_table_ids) > 0)
    error_message = "network needs either dynamodb_endpoint, where the VPC has that endpoint, or route_table_ids, where we are to make it (a VPC's route table takes one)."
  }
  validation {
    condition     = var.network == null ? true : length(var.client_vpcs) == 0 && !var.bastion && var.availability_zones == null
    error_message = "With network given there are no client_vpcs, no bastion and no availability_zones: they are of the tutorial's own network. Callers of other ranges: client_cidrs."
  }
}

variable "client_cidrs" {
  description = "Further ranges that may reach the endpoint, by name: on premises, secondary ranges of a given VPC, or VPCs that somebody else connects. The way back is theirs to route (output route_table_ids)."
  type        = map(string)
  nullable    = false
  default     = {}

  validation {
    condition     = alltrue([for range in values(var.client_cidrs) : try(cidrhost(range, 0) == split("/", range)[0] && tonumber(split("/", range)[1]) >= 8, false)])
    error_message = "client_cidrs must be ranges of /8 or narrower, written with their first address, such as 10.8.0.0/16."
  }
  validation {
    condition     = alltrue([for name in keys(var.client_cidrs) : can(regex("^[A-Za-z0-9 ._-]{1,40}$", name)) && !contains(keys(var.client_vpcs), name) && !startswith(name, "the API VPC")])
    error_message = "client_cidrs: each name must be 1-40 letters, digits, spaces, '.', '_' or '-', and none of client_vpcs'; it is shown in the security group."
  }
  validation {
    # As for client_vpcs: two ranges overlap when they are equal under the shorter of their prefixes.
    condition = alltrue([for pair in setproduct(values(var.client_cidrs), concat(var.network == null ? [var.vpc_cidr] : [], [for vpc in values(var.client_vpcs) : vpc.cidr])) : try(
      cidrhost(format("%s/%d", split("/", pair[0])[0], min([for range in pair : tonumber(split("/", range)[1])]...)), 0) !=
      cidrhost(format("%s/%d", split("/", pair[1])[0], min([for range in pair : tonumber(split("/", range)[1])]...)), 0),
      true)
    ])
    error_message = "client_cidrs: a range overlaps vpc_cidr or a client VPC's. Answers to it would stay inside."
  }
  validation {
    condition     = (var.network == null ? null : var.network.execute_api_endpoint) == null || length(var.client_cidrs) == 0
    error_message = "client_cidrs is a setting of the execute-api endpoint or its security group, and network.execute_api_endpoint is not ours to change: leave it out, and set it there."
  }
}

variable "private_dns" {
  description = "Whether the API's own name resolves in its VPC. False where another endpoint of that VPC has private DNS for execute-api, or public APIs are called from it: callers then use the alias name."
  type        = bool
  nullable    = false
  default     = true

  validation {
    condition     = var.private_dns || var.client_dns != "resolver"
    error_message = "client_dns = \"resolver\" forwards the API's own name to a VPC where private_dns = false keeps it from resolving. Use client_dns = \"alias\"."
  }
  validation {
    condition     = (var.network == null ? null : var.network.execute_api_endpoint) == null || var.private_dns
    error_message = "private_dns is a setting of the execute-api endpoint or its security group, and network.execute_api_endpoint is not ours to change: leave it out, and set it there."
  }
}

variable "ip_address_type" {
  description = "Addresses of the execute-api endpoint: ipv4, or dualstack in a network whose subnets have IPv6 ranges."
  type        = string
  nullable    = false
  default     = "ipv4"

  validation {
    condition     = contains(["ipv4", "dualstack"], var.ip_address_type)
    error_message = "ip_address_type must be \"ipv4\" or \"dualstack\"."
  }
  validation {
    condition     = var.ip_address_type == "ipv4" || var.network != null
    error_message = "ip_address_type = \"dualstack\" needs a network whose subnets have IPv6 ranges; our own has none."
  }
  validation {
    condition     = (var.network == null ? null : var.network.execute_api_endpoint) == null || var.ip_address_type == "ipv4"
    error_message = "ip_address_type is a setting of the execute-api endpoint or its security group, and network.execute_api_endpoint is not ours to change: leave it out, and set it there."
  }
}

variable "client_vpcs" {
  description = <<-EOT
    Part 2: the VPCs whose services call the API across a peering connection, by name. Empty: part 1 only. Each gets a VPC,
    the peering with routes on both sides, Session Manager endpoints and a client instance; see client_dns for names.
  EOT
  nullable    = false
  type        = map(object({ cidr = string }))
  default     = {}

  validation {
    condition     = alltrue([for key in keys(var.client_vpcs) : can(regex("^[a-z][a-z0-9-]{0,11}$", key))])
    error_message = "client_vpcs: each key must be 1-12 characters of a-z, 0-9 and '-', starting with a letter; it becomes part of resource names."
  }
  validation {
    condition = alltrue([for vpc in values(var.client_vpcs) :
      can(regex("^[0-9.]+/(1[6-9]|2[0-4])$", vpc.cidr)) && try(cidrhost(vpc.cidr, 0) == split("/", vpc.cidr)[0], false)
    ])
    error_message = "client_vpcs: each cidr must be an IPv4 range between /16 and /24, written with its first address, such as 172.20.0.0/16."
  }
  validation {
    condition = alltrue([for vpc in values(var.client_vpcs) : try(contains([
      cidrhost("${split("/", vpc.cidr)[0]}/8", 0) == "10.0.0.0",
      cidrhost("${split("/", vpc.cidr)[0]}/12", 0) == "172.16.0.0",
      cidrhost("${split("/", vpc.cidr)[0]}/16", 0) == "192.168.0.0",
    ], true), false)])
    error_message = "client_vpcs: each cidr must lie in RFC 1918 space (10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16). 172.128.0.0/16, for one, is public."
  }
  validation {
    # Two ranges overlap when they are equal under the shorter of their prefixes.
    condition = alltrue([for pair in setproduct(keys(var.client_vpcs), keys(var.client_vpcs)) : try(
      pair[0] == pair[1] ||
      cidrhost(format("%s/%d", split("/", var.client_vpcs[pair[0]].cidr)[0], min([for key in pair : tonumber(split("/", var.client_vpcs[key].cidr)[1])]...)), 0) !=
      cidrhost(format("%s/%d", split("/", var.client_vpcs[pair[1]].cidr)[0], min([for key in pair : tonumber(split("/", var.client_vpcs[key].cidr)[1])]...)), 0),
      true)
    ])
    error_message = "client_vpcs: two client ranges overlap. Overlapping VPCs cannot both be routed to; give each its own range."
  }
  validation {
    condition = alltrue([for vpc in values(var.client_vpcs) : try(
      cidrhost(format("%s/%d", split("/", vpc.cidr)[0], min(tonumber(split("/", vpc.cidr)[1]), tonumber(split("/", var.vpc_cidr)[1]))), 0) !=
      cidrhost(format("%s/%d", split("/", var.vpc_cidr)[0], min(tonumber(split("/", vpc.cidr)[1]), tonumber(split("/", var.vpc_cidr)[1]))), 0),
      true)
    ])
    error_message = "client_vpcs: a client range overlaps vpc_cidr. Peered VPCs must not overlap; change one of the two."
  }
}

variable "client_dns" {
  description = <<-EOT
    How client VPCs find the API. "alias": they call {api}-{vpce}.execute-api..., which resolves everywhere to the endpoint's
    private addresses; costs nothing. "zone": they call the API's own name, which a private hosted zone has for them (0.50 USD a
    month). "resolver": the same name, forwarded by Route 53 Resolver endpoints (~365 USD a month for the first client VPC, ~183 for
    each further one), as the tutorial does.
  EOT
  type        = string
  nullable    = false
  default     = "alias"

  validation {
    condition     = contains(["alias", "zone", "resolver"], var.client_dns)
    error_message = "client_dns must be \"alias\", \"zone\" or \"resolver\"."
  }
}

variable "domain" {
  description = <<-EOT
    A private custom domain for the API, the one name that stays when its id does not: certificate_arn of ACM in this region, covering the name.
    own_zone: a private hosted zone of that name for the API VPC and the client VPCs; false where a zone of yours gets the record (an alias
    of output execute_api_endpoint_dns_name). consumer_accounts: accounts of the organisation that may associate endpoints of theirs.
  EOT
  type = object({
    name              = string
    certificate_arn   = string
    own_zone          = optional(bool, true)
    consumer_accounts = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.domain == null ? true : can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain.name)) && !can(regex("amazonaws\\.com", var.domain.name))
    error_message = "domain.name must be a host name of yours in lower case, such as claims.example.com."
  }
  validation {
    condition     = var.domain == null ? true : can(regex("^arn:[a-z-]+:acm:${local.region}:[0-9]{12}:certificate/.+$", var.domain.certificate_arn))
    error_message = "domain.certificate_arn must be an ACM certificate of this region (arn:aws:acm:<region>:<account>:certificate/...)."
  }
  validation {
    condition     = var.domain == null ? true : alltrue([for account in var.domain.consumer_accounts : can(regex("^[0-9]{12}$", account))])
    error_message = "domain.consumer_accounts must hold account ids of 12 digits."
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
    deleteClaim = ["dynamodb:DeleteItem"]
  }

  validation {
    condition     = toset(keys(var.dynamodb_actions)) == toset(keys(local.routes))
    error_message = "dynamodb_actions and the import document must name the same operations; the document has ${join(", ", keys(local.routes))}."
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

variable "deletion_protection" {
  description = "Refuse to destroy the deployment, to delete its table and to replace what a call needs (protection.tf). To destroy: apply once with false, then destroy."
  nullable    = false
  type        = bool
  default     = true
}

# ---- logs, instances, extras -----------------------------------------------------------------------------------------

variable "log_retention_days" {
  description = "Days that every log group keeps its events."
  nullable    = false
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be one of the periods CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
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

# ---- watched ---------------------------------------------------------------------------------------------------------

variable "alarms" {
  description = <<-EOT
    Who is told when something is wrong, by SNS topics of yours: alarms, an availability objective (percent of calls without a 5xx in 30 days) with
    burn rates, the 99th percentile of answers, keys that are about to go, and a dashboard; ~4 USD a month for the claims API. Null: nobody.
  EOT
  type = object({
    topic_arns   = list(string)
    availability = optional(number, 99.9)
    p99_ms       = optional(number, 1000)
    least_calls  = optional(number, 50)
  })
  default = null

  validation {
    condition     = var.alarms == null ? true : length(var.alarms.topic_arns) > 0 && length(var.alarms.topic_arns) <= 5 && alltrue([for topic in var.alarms.topic_arns : can(regex("^arn:[a-z-]+:sns:${local.region}:[0-9]{12}:[A-Za-z0-9_-]+$", topic))])
    error_message = "alarms.topic_arns must hold one to five SNS topics of this region (arn:aws:sns:<region>:<account>:<name>)."
  }
  validation {
    # Of 91.6 % the fast burn could never be reached: 14.4 times its budget is more than all calls.
    condition     = var.alarms == null ? true : var.alarms.availability >= 95 && var.alarms.availability < 100 && var.alarms.p99_ms > 0 && var.alarms.least_calls >= 1
    error_message = "alarms.availability must be from 95 to below 100 (percent), p99_ms above 0 and least_calls at least 1."
  }
}

# ---- what an organisation brings -------------------------------------------------------------------------------------

variable "permissions_boundary" {
  description = "ARN of the policy that bounds every role. It must allow what tests/permissions.txt lists."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null ? true : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary))
    error_message = "permissions_boundary must be a policy's ARN, such as arn:aws:iam::123456789012:policy/boundary."
  }
}

variable "role_path" {
  description = "Path of every role, such as /service/. It cannot be changed later without new roles."
  type        = string
  nullable    = false
  default     = "/"

  validation {
    condition     = can(regex("^/([A-Za-z0-9_.,+@=-]+/)*$", var.role_path))
    error_message = "role_path must begin and end with '/', such as /service/."
  }
}

variable "table_key" {
  description = "A KMS key that is there, for the table. Its policy must let the functions' roles use it by way of DynamoDB (modules/table has the statements). Null: a key of our own."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.table_key == null ? true : can(regex("^arn:[a-z-]+:kms:${local.region}:[0-9]{12}:key/.+$", var.table_key.arn))
    error_message = "table_key.arn must be the ARN of a key in this region (arn:aws:kms:<region>:<account>:key/...), not an alias."
  }
}

variable "log_key" {
  description = "A KMS key that is there, for every log group. Its policy must let CloudWatch Logs use it for them (modules/log-key has the statement). Null: a key of our own."
  type        = object({ arn = string })
  default     = null

  validation {
    condition     = var.log_key == null ? true : can(regex("^arn:[a-z-]+:kms:${local.region}:[0-9]{12}:key/.+$", var.log_key.arn))
    error_message = "log_key.arn must be the ARN of a key in this region (arn:aws:kms:<region>:<account>:key/...), not an alias."
  }
}
