output "alarms" {
  description = "Names of all that may tell somebody, sorted."
  value       = sort(concat([for alarm in aws_cloudwatch_metric_alarm.simple : alarm.alarm_name], [for alarm in aws_cloudwatch_composite_alarm.burn : alarm.alarm_name]))
}

output "burns" {
  description = "For each window of the objective: seconds, the share of failed calls above which it burns, the fewest calls that count."
  value       = local.windows
}

output "rules" {
  description = "How the windows make an alarm."
  value       = { for burn, alarm in aws_cloudwatch_composite_alarm.burn : burn => alarm.alarm_rule }
}

output "dashboard" {
  description = "The dashboard's name."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
