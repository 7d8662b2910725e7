# The role by which API Gateway writes logs. A setting of the whole account and region, hence a module of its own.

resource "aws_iam_role" "this" {
  name = "${var.name}-api-gateway-logs"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "ApiGateway"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "apigateway.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "write-logs"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      # Every group of the region, since the setting serves every API of the region; API Gateway tries these out when it is set.
      Sid    = "LogsOfThisRegion"
      Effect = "Allow"
      Action = [
        "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:FilterLogEvents",
        "logs:GetLogEvents", "logs:PutLogEvents",
      ]
      Resource = "arn:${var.partition}:logs:${var.region}:${var.account_id}:*"
    }]
  })
}

resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = aws_iam_role.this.arn
  reset_on_delete     = true # ours only, and only where we were told to own it; else the account keeps naming a role that is gone

  depends_on = [aws_iam_role_policy.this]
}
