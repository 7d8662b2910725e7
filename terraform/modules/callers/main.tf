# The file of callers, looked through and cut up. No resource: a plan knows all of it.

locals {
  entries = try([for entry in var.callers : entry], [])
  are     = { for index, entry in local.entries : index + 1 => entry } # by what people call them

  # In names and paths what IAM takes, without what a policy would read as a pattern or a variable.
  principal  = "^arn:${var.partition}:iam::([0-9]{12}):(role|user)/((?:[A-Za-z0-9_.,+@=-]+/)*)([A-Za-z0-9_.,+@=*-]+)$"
  principals = { for number, entry in local.are : number => regex(local.principal, entry.principal) if can(regex(local.principal, entry.principal)) }
  # The gateway says account and name of a role's session, and no path.
  paths_of_a_role = { for number, parts in local.principals : "${parts[0]} ${parts[3]}" => parts[2]... if parts[1] == "role" }

  texts    = { for number, entry in local.are : number => { for name in ["operations", "members", "statuses"] : name => try([for text in entry[name] : tostring(text)], []) } }
  fields   = ["members", "operations", "principal", "statuses"]
  required = ["members", "operations", "principal"]

  mistakes = concat(
    var.callers != null && length(local.entries) == 0 ? ["it is no list with an entry; an empty one would refuse everybody, and null names nobody"] : [],
    flatten([for number, entry in local.are : [for name in try(setsubtract(keys(entry), local.fields), ["(it is no object)"]) : "entry ${number} has a field ${name}; there are ${join(", ", local.fields)}"]]),
    flatten([for number, entry in local.are : [for name in local.required : "entry ${number} has no ${name}" if !can(entry[name])]]),
    flatten([for number, texts in local.texts : [for name, list in texts :
      "entry ${number}: ${name} is a list of texts, and neither it nor one of them is empty" if can(local.are[number][name]) && (length(list) == 0 || contains(list, ""))
    ]]),
    [for number, entry in local.are : "entry ${number}: the principal ${try(tostring(entry.principal), "(no text)")} is not arn:${var.partition}:iam::123456789012:role/NAME or ...:user/NAME, with * in the name alone"
    if can(entry.principal) && !contains(keys(local.principals), tostring(number))],
    [for number, parts in local.principals : "entry ${number}: another entry's role differs by its path alone, which the gateway does not say: give one of them another name"
    if parts[1] == "role" && length(distinct(try(local.paths_of_a_role["${parts[0]} ${parts[3]}"], []))) > 1],
    flatten([for number, texts in local.texts : [for name in texts.operations : "entry ${number}: there is no operation ${name}; there are ${join(", ", keys(var.routes))}" if !contains(keys(var.routes), name)]]),
    flatten([for number, texts in local.texts : [for name in texts.statuses : "entry ${number}: there is no status ${name}; there are ${join(", ", var.statuses)}" if !contains(var.statuses, name)]]),
    flatten([for number, texts in local.texts : [for name in texts.members : "entry ${number}: the member ${name} can never be one; they are 1 to 64 letters, digits, '_' and '-', with * for any letters"
    if name != "" && !can(regex("^[A-Za-z0-9_*-]{1,64}$", name))]]),
  )

  slices = { for operation in keys(var.routes) : operation => [for number, entry in local.are :
    { for name, value in entry : name => value if name != "operations" } if length(local.mistakes) == 0 && contains(local.texts[number].operations, operation)
  ] }

  # One route's pattern may cover another's (GET/claim/* that of every claim's history): whoever may call that one has to get by.
  patterns = { for operation, route in var.routes : operation => "${route.method}${route.path}" }
  covers   = { for operation, pattern in local.patterns : operation => [for other, path in local.patterns : other if can(regex("^${replace(replace(pattern, ".", "\\."), "*", ".*")}$", path))] }
}
