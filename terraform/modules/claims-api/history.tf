# Who changed what: the table's stream of changes, a function that writes them down, a table for it, a bucket for what it cannot write.

locals {
  lists_history = "listClaimHistory" # the one operation that works on the history's table
  recorder      = "recordHistory"
  recorder_name = "${var.name}-${local.recorder}"

  history_environment = { for table in module.history : "HISTORY_TABLE_NAME" => table.name }
}

module "history" {
  source = "../table"
  count  = var.history ? 1 : 0

  name                   = "${var.name}-history"
  prefix                 = var.name
  partition              = local.partition
  region                 = local.region
  account_id             = local.account_id
  administration_actions = local.key_administration_actions
  user_role_arns         = []
  instance_role_arns     = []
  use_actions            = local.key_use_actions
  deletion_protection    = var.deletion_protection
  given_key              = { arn = module.table.key_arn } # one key for what claims hold, whichever table it is in
  expires_by             = "expiresAt"
  holds                  = { what = "claims' histories" }
}

module "failures" {
  source = "../failures"
  count  = var.history ? 1 : 0

  name = var.name
  days = var.audit_days
}

resource "aws_iam_role" "recorder" {
  count = var.history ? 1 : 0

  name                 = local.recorder_name
  path                 = var.role_path
  permissions_boundary = var.permissions_boundary
  assume_role_policy   = local.taken_by_lambda
}

module "recorder" {
  source = "../function"
  count  = var.history ? 1 : 0

  name             = local.recorder_name
  role             = { id = aws_iam_role.recorder[0].id, arn = aws_iam_role.recorder[0].arn }
  handler          = local.recorder
  dynamodb_actions = ["dynamodb:PutItem"]
  partition        = local.partition
  region           = local.region
  account_id       = local.account_id
  zip              = local.lambda_zip
  architecture     = var.architecture
  memory_mb        = var.lambda_memory_mb
  timeout_seconds  = var.lambda_timeout_seconds
  concurrency      = -1 # as many as the stream has shards
  table            = local.history_table
  claims_table     = module.table.name
  environment      = merge(local.history_environment, { HISTORY_DAYS = tostring(var.history_days) })
  statements = [
    {
      # Lambda's own work with this role, from outside the VPC: no condition on where from.
      Sid      = "LambdaReadsTheChanges"
      Effect   = "Allow"
      Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
      Resource = module.table.stream_arn
    },
    {
      # "*": it knows no resource.
      Sid      = "LambdaFindsTheStream"
      Effect   = "Allow"
      Action   = "dynamodb:ListStreams"
      Resource = "*"
    },
    {
      Sid      = "LambdaKeepsWhatFailed"
      Effect   = "Allow"
      Action   = "s3:PutObject"
      Resource = "${module.failures[0].arn}/*"
    },
    {
      Sid      = "LambdaFindsTheBucket"
      Effect   = "Allow"
      Action   = "s3:ListBucket"
      Resource = module.failures[0].arn
    },
  ]
  subnet_ids         = local.subnet_ids
  security_group_id  = aws_security_group.functions.id
  log_key_arn        = local.log_key_arn
  log_retention_days = var.audit_days
  keep_logs          = var.keep_logs
}

resource "aws_lambda_event_source_mapping" "history" {
  count = var.history ? 1 : 0

  event_source_arn                   = module.table.stream_arn
  function_name                      = module.recorder[0].name
  starting_position                  = "TRIM_HORIZON" # what was written before it stood, as far as the stream goes back
  batch_size                         = 100
  bisect_batch_on_function_error     = true
  maximum_retry_attempts             = 20
  maximum_record_age_in_seconds      = 64800 # 18 of the 24 hours that a stream keeps: what fails that long goes to the bucket, whole
  maximum_batching_window_in_seconds = 0
  parallelization_factor             = 1
  function_response_types            = ["ReportBatchItemFailures"]

  destination_config {
    on_failure {
      destination_arn = module.failures[0].arn
    }
  }
}
