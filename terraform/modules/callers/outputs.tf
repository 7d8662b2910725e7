output "mistakes" {
  description = "What is wrong with the file, in words. With one of them the rest says nothing."
  value       = local.mistakes
}

output "slices" {
  description = "By operation id: its entries, as its function reads them (private-api/lambda/src/callers.rs). One that nobody may do has an empty list: nobody."
  value       = local.slices
}

output "only_from" {
  description = "By operation id: its route, and the principals from whom the gateway takes it."
  value = { for operation, covered in local.covers : operation => {
    route      = local.patterns[operation]
    principals = sort(distinct(flatten([for one in covered : local.slices[one][*].principal])))
  } }
}

output "accounts" {
  description = "Accounts of the principals."
  value       = distinct([for entry in local.entries : regex(local.principal, entry.principal)[0] if can(regex(local.principal, entry.principal))])
}
