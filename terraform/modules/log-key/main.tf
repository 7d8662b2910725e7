# One key for every log group of the deployment (1 USD a month).

locals {
  # A key policy's resource is the key itself; "*" is how that is written.
  this_key = "*"
}

resource "aws_kms_key" "this" {
  description             = "Log groups of ${var.name}"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountAdministers"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account_id}:root" }
        Action    = var.administration_actions
        Resource  = local.this_key
      },
      {
        Sid       = "LogsServiceForOurGroups"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        Resource  = local.this_key
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = [for name in var.log_groups : "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:${name}"] } }
      },
    ]
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}-logs"
  target_key_id = aws_kms_key.this.key_id
}
