# Who may do what, by name: each function gets its own operation's entries, the gateway who may call which operation at all.

module "callers" {
  source = "../callers"

  callers   = var.callers
  routes    = local.routes
  statuses  = var.statuses
  partition = local.partition
}

locals {
  are_callers_named = var.callers != null
  only_from         = local.are_callers_named && var.callers_mode == "enforce" ? module.callers.only_from : null
  # Roles of other accounts get in by the file alone: their accounts need no naming a second time.
  caller_accounts = setsubtract(concat(var.caller_accounts, module.callers.accounts), [local.account_id])

  who_may = (
    var.authorization == "NONE" ? "Whoever reaches a listed endpoint may do everything to every member's data: authorization is NONE." :
    !local.are_callers_named ? "Whoever the policies let in may do everything to every member's data: no callers are named." :
    var.callers_mode == "report" ? "Whoever the policies let in may do everything to every member's data; whom callers does not allow is logged: callers_mode is report." :
    "Who is named in callers may do what is said there."
  )
}

# With NONE it is what was asked for. With signatures it is easily overlooked.
check "callers" {
  assert {
    condition     = var.authorization == "NONE" || (local.are_callers_named && var.callers_mode == "enforce")
    error_message = local.who_may
  }
}
