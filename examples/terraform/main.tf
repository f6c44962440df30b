# A flow and its schedule on a Millrace server, with the provider of Alibaba Cloud.
terraform {
  required_providers {
    alicloud = {
      source = "aliyun/alicloud"
    }
  }
}

variable "endpoint" {
  description = "Host and port of the server"
}

variable "cron" {
  default = "0 0 3 * * ?"
}

variable "enable" {
  default = true
}

# The provider reads the key from ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY. Without account_type it asks the cloud's billing service.
provider "alicloud" {
  region       = "cn-hangzhou"
  protocol     = "HTTP"
  account_type = "Domestic"

  endpoints {
    fnf = var.endpoint
  }
}

resource "alicloud_fnf_flow" "report" {
  name        = "report"
  type        = "FDL"
  description = "Echoes its input"
  definition  = <<-EOF
    Type: StateMachine
    SpecVersion: v1
    Name: report
    StartAt: Echo
    States:
      - Name: Echo
        Type: Pass
        End: true
  EOF
}

resource "alicloud_fnf_schedule" "nightly" {
  flow_name       = alicloud_fnf_flow.report.name
  schedule_name   = "nightly"
  cron_expression = var.cron
  description     = "each night"
  enable          = var.enable
  payload         = jsonencode({ kind = "full" })
}
