#!/usr/bin/env bash
# Applies main.tf, changes the schedule, and destroys everything. After each change a plan must find nothing to do.
set -euo pipefail

export ALICLOUD_ACCESS_KEY="$MILLRACE_ACCESS_KEY_ID" ALICLOUD_SECRET_KEY="$MILLRACE_ACCESS_KEY_SECRET"
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1
endpoint="${MILLRACE_ENDPOINT#http://}"

act() {
  local command="$1"
  shift
  terraform "$command" -no-color -input=false -var "endpoint=$endpoint" "$@"
}

act apply -auto-approve
# The exit code is 2 if there is something to do.
act plan -detailed-exitcode
act apply -auto-approve -var 'cron=@every 90m' -var enable=false
act plan -detailed-exitcode -var 'cron=@every 90m' -var enable=false
if act apply -auto-approve -var 'cron=0 0 0 30 2 ?' 2>refused.txt; then
  echo 'a schedule that never fires was accepted' >&2
  exit 1
fi
grep -q 'never fires' refused.txt
act destroy -auto-approve
