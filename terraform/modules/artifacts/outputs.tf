output "bucket" {
  description = "The bucket's name."
  value       = aws_s3_bucket.this.bucket
}

output "arn" {
  description = "The bucket."
  value       = aws_s3_bucket.this.arn
}

output "examples" {
  description = "SHA-256 of each delivered program, by its key."
  value       = { for object in aws_s3_object.example : object.key => object.source_hash }
}
