terraform {
  # 1.9: a variable's validation may look at other variables (CIDR overlap).
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
