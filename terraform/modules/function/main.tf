# One Lambda function with its own log group, and all that its own role may do: its DynamoDB actions on one table.

locals {
  arn = "arn:${var.partition}:lambda:${var.region}:${var.account_id}:function:${var.name}"

  # What the Lambda service itself does to give the function its network interface.
  network_interface_actions = [
    "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets", "ec2:UnassignPrivateIpAddresses",
  ]
}

# What the program reads. Lambda takes 4 KB of it and measures them as JSON, in which each quote of a value counts twice
# (github-aws-runners/terraform-aws-github-runner#3594 has its answer).
locals {
  environment = merge({
    DYNAMODB_TABLE_NAME                  = coalesce(var.claims_table, var.table.name)
    AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH = "true"
  }, var.audit_key == null ? {} : { AUDIT_KEY = var.audit_key }, var.environment)
  callers = var.callers == null ? {} : { CALLERS = jsonencode(var.callers.entries), CALLERS_MODE = var.callers.mode }

  # Lengths alone: that of a secret is none.
  environment_bytes = nonsensitive(length(jsonencode(merge(local.environment, local.callers))))
  # As many of the first entries as would have fitted.
  callers_that_fit = var.callers == null ? 0 : length([for count in range(1, length(var.callers.entries) + 1) : count if nonsensitive(length(jsonencode(
    merge(local.environment, local.callers, { CALLERS = jsonencode(slice(var.callers.entries, 0, count)) })
  ))) <= 4096])
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_key_arn
  skip_destroy      = var.keep_logs
}

resource "aws_iam_role_policy" "this" {
  #checkov:skip=CKV_AWS_290:ENI and X-Ray actions know no resource to name; the function's own code is denied the ENI actions below
  #checkov:skip=CKV_AWS_355:same statements: AWS defines no resource-level permission for them
  name = "own-work-only"
  role = var.role.id # unknown while the role is made again, so that the policy is too
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        # Made by our code, inside the VPC: the role's keys are worth nothing elsewhere.
        Sid       = "ItsActionsOnTheTable"
        Effect    = "Allow"
        Action    = var.dynamodb_actions
        Resource  = var.table.arn
        Condition = { StringEquals = { "aws:SourceVpce" = var.table.endpoint_id } }
      },
      {
        # DynamoDB's own calls in the role's name, which come from no endpoint of ours.
        Sid       = "TableKeyThroughDynamoDB"
        Effect    = "Allow"
        Action    = var.table.key_actions
        Resource  = var.table.key_arn
        Condition = { StringEquals = { "kms:ViaService" = "dynamodb.${var.region}.amazonaws.com" } }
      },
      {
        Sid      = "OwnLogGroup"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      },
      {
        # Traces, logs and interfaces are Lambda's work with this role, from outside the VPC: no condition on where from.
        # "*": the trace actions know no resource.
        Sid      = "Tracing"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = "*"
      },
      {
        # "*": the interface does not exist yet when Lambda asks, and Describe* know no resource.
        Sid      = "LambdaMakesTheInterface"
        Effect   = "Allow"
        Action   = local.network_interface_actions
        Resource = "*"
      },
      {
        # The permission above is for the Lambda service, not for our code: AWS's recommended counterpart.
        Sid       = "CodeMakesNone"
        Effect    = "Deny"
        Action    = local.network_interface_actions
        Resource  = "*"
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = local.arn } }
      },
    ], var.statements)
  })
}

# A function goes on with the id of a role that is gone, and holds a group that is to go: with a new one of either it is made anew.
resource "terraform_data" "made_with" {
  input = { role = var.role.id, security_group = var.security_group_id }
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:called synchronously by the gateway only; a dead letter queue is for asynchronous events
  #checkov:skip=CKV_AWS_173:the environment holds the table's name and a switch, no secret; Lambda encrypts it with its own key
  #checkov:skip=CKV_AWS_272:the package is built from this repository and pinned by its hash; a signing profile is the account's choice
  function_name = var.name
  description   = "Operation ${var.handler}"
  role          = var.role.arn

  filename         = var.zip
  source_code_hash = filebase64sha256(var.zip)
  runtime          = "provided.al2023"
  architectures    = [var.architecture]
  handler          = var.handler # arrives as _HANDLER and names the operation

  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.concurrency

  environment {
    variables = merge(local.environment, local.callers)
  }

  vpc_config {
    subnet_ids         = values(var.subnet_ids)
    security_group_ids = [var.security_group_id]
  }

  logging_config {
    log_format            = "JSON"
    log_group             = aws_cloudwatch_log_group.this.name
    application_log_level = "INFO"
    system_log_level      = "INFO"
  }

  # Traces leave through the Lambda service, not through the VPC: no X-Ray endpoint is needed.
  tracing_config {
    mode = "Active"
  }

  lifecycle {
    replace_triggered_by = [terraform_data.made_with]

    precondition {
      condition     = local.environment_bytes <= 4096
      error_message = "callers has ${var.callers == null ? 0 : length(var.callers.entries)} entries for ${var.handler}, and ${local.callers_that_fit} of them fit: Lambda takes 4096 bytes of environment, these make ${local.environment_bytes}. One pattern (role/adjuster-*) stands for many."
    }
  }

  # Lambda refuses a function in a VPC whose role cannot make interfaces yet.
  depends_on = [aws_iam_role_policy.this]
}
