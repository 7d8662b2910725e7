# What a change must not do: leave a deployment behind, replace what holds the claims or what a call needs, destroy by mistake.
# Refused by `plan`, with a reason; a destroy before anything has gone.

# ---- a deployment's identity ------------------------------------------------------------------------------------------

# As it was when this deployment was made. In another place nothing of it is found: all would be made there a second time, and what
# is here would be in nobody's state. So this is refused whatever the protection.
resource "terraform_data" "place" {
  input = { region = local.region, account = local.account_id }

  lifecycle {
    ignore_changes = [input]

    precondition {
      condition     = var.network == null || length(distinct(values(data.aws_subnet.given)[*].availability_zone)) >= 2
      error_message = "network.subnet_ids lie in one zone only. Lambda and the endpoint are to outlive one: name subnets in two."
    }

    # No validation of the variable's: what is looked through depends on it.
    precondition {
      condition     = length(module.callers.mistakes) == 0
      error_message = "callers: ${join("; ", module.callers.mistakes)}."
    }

    postcondition {
      condition     = self.input.region == local.region
      error_message = "This deployment is in ${self.input.region}; in ${local.region} it would be made a second time, and the claims, the API and their costs left behind. Go back to region = \"${self.input.region}\". For one more deployment use a state of its own; to move this one, destroy it first."
    }
    postcondition {
      condition     = self.input.account == local.account_id
      error_message = "This deployment is in the account ${self.input.account}, and these credentials are of ${local.account_id}. Use the right ones; for a deployment in this account use a state of its own."
    }
  }
}

# What everything is named by, or lies in. Changed, the functions, roles and log groups, the stage of every URL or the whole network
# are replaced. Without the protection that is done; then this is written down anew.
resource "terraform_data" "identity" {
  input = { name = var.name, stage = var.stage, vpc_cidr = var.vpc_cidr, network = local.network_identity, history = var.history }

  lifecycle {
    ignore_changes       = [input]
    replace_triggered_by = [terraform_data.protected]

    postcondition {
      condition     = !var.deletion_protection || self.input.name == var.name
      error_message = "name cannot be changed from \"${self.input.name}\" to \"${var.name}\": every function, role and log group would be replaced, and no call answered meanwhile. Another name is another deployment, with a state of its own. ${local.let_go}"
    }
    postcondition {
      condition     = !var.deletion_protection || self.input.stage == var.stage
      error_message = "stage cannot be changed from \"${self.input.stage}\" to \"${var.stage}\": it is in every caller's URL, and the old one would answer no more. ${local.let_go}"
    }
    postcondition {
      condition     = !var.deletion_protection || self.input.vpc_cidr == var.vpc_cidr
      error_message = "vpc_cidr cannot be changed from ${self.input.vpc_cidr} to ${var.vpc_cidr}: the VPC would be replaced with all that is in it, and no call answered meanwhile. ${local.let_go}"
    }
    postcondition {
      condition     = !var.deletion_protection || var.history || !try(self.input.history, false)
      error_message = "history cannot be switched off: what it says of who changed what would be lost, and its table's own protection would stop the change half way. ${local.let_go}"
    }
    postcondition {
      condition     = !var.deletion_protection || try(self.input.network, "our own") == local.network_identity
      error_message = "network cannot be changed from ${try(self.input.network, "our own")} to ${local.network_identity}: functions, endpoints and their addresses would move, and no call be answered meanwhile. ${local.let_go}"
    }
  }
}

# Up to 0.1.0 every network was our own, and up to 0.2.0 there was no history.
locals {
  network_identity = var.network == null ? "our own" : join(" ", compact([var.network.vpc_id, try(var.network.dynamodb_endpoint.id, ""), try(var.network.execute_api_endpoint.id, "")]))
}

resource "terraform_data" "protected" {
  input = var.deletion_protection
}

locals {
  let_go = "If it is to be: apply with deletion_protection = false first, then this change, then with true again."
}

# ---- what is not replaced ---------------------------------------------------------------------------------------------

locals {
  protected = { always = false, why = "No call would be answered meanwhile. ${local.let_go} (A tainted one: terraform untaint, if it is sound.)" }
  claims    = { always = false, why = "The claims in it would be lost, and the table's own protection would stop the change half way. ${local.let_go}" }
  failures  = { always = false, why = "What could not be written into the history lies in it, whole. ${local.let_go}" }
  keys      = { always = false, why = "30 days later nothing written with it can be read any more, backups and older logs included. ${local.let_go}" }
  api       = { always = true, why = "Its id is in every caller's settings and would be another. A new API is a new deployment, with a name and a state of its own." }
  network   = { always = true, why = "Its range and its private name are taken as long as the old one is there. Change availability_zones, vpc_cidr or the client's cidr instead." }
  logs      = { always = var.keep_logs, why = "It holds who did what. With keep_logs = false and deletion_protection = false it can be replaced." }

  functions = { for operation in keys(local.operations) : operation => concat(
    module.function[operation].parts.call,
    [aws_iam_role.function[operation].unique_id, module.api.parts.permissions[operation]],
  ) }
  networks = merge({ for vpc in module.api_vpc : "api" => vpc.parts }, { for key, client in module.client_vpc : key => client.parts })
  ranges   = merge({ api = var.vpc_cidr }, local.client_vpc_cidrs)

  # By what it is called in the refusal, which says too where it is: with another zone or range it is another one.
  kept = merge(
    { "the table" = merge(local.claims, { ids = [module.table.arn] }) },
    { for table in module.history : "the history's table" => merge(local.claims, { ids = [table.arn] }) },
    { for bucket in module.failures : "the bucket of failures" => merge(local.failures, { ids = [bucket.arn] }) },
    { for function in module.recorder : "the function ${local.recorder}, its role or policy" => merge(local.protected, { ids = concat(function.parts.call, [aws_iam_role.recorder[0].unique_id]) }) },
    { for function in module.recorder : "the log group /aws/lambda/${local.recorder_name}" => merge(local.logs, { ids = values(function.parts.logs) }) },
    { "the table's key" = merge(local.keys, { ids = [module.table.key_arn] }) },
    { "the logs' key" = merge(local.keys, { ids = [local.log_key_arn] }) },
    { for operation, ids in local.functions : "the function ${operation}, its role, policy or permission" => merge(local.protected, { ids = ids }) },
    { "the stage ${var.stage}" = merge(local.protected, { ids = module.api.parts.stage }) },
    { for domain in module.custom_domain : "the custom domain" => merge(local.protected, { ids = [domain.arn] }) },
    { "the functions' way to the table" = merge(local.protected, { ids = [
      aws_security_group.functions.id, aws_vpc_security_group_egress_rule.functions_dynamodb.id, local.dynamodb_endpoint.id,
    ] }) },
    { "the API or its policy" = merge(local.api, { ids = module.api.parts.api }) },
    { for endpoint in module.execute_api_endpoint : "the API's endpoint in ${var.network == null ? var.vpc_cidr : "the given network"}" => merge(local.network, { ids = [endpoint.id] }) },
    { for key, parts in local.networks : "the VPC ${var.name}-${key} of ${local.ranges[key]} or a route table" => merge(local.network, { ids = parts.vpc }) },
    merge([for key, parts in local.networks : { for slot, ids in parts.subnets :
      "the subnet of ${var.name}-${key} in ${local.availability_zones[tonumber(trimprefix(slot, "az")) - 1]} (${slot} of ${local.ranges[key]})" => merge(local.network, { ids = ids })
    }]...),
    { for name, id in merge(module.api.parts.logs, [for parts in local.networks : parts.logs]...) : "the log group ${name}" => merge(local.logs, { ids = [id] }) },
    { for operation in keys(local.operations) : "the log group /aws/lambda/${var.name}-${operation}" => merge(local.logs, { ids = values(module.function[operation].parts.logs) }) },
  )
}

# Since when each is there. Made once all of them are, so that nothing is refused while a first apply is tried again.
resource "terraform_data" "since" {
  for_each = local.kept

  input = plantimestamp()

  lifecycle {
    ignore_changes = [input]
  }

  depends_on = [module.api, module.api_vpc, module.client_vpc, module.custom_domain, module.dynamodb_endpoint, module.execute_api_endpoint, module.failures, module.function, module.history, module.log_key, module.recorder, module.table]
}

# Replaced along with what it stands for (its id becomes unknown), and Terraform plans a replacement with the configuration's own
# input instead of the ignored one: "replaced", where the thing was there before this plan. That is how `plan` can tell.
resource "terraform_data" "kept" {
  for_each = local.kept

  input            = terraform_data.since[each.key].output == plantimestamp() || !(var.deletion_protection || each.value.always) ? "kept" : "replaced"
  triggers_replace = each.value.ids

  lifecycle {
    ignore_changes = [input]

    postcondition {
      condition     = self.input == "kept"
      error_message = "This would replace ${each.key}. ${each.value.why}"
    }
  }
}

# ---- destroy ----------------------------------------------------------------------------------------------------------

# Depends on everything, so that it goes first; while the protection is on, it does not go.
resource "terraform_data" "refuses_destroy" {
  input = var.deletion_protection

  provisioner "local-exec" {
    when    = destroy
    command = self.output ? "echo deletion_protection is on: nothing has been destroyed. Apply with deletion_protection=false first, then destroy && exit 1" : "exit 0"
  }

  depends_on = [
    aws_ec2_network_insights_analysis.bastion_to_api, aws_ec2_network_insights_path.bastion_to_api,
    aws_iam_role.function, aws_iam_role.recorder, aws_lambda_event_source_mapping.history, module.failures, module.history, module.recorder, aws_security_group.functions, aws_vpc_endpoint_policy.execute_api, aws_vpc_endpoint_policy.session_manager,
    aws_vpc_security_group_egress_rule.functions_dynamodb, module.api, module.api_vpc, module.artifacts,
    module.bastion, module.client_vpc, module.client_zone, module.custom_domain, module.domain_zone, module.dynamodb_endpoint, module.execute_api_endpoint, module.function, module.log_key,
    module.resolver_inbound, module.s3_endpoint, module.session_manager_endpoint, module.table, module.watch, terraform_data.identity,
    terraform_data.kept, terraform_data.place, terraform_data.since,
  ]
}
