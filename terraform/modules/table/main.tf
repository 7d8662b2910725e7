# The table and its key. Of this deployment's roles its functions may use the key, and only by way of DynamoDB.

locals {
  key_arn = var.given_key == null ? aws_kms_key.this[0].arn : var.given_key.arn
  # A key policy's resource is the key itself; "*" is how that is written.
  this_key = "*"

  through_dynamodb = { StringEquals = { "kms:CallerAccount" = var.account_id, "kms:ViaService" = "dynamodb.${var.region}.amazonaws.com" } }
}

# Up to 0.1.0 there was no other.
moved {
  from = aws_kms_key.this
  to   = aws_kms_key.this[0]
}

moved {
  from = aws_kms_alias.this
  to   = aws_kms_alias.this[0]
}

resource "aws_kms_key" "this" {
  count = var.given_key == null ? 1 : 0

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
        # Whoever creates, restores or inspects the table: needs kms permissions of its own besides. The instances never do.
        Sid       = "AccountThroughDynamoDB"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account_id}:root" }
        Action    = concat(["kms:CreateGrant"], var.use_actions)
        Resource  = local.this_key
        Condition = merge(local.through_dynamodb, { ArnNotEquals = { "aws:PrincipalArn" = var.instance_role_arns } })
      },
      {
        # Their own policies have to say so too. By ARN in a condition: as a principal, KMS would keep the role's id, and a role
        # made again under its name would have lost the key.
        Sid       = "FunctionsThroughDynamoDB"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account_id}:root" }
        Action    = var.use_actions
        Resource  = local.this_key
        Condition = merge(local.through_dynamodb, { ArnEquals = { "aws:PrincipalArn" = var.user_role_arns } })
      },
    ]
  })
}

resource "aws_kms_alias" "this" {
  count = var.given_key == null ? 1 : 0

  name          = "alias/${var.prefix}-table"
  target_key_id = aws_kms_key.this[0].key_id
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

  stream_enabled   = var.streams
  stream_view_type = var.streams ? "NEW_AND_OLD_IMAGES" : null

  dynamic "ttl" {
    for_each = var.expires_by[*]

    content {
      enabled        = true
      attribute_name = ttl.value
    }
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = local.key_arn
  }

  lifecycle {
    # A changed name would be another table, and an empty one. Ignored, so that the one with the claims stays in the plan and can
    # be told from the one that was asked for; a table that is made takes the name as given.
    ignore_changes = [name]

    postcondition {
      condition     = self.name == var.name
      error_message = <<-EOT
        The ${var.holds.what} of this deployment are in the table ${self.name}, and the configuration asks for ${var.name}, which would be empty.
        Keep the table: put this line into your variables.

          ${coalesce(var.holds.input, "name")} = "${var.holds.input == null ? trimsuffix(self.name, "-history") : self.name}"

        (Release 0.1.0 named every table claimsTable where nothing was said.) To start again without the claims: apply with
        deletion_protection = false and this name, then with the new name and -replace=<address of the module that says this>.aws_dynamodb_table.this
      EOT
    }
  }
}
