terraform {
  # 1.9: a variable's validation may look at other variables (CIDR overlap). The tests need 1.11 (override_during).
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 6.x is reported to wipe a separate REST API policy when the body changes; see README, "Provider 6.x".
      version = "~> 5.100"
    }
  }

  # State is local unless you choose a backend; see README, "State".
}
