# Two groups: API Gateway names the execution group itself; access logs go to one of ours.

locals {
  # The path as a template, never as called, and no query: memberName and memberId stay out. A client may set the request
  # id; the extended one it cannot.
  access_log = {
    requestId          = "$context.requestId"
    extendedRequestId  = "$context.extendedRequestId"
    traceId            = "$context.xrayTraceId"
    time               = "$context.requestTime"
    method             = "$context.httpMethod"
    resource           = "$context.resourcePath"
    stage              = "$context.stage"
    status             = "$context.status"
    errorType          = "$context.error.responseType"
    integrationStatus  = "$context.integration.status"
    integrationLatency = "$context.integration.latency"
    responseLatency    = "$context.responseLatency"
    responseLength     = "$context.responseLength"
    endpoint           = "$context.identity.vpceId"
    source             = "$context.identity.sourceIp"
    caller             = "$context.identity.userArn"
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${var.name}/${var.stage}/access"
  retention_in_days = var.audit_days
  kms_key_id        = var.log_key_arn
  skip_destroy      = var.keep_logs
}

resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${var.stage}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_key_arn
}
