# A name of the organisation's own for the private API, which stays when the API's id does not.

resource "aws_api_gateway_domain_name" "this" {
  domain_name     = var.name
  certificate_arn = var.certificate_arn
  security_policy = "TLS_1_2"

  endpoint_configuration {
    types = ["PRIVATE"]
  }

  # Without one API Gateway denies everything. As AWS writes it: the name's own id is known too late to be named here.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Callers"
        Effect    = "Allow"
        Principal = "*"
        Action    = "execute-api:Invoke"
        Resource  = "execute-api:/*"
      },
      {
        Sid       = "OnlyThroughListedEndpoints"
        Effect    = "Deny"
        Principal = "*"
        Action    = "execute-api:Invoke"
        Resource  = "execute-api:/*"
        Condition = { StringNotEquals = { "aws:SourceVpce" = concat([var.endpoint_id], var.additional_endpoint_ids) } }
      },
    ]
  })
}

resource "aws_api_gateway_base_path_mapping" "this" {
  api_id         = var.api_id
  stage_name     = var.stage
  domain_name    = aws_api_gateway_domain_name.this.domain_name
  domain_name_id = aws_api_gateway_domain_name.this.domain_name_id
}

# Without it the endpoint does not know the name. An endpoint of another account is associated there (modules/custom-domain-consumer).
resource "aws_api_gateway_domain_name_access_association" "this" {
  access_association_source      = var.endpoint_id
  access_association_source_type = "VPCE"
  domain_name_arn                = aws_api_gateway_domain_name.this.arn
}

# ---- for consumers in other accounts ----------------------------------------------------------------------------------

resource "aws_ram_resource_share" "this" {
  count = length(var.consumer_accounts) > 0 ? 1 : 0

  name                      = "${var.prefix}-domain"
  allow_external_principals = false # of our organisation only
}

resource "aws_ram_resource_association" "this" {
  count = length(aws_ram_resource_share.this)

  resource_share_arn = aws_ram_resource_share.this[0].arn
  resource_arn       = aws_api_gateway_domain_name.this.arn
}

resource "aws_ram_principal_association" "this" {
  for_each = toset(var.consumer_accounts)

  resource_share_arn = aws_ram_resource_share.this[0].arn
  principal          = each.key
}
