# First boot: nslookup, the client's environment, the example programs. No secret is in here.

locals {
  environment = join("\n", [for key, value in var.environment : "export ${key}='${value}'"])

  user_data = <<-EOT
    #!/bin/bash
    # Each step on its own: a failed one must not keep the others from running.
    cat > /etc/profile.d/claims-api.sh <<'PROFILE'
    ${local.environment}
    export PATH="$PATH:/opt/claims-api"
    PROFILE

    cat > /usr/local/bin/claims-fetch-examples <<'FETCH'
    #!/bin/bash
    # Fetches the example programs (again) from the artifact bucket.
    set -euo pipefail
    mkdir -p /opt/claims-api
    aws s3 cp --only-show-errors --recursive --region ${var.region} s3://${var.artifacts.bucket}/examples/ /opt/claims-api/
    chmod -R a+rX /opt/claims-api && find /opt/claims-api -type f -exec chmod a+x {} +
    FETCH
    chmod 0755 /usr/local/bin/claims-fetch-examples

    # A role or a route may be seconds younger than the instance.
    for attempt in 1 2 3 4 5; do dnf install -y bind-utils && break; sleep 20; done
    for attempt in 1 2 3 4 5; do /usr/local/bin/claims-fetch-examples && break; sleep 20; done
  EOT
}
