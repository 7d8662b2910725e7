# The file of callers: each mistake is told by its entry, and what is right is cut up as the functions read it.

variables {
  partition = "aws"
  statuses  = ["pending", "in_review", "approved", "denied", "paid", "withdrawn"]
  routes = {
    createClaim      = { method = "POST", path = "/claim" }
    listClaims       = { method = "GET", path = "/claim" }
    getClaim         = { method = "GET", path = "/claim/*" }
    updateClaim      = { method = "PUT", path = "/claim/*" }
    deleteClaim      = { method = "DELETE", path = "/claim/*" }
    listClaimHistory = { method = "GET", path = "/claim/*/history" }
  }
}

run "nobody_is_named" {
  command = plan

  module {
    source = "./modules/callers"
  }

  variables {
    callers = null
  }

  assert {
    condition     = length(output.mistakes) + length(output.accounts) == 0
    error_message = "nobody need be named"
  }
}

run "the_file" {
  command = plan

  module {
    source = "./modules/callers"
  }

  variables {
    callers = concat(jsondecode(file("./tests/callers.json")), [
      { principal = "arn:aws:iam::210987654321:role/historian", operations = ["listClaimHistory"], members = ["*"] },
    ])
  }

  assert {
    condition     = length(output.mistakes) == 0
    error_message = "there is none: ${join("; ", output.mistakes)}"
  }
  # server/tests/function/callers.rs shows that these slices allow what the file does.
  assert {
    condition     = { for operation, entries in output.slices : operation => entries if operation != "listClaimHistory" } == jsondecode(file("./tests/callers.slices.json"))
    error_message = "each operation has its entries, in their order, without operations"
  }
  assert {
    condition     = output.accounts == tolist(["123456789012", "210987654321"])
    error_message = "the accounts of the principals"
  }
  assert {
    condition     = join(" ", output.only_from.deleteClaim.principals) == "arn:aws:iam::123456789012:role/claims-bastion" && join(" ", output.only_from.listClaimHistory.principals) == "arn:aws:iam::210987654321:role/historian"
    error_message = "the gateway takes an operation from whoever may do it"
  }
  assert {
    condition     = contains(output.only_from.getClaim.principals, "arn:aws:iam::210987654321:role/historian") && !contains(output.only_from.listClaims.principals, "arn:aws:iam::210987654321:role/historian")
    error_message = "whoever may read a history gets by GET/claim/*, and by nothing else"
  }
}

run "a_mistake_of_each_kind" {
  command = plan

  module {
    source = "./modules/callers"
  }

  variables {
    callers = [
      { principal = "arn:aws:iam::123456789012:role/a", operations = ["payClaim"], members = ["*"] },
      { principal = "arn:aws:iam::123456789012:role/b", operations = ["getClaim"], members = ["*"], statuses = ["settled"] },
      { principal = "arn:aws:iam::123456789012:role/c", operations = ["getClaim"], members = ["MEMBER#1"] },
      { principal = "arn:aws:iam::123456789012:role/d*/e", operations = ["getClaim"], members = ["*"] },
      { principal = "arn:aws:iam::123456789012:role/team/f", operations = ["getClaim"], members = ["*"] },
      { principal = "arn:aws:iam::123456789012:role/f", operations = ["updateClaim"], members = ["*"] },
      { principal = "arn:aws:iam::123456789012:role/g", operations = ["updateClaim"], members = ["*"], status = ["paid"] },
      { principal = "arn:aws:iam::123456789012:role/h", operations = ["updateClaim"] },
      { principal = "arn:aws:iam::123456789012:role/i", operations = [], members = [""], statuses = "paid" },
      "arn:aws:iam::123456789012:role/j",
      { principal = "arn:aws-cn:iam::123456789012:role/k", operations = ["getClaim"], members = ["*"] },
      { principal = "arn:aws:sts::123456789012:assumed-role/l/session", operations = ["getClaim"], members = ["*"] },
      { principal = "arn:aws:iam::123456789012:role/$${aws:username}/m", operations = ["getClaim"], members = ["*"] },
      # Right: another account's, a user of the same name, the same role twice.
      { principal = "arn:aws:iam::210987654321:role/f", operations = ["getClaim"], members = ["*"] },
      { principal = "arn:aws:iam::123456789012:user/team/f", operations = ["getClaim"], members = ["*"] },
      { principal = "arn:aws:iam::123456789012:role/b", operations = ["listClaims"], members = ["12*"] },
    ]
  }

  assert {
    condition = output.mistakes == [
      "entry 10 has a field (it is no object); there are members, operations, principal, statuses",
      "entry 7 has a field status; there are members, operations, principal, statuses",
      "entry 10 has no members", "entry 10 has no operations", "entry 10 has no principal",
      "entry 8 has no members",
      "entry 9: members is a list of texts, and neither it nor one of them is empty",
      "entry 9: operations is a list of texts, and neither it nor one of them is empty",
      "entry 9: statuses is a list of texts, and neither it nor one of them is empty",
      "entry 11: the principal arn:aws-cn:iam::123456789012:role/k is not arn:aws:iam::123456789012:role/NAME or ...:user/NAME, with * in the name alone",
      "entry 12: the principal arn:aws:sts::123456789012:assumed-role/l/session is not arn:aws:iam::123456789012:role/NAME or ...:user/NAME, with * in the name alone",
      "entry 13: the principal arn:aws:iam::123456789012:role/$${aws:username}/m is not arn:aws:iam::123456789012:role/NAME or ...:user/NAME, with * in the name alone",
      "entry 4: the principal arn:aws:iam::123456789012:role/d*/e is not arn:aws:iam::123456789012:role/NAME or ...:user/NAME, with * in the name alone",
      "entry 5: another entry's role differs by its path alone, which the gateway does not say: give one of them another name",
      "entry 6: another entry's role differs by its path alone, which the gateway does not say: give one of them another name",
      "entry 1: there is no operation payClaim; there are createClaim, deleteClaim, getClaim, listClaimHistory, listClaims, updateClaim",
      "entry 2: there is no status settled; there are pending, in_review, approved, denied, paid, withdrawn",
      "entry 3: the member MEMBER#1 can never be one; they are 1 to 64 letters, digits, '_' and '-', with * for any letters",
    ]
    error_message = "each is told: ${join("\n", output.mistakes)}"
  }
}

run "an_empty_list" {
  command = plan

  module {
    source = "./modules/callers"
  }

  variables {
    callers = []
  }

  assert {
    condition     = length(output.mistakes) == 1
    error_message = "it would refuse everybody"
  }
}
