# The private REST API: its body is the committed import document, nothing about routes is said here a second time.

locals {
  # With IAM, naming an account hands the decision to each caller's own policy; "*" would let in every signed call.
  accounts  = [for account in concat([var.account_id], var.caller_accounts) : "arn:${var.partition}:iam::${account}:root"]
  principal = jsondecode(var.authorization == "AWS_IAM" ? jsonencode({ AWS = jsondecode(length(local.accounts) == 1 ? jsonencode(local.accounts[0]) : jsonencode(local.accounts)) }) : jsonencode("*"))

  # "*" is meant so here: callers of other accounts need a policy of their own besides whatever this says; only in our own account
  # it would do without one, hence the second condition.
  organization = [for id in compact([var.caller_organization]) : {
    Sid       = "CallersOfTheOrganization"
    Effect    = "Allow"
    Principal = "*"
    Action    = "execute-api:Invoke"
    Resource  = "${aws_api_gateway_rest_api.this.execution_arn}/*"
    Condition = { StringEquals = { "aws:PrincipalOrgID" = id }, StringNotEquals = { "aws:PrincipalAccount" = var.account_id } }
  }]

  # Allowing them would not do: in our own account a role's own policy is enough. Operations with the same callers share a statement.
  named = var.only_from == null ? {} : { for operation, from in var.only_from : join(" ", from.principals) => operation... }
  nobody_else = [for principals, operations in local.named : merge(
    {
      Sid       = "NobodyElse${title(operations[0])}"
      Effect    = "Deny"
      Principal = "*"
      Action    = "execute-api:Invoke"
      Resource  = [for operation in operations : "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage}/${var.only_from[operation].route}"]
    },
    { for key in compact([principals]) : "Condition" => { ArnNotLike = { "aws:PrincipalArn" = split(" ", key) } } },
  )]

  body = templatefile(var.openapi_document, merge(
    { authorization_type = var.authorization },
    { for operation, arn in var.invoke_arns : "${operation}_invoke_arn" => arn },
  ))
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        # Importing a body wipes the API's policy, and not every version of the provider puts it back: with the body's hash
        # in it, the policy itself changes and is written again after each import.
        Sid       = "Callers${substr(sha256(local.body), 0, 8)}"
        Effect    = "Allow"
        Principal = local.principal
        Action    = "execute-api:Invoke"
        Resource  = "${aws_api_gateway_rest_api.this.execution_arn}/*"
      },
      {
        Sid       = "OnlyThroughListedEndpoints"
        Effect    = "Deny"
        Principal = "*"
        Action    = "execute-api:Invoke"
        Resource  = "${aws_api_gateway_rest_api.this.execution_arn}/*"
        Condition = { StringNotEquals = { "aws:SourceVpce" = concat([var.endpoint_id], var.additional_endpoint_ids) } }
      },
    ], local.nobody_else, local.organization)
  })
}

resource "aws_api_gateway_rest_api" "this" {
  name        = var.name
  description = "Reachable through listed VPC endpoints only"
  body        = local.body

  # Overwrite: with merge, a route that left the document would go on serving.
  put_rest_api_mode = "overwrite"
  # A warning is a part that was dropped: AWS itself is the last check of the document.
  fail_on_warnings = true

  endpoint_configuration {
    types            = ["PRIVATE"]
    vpc_endpoint_ids = [var.endpoint_id] # the association makes {api}-{vpce}.execute-api... resolve
  }

  # Whatever a deployment rests on is made before the old one goes (Terraform hands that on): the API, its policy, its endpoint with
  # VPC, subnets and groups. Nothing of it has a name that can be had once only, and nothing else may be named here: the functions
  # come in as text (invoke_arns).
  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = length(local.body) < 6 * 1024 * 1024
      error_message = "The import document is larger than the 6 MB that API Gateway takes."
    }
  }
}

resource "aws_api_gateway_rest_api_policy" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  policy      = local.policy

  lifecycle {
    precondition {
      condition     = length(local.policy) <= 8192
      error_message = "The resource policy passes API Gateway's 8192 characters: it is ${length(local.policy)}. List fewer additional_endpoint_ids, or fewer callers: one pattern (role/adjuster-*) stands for many."
    }
  }
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  # A changed policy does nothing until it is deployed, just like a changed route.
  triggers = { redeployment = sha256(jsonencode([local.body, local.policy])) }

  lifecycle {
    create_before_destroy = true
  }

  # Without its policy a private API cannot be deployed.
  depends_on = [aws_api_gateway_rest_api_policy.this]
}

resource "aws_api_gateway_stage" "this" {
  #checkov:skip=CKV_AWS_120:a cache would keep personal data outside the table and answer with stale versions (ETag)
  #checkov:skip=CKV2_AWS_29:no route from the internet leads here; the callers are our own services behind a resource policy
  #checkov:skip=CKV2_AWS_51:the backend is Lambda, called by IAM; there is no HTTP backend to show a certificate to
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = var.stage
  xray_tracing_enabled = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode(local.access_log)
  }

  # Else API Gateway creates the execution group itself, without retention, and refuses to log without the account's role.
  # And it serves only once its functions may be started.
  depends_on = [aws_cloudwatch_log_group.execution, var.logging_ready, aws_lambda_permission.method]
}

resource "aws_api_gateway_method_settings" "all" {
  #checkov:skip=CKV_AWS_225:see the stage: a cache would keep personal data outside the table
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false # bodies and query strings hold personal data
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
  }

  # By name only they would go with the old stage, unnoticed.
  lifecycle {
    replace_triggered_by = [aws_api_gateway_stage.this.id]
  }
}

resource "aws_lambda_permission" "method" {
  for_each = var.functions

  statement_id  = "ApiGateway"
  action        = "lambda:InvokeFunction"
  function_name = each.value.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${var.stage}/${each.value.method}${each.value.path}"
}
