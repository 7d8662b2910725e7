# Where the API lies, and how it is reached and found.

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
