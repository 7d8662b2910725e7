# What tells people: alarms on what callers notice and on what makes it so, an objective with burn rates, a dashboard.

locals {
  api = { ApiName = var.api.name, Stage = var.api.stage }

  # One metric each, five minutes at a time.
  simple = merge(
    {
      gateway-p99 = { namespace = "AWS/ApiGateway", metric = "Latency", dimensions = local.api, statistic = "p99", above = var.p99_ms, periods = 3
      why = "99 in 100 answers take longer than ${var.p99_ms} ms" }
      table-read-throttles  = { namespace = "AWS/DynamoDB", metric = "ReadThrottleEvents", dimensions = { TableName = var.table_name }, statistic = "Sum", above = 0, periods = 1, why = "DynamoDB refuses reads" }
      table-write-throttles = { namespace = "AWS/DynamoDB", metric = "WriteThrottleEvents", dimensions = { TableName = var.table_name }, statistic = "Sum", above = 0, periods = 1, why = "DynamoDB refuses writes" }
    },
    { for operation, name in var.functions : "${operation}-errors" => {
      namespace = "AWS/Lambda", metric = "Errors", dimensions = { FunctionName = name }, statistic = "Sum", above = 0, periods = 1, why = "${name} crashes, or is stopped at its time limit"
    } },
    { for operation, name in var.functions : "${operation}-throttles" => {
      namespace = "AWS/Lambda", metric = "Throttles", dimensions = { FunctionName = name }, statistic = "Sum", above = 0, periods = 1, why = "${name} is not started: concurrency"
    } },
    { for operation, name in var.functions : "${operation}-time-limit" => {
      namespace = "AWS/Lambda", metric = "Duration", dimensions = { FunctionName = name }, statistic = "Maximum", above = 900 * var.timeout_seconds, periods = 1, why = "${name} comes near its ${var.timeout_seconds} s"
    } },
    { for recorder in var.recorder[*] : "history-late" => {
      namespace = "AWS/Lambda", metric = "IteratorAge", dimensions = { FunctionName = recorder.name }, statistic = "Maximum", above = 3600000, periods = 1, why = "the history is an hour behind; a stream forgets after 24"
    } },
    { for event in var.recorder == null ? [] : keys(local.history_events) : "history-${event}" => {
      namespace = var.name, metric = "history_${event}", dimensions = {}, statistic = "Sum", above = 0, periods = 1, why = local.history_events[event]
    } },
  )

  history_events = {
    conflict = "another write under a version that the history has: a table was restored, or written around the API"
    failed   = "a change could not be written down and is tried again; in the end it goes to the bucket of failures"
  }


  # Google's SRE workbook, "Multiwindow, Multi-Burn-Rate Alerts": the long window says that it matters, the short one that it goes on.
  # 14.4 uses up 2 % of 30 days' budget in an hour, 6 uses up 5 % in six.
  burns   = { fast = { rate = 14.4, windows = { long = 3600, short = 300 } }, slow = { rate = 6, windows = { long = 21600, short = 1800 } } }
  budget  = (100 - var.availability) / 100
  windows = merge([for burn, of in local.burns : { for window, seconds in of.windows : "${burn}-${window}" => { seconds = seconds, above = of.rate * local.budget, least = window == "long" ? var.least_calls : 1 } }]...)
}

# The recorder's own lines, counted.
resource "aws_cloudwatch_log_metric_filter" "history" {
  for_each = var.recorder == null ? {} : local.history_events

  name           = "${var.name}-history-${each.key}"
  log_group_name = var.recorder.log_group
  pattern        = "{ $.alarm = \"history_${each.key}\" }"

  metric_transformation {
    namespace = var.name
    name      = "history_${each.key}"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "simple" {
  for_each = local.simple

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.why
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  period              = 300
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  treat_missing_data  = "notBreaching" # nobody calls
  alarm_actions       = var.topic_arns
  ok_actions          = var.topic_arns
}

resource "aws_cloudwatch_metric_alarm" "burn" {
  for_each = local.windows

  alarm_name          = "${var.name}-burn-${each.key}"
  alarm_description   = "Share of calls that end with 5xx over ${each.value.seconds / 60} minutes; says nothing by itself"
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "share"
    expression  = "IF(calls >= ${each.value.least}, failed / calls, 0)"
    label       = "Share of 5xx"
    return_data = true
  }
  dynamic "metric_query" {
    for_each = { calls = "Count", failed = "5XXError" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApiGateway"
        metric_name = metric_query.value
        dimensions  = local.api
        period      = each.value.seconds
        stat        = "Sum"
      }
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "burn" {
  for_each = local.burns

  alarm_name        = "${var.name}-burn-${each.key}"
  alarm_description = "${var.availability} % of calls answered without a 5xx in 30 days: the budget goes ${each.value.rate} times as fast as it may"
  alarm_rule        = join(" AND ", [for window in sort(keys(each.value.windows)) : "ALARM(\"${aws_cloudwatch_metric_alarm.burn["${each.key}-${window}"].alarm_name}\")"])
  alarm_actions     = var.topic_arns
  ok_actions        = var.topic_arns
}

# ---- a key that is about to go ----------------------------------------------------------------------------------------

# There is no metric for it; CloudTrail sees who asks for it. The topic's policy must let events.amazonaws.com publish.
resource "aws_cloudwatch_event_rule" "keys" {
  name        = "${var.name}-key-pending-deletion"
  description = "Somebody schedules the deletion of a key of ${var.name} or disables it"
  event_pattern = jsonencode({
    source      = ["aws.kms"]
    detail-type = ["AWS API Call via CloudTrail"]
    detail      = { eventName = ["ScheduleKeyDeletion", "DisableKey"], resources = { ARN = sort(var.key_arns) } }
  })
}

resource "aws_cloudwatch_event_target" "keys" {
  for_each = { for index, arn in var.topic_arns : tostring(index) => arn }

  rule = aws_cloudwatch_event_rule.keys.name
  arn  = each.value
}

# ---- to look at -------------------------------------------------------------------------------------------------------

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for index, widget in [
      { title = "Calls", stat = "Sum", metrics = [for metric in ["Count", "4XXError", "5XXError"] : ["AWS/ApiGateway", metric, "ApiName", var.api.name, "Stage", var.api.stage]] },
      { title = "Time of answers (ms, p99)", stat = "p99", metrics = [for metric in ["Latency", "IntegrationLatency"] : ["AWS/ApiGateway", metric, "ApiName", var.api.name, "Stage", var.api.stage]] },
      { title = "Functions: errors and throttles", stat = "Sum", metrics = flatten([for name in values(var.functions) : [for metric in ["Errors", "Throttles"] : { line = ["AWS/Lambda", metric, "FunctionName", name] }]])[*].line },
      { title = "Functions: time (ms, p99)", stat = "p99", metrics = [for name in values(var.functions) : ["AWS/Lambda", "Duration", "FunctionName", name]] },
      { title = "Table: throttles", stat = "Sum", metrics = [for metric in ["ReadThrottleEvents", "WriteThrottleEvents"] : ["AWS/DynamoDB", metric, "TableName", var.table_name]] },
      { title = "Table: capacity used", stat = "Sum", metrics = [for metric in ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"] : ["AWS/DynamoDB", metric, "TableName", var.table_name]] },
      ] : {
      type       = "metric"
      width      = 12
      height     = 6
      x          = 12 * (index % 2)
      y          = 6 * floor(index / 2)
      properties = { title = widget.title, stat = widget.stat, period = 300, region = var.region, view = "timeSeries", metrics = widget.metrics }
    }]
  })
}
