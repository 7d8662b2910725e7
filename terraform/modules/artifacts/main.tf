# A bucket from which the instances fetch the example programs: they have no internet, S3's gateway endpoint is the way in.

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:holds programs built from this repository, read by two instances; access logs would need a further bucket
  #checkov:skip=CKV_AWS_144:everything in it can be built again; no replica in another region is worth having
  #checkov:skip=CKV_AWS_145:no personal data in it, only programs; encrypted with S3's own key (SSE-S3)
  #checkov:skip=CKV2_AWS_62:nobody acts on a new object; it is fetched at boot or by hand
  bucket_prefix = "${var.name}-artifacts-"
  force_destroy = true # only what `cargo xtask package` makes again
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "forget-old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_object" "example" {
  for_each = fileset(var.example_binaries_dir, "*")

  bucket      = aws_s3_bucket.this.id
  key         = "examples/${each.value}"
  source      = "${var.example_binaries_dir}/${each.value}"
  source_hash = filesha256("${var.example_binaries_dir}/${each.value}")

  depends_on = [aws_s3_bucket_server_side_encryption_configuration.this, aws_s3_bucket_versioning.this]
}
