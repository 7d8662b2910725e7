# The claims table and its key. Who may use the key: the five functions, and only by way of DynamoDB.

locals {
  # A key policy's resource is the key itself; "*" is how that is written.
  this_key = "*"

  # Use of a table's key; AWS's example with the wildcards written out.
  use_actions = [
    "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom", "kms:ReEncryptTo",
  ]
  through_dynamodb = { StringEquals = { "kms:CallerAccount" = var.account_id, "kms:ViaService" = "dynamodb.${var.region}.amazonaws.com" } }
}

resource "aws_kms_key" "this" {
  description             = "DynamoDB table ${var.name}"
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
        # Whoever creates, restores or inspects the table: needs kms permissions of its own besides.
        Sid       = "AccountThroughDynamoDB"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account_id}:root" }
        Action    = concat(["kms:CreateGrant"], local.use_actions)
        Resource  = local.this_key
        Condition = local.through_dynamodb
      },
      {
        Sid       = "FunctionsThroughDynamoDB"
        Effect    = "Allow"
        Principal = { AWS = var.user_role_arns }
        Action    = local.use_actions
        Resource  = local.this_key
        Condition = local.through_dynamodb
      },
    ]
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.prefix}-table"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_dynamodb_table" "this" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "PK"
  range_key                   = "SK"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "PK"
    type = "S"
  }
  attribute {
    name = "SK"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.this.arn
  }
}
