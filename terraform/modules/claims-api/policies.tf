# Policies that several parts share. tests/permissions.txt lists every statement of the whole deployment.

locals {
  # An endpoint policy bounds what may pass; it grants nothing by itself. "Ours" keeps foreign credentials from using it.
  ours = { StringEquals = { "aws:PrincipalAccount" = local.account_id } }

  dynamodb_endpoint_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "ClaimsTable"
      Effect    = "Allow"
      Principal = "*"
      Action    = sort(distinct(flatten([for name, operation in local.operations : operation.dynamodb_actions if name != local.lists_history])))
      Resource  = module.table.arn
      Condition = local.ours
      }], [for table in module.history : {
      Sid       = "HistoryTable"
      Effect    = "Allow"
      Principal = "*"
      Action    = concat(["dynamodb:PutItem"], [for name in keys(local.operations) : "dynamodb:Query" if name == local.lists_history])
      Resource  = table.arn
      Condition = local.ours
    }])
  })

  # No account condition: with authorization NONE the caller has no account.
  execute_api_endpoint_policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "ClaimsApi"
      Effect    = "Allow"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = "${module.api.execution_arn}/*"
      }], [for domain in module.custom_domain : {
      # A call by the custom domain is of that name's, too.
      Sid       = "CustomDomain"
      Effect    = "Allow"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = ["arn:${local.partition}:execute-api:${local.region}:${local.account_id}:/domainnames/${var.domain.name}+${domain.id}", "arn:${local.partition}:execute-api:${local.region}:${local.account_id}:/domainnames/${var.domain.name}+${domain.id}/*"]
    }])
  })

  # For whoever calls with authorization = AWS_IAM; attach it to the caller's role.
  caller_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "CallClaimsApi"
      Effect   = "Allow"
      Action   = "execute-api:Invoke"
      Resource = [for operation in local.operations : "${module.api.execution_arn}/${var.stage}/${operation.method}${operation.path}"]
      # The API refuses other endpoints itself; this keeps the caller's keys from being worth anything elsewhere.
      Condition = { StringEquals = { "aws:SourceVpce" = concat([local.execute_api_endpoint.id], var.additional_endpoint_ids) } }
    }]
  })

  session_manager_actions = {
    ssm         = ["ssm:UpdateInstanceInformation"]
    ssmmessages = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
  }
  session_manager_endpoint_policies = { for service, actions in local.session_manager_actions : service => jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # "*": these actions know no resource.
      Sid       = "SessionManager"
      Effect    = "Allow"
      Principal = "*"
      Action    = actions
      Resource  = "*"
      Condition = local.ours
    }]
  }) }

  s3_endpoint_policy = !local.has_instances ? null : jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Artifacts"
        Effect    = "Allow"
        Principal = "*"
        Action    = ["s3:GetObject", "s3:ListBucket"]
        Resource  = [module.artifacts[0].arn, "${module.artifacts[0].arn}/examples/*"]
        Condition = local.ours
      },
      {
        # Amazon Linux 2023's packages lie in AWS's own bucket and are fetched unsigned.
        Sid       = "AmazonLinuxPackages"
        Effect    = "Allow"
        Principal = "*"
        Action    = "s3:GetObject"
        Resource  = "arn:${local.partition}:s3:::al2023-repos-${local.region}-de612dc2/*"
      },
    ]
  })

  # Use of a table's key; AWS's example with the wildcards written out.
  key_use_actions = [
    "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom", "kms:ReEncryptTo",
  ]

  # All but use of the key (no Encrypt, no Decrypt), written out instead of kms:*; each administrator needs IAM permissions besides.
  key_administration_actions = [
    "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation",
    "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListGrants",
    "kms:ListKeyPolicies", "kms:ListKeyRotations", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:RevokeGrant", "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
  ]
}
