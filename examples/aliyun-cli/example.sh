#!/usr/bin/env bash
# Express and Standard flows from a shell, with the aliyun CLI and jq.
#
#   MILLRACE_ACCESS_KEY_ID=... MILLRACE_ACCESS_KEY_SECRET=... ./example.sh
#
# An Express flow answers in the same call. A Standard flow waits for a report on its task; this script reads the task
# token from the history and reports the outcome. The exit code is 0 if all results are as expected.
set -euo pipefail

endpoint=${MILLRACE_ENDPOINT:-http://127.0.0.1:7780}

# The CLI takes the key from these variables and needs no profile.
export ALIBABA_CLOUD_IGNORE_PROFILE=TRUE
export ALIBABA_CLOUD_ACCESS_KEY_ID=$MILLRACE_ACCESS_KEY_ID
export ALIBABA_CLOUD_ACCESS_KEY_SECRET=$MILLRACE_ACCESS_KEY_SECRET

# Calls an action: fnf DescribeFlow --Name hello. The CLI expects host and port and uses https by default. Its default
# timeout is 10 seconds; a synchronous call may take 300.
insecure=
if [[ $endpoint == http://* ]]; then insecure=--insecure; fi
fnf() {
  aliyun fnf "$@" --endpoint "${endpoint#*://}" ${insecure:+"$insecure"} --region cn-hangzhou --read-timeout 310
}

# Prints the error code of a call that fails, or the message of the CLI if there was no answer.
error_code() {
  local output code
  if output=$(fnf "$@" 2>&1); then
    echo 'no error'
  else
    # The CLI prints a line such as "ErrorCode: FlowNotExists".
    code=$(sed -n 's/^ErrorCode: //p' <<<"$output")
    echo "${code:-$output}"
  fi
}

expect() { # what, actual, expected
  if [[ $2 != "$3" ]]; then
    echo "$1: expected $3, got $2" >&2
    exit 1
  fi
  echo "$1: $2"
}

# Creates a flow, or updates the definition of an existing one.
deploy() { # name, mode, definition
  local code
  code=$(error_code CreateFlow --Name "$1" --Type FDL --ExecutionMode "$2" --Definition "$3" --Description 'Example for the CLI')
  case $code in
    'no error') ;;
    FlowAlreadyExists) fnf UpdateFlow --Name "$1" --Definition "$3" >/dev/null ;;
    *) echo "CreateFlow $1: $code" >&2; exit 1 ;;
  esac
  echo "deployed $1 ($2)"
}

# Prints the entries of a listing action, one JSON text for each line, page by page.
pages() { # member, action, parameters...
  local member=$1 page next=
  shift
  while true; do
    page=$(fnf "$@" ${next:+--NextToken "$next"})
    jq -c ".$member[]" <<<"$page"
    next=$(jq -r '.NextToken // empty' <<<"$page")
    if [[ -z $next ]]; then break; fi
  done
}

history_of() { # flow, execution
  pages Events GetExecutionHistory --FlowName "$1" --ExecutionName "$2" --Limit 3
}

# Prints the token of the task that the execution waits for, from the parameters of the task in the history.
task_token() { # flow, execution
  local token
  for _ in {1..50}; do
    token=$(history_of "$1" "$2" |
      jq -r 'select(.Type == "TaskScheduled").EventDetail | fromjson.parameters.headers["Task-Token"]')
    if [[ -n $token ]]; then
      echo "$token"
      return
    fi
    sleep 0.2
  done
  echo "$2 has not come to its task" >&2
  return 1
}

# Waits until the execution has ended, and prints it. Each call waits in the server for up to 20 seconds.
wait_until_ended() { # flow, execution
  local described
  while true; do
    described=$(fnf DescribeExecution --FlowName "$1" --ExecutionName "$2" --WaitTimeSeconds 20)
    case $(jq -r .Status <<<"$described") in
      Starting | Running) ;;
      *) echo "$described"; return ;;
    esac
  done
}

# --- An Express flow

deploy cli-greeting Express '
Type: StateMachine
SpecVersion: v1
Name: cli-greeting
StartAt: Greet
States:
  - Name: Greet
    Type: Pass
    OutputConstructor:
      greeting.$: format("Hello, {}!", $Input.name)
    End: true
'
reply=$(fnf StartSyncExecution --FlowName cli-greeting --Input '{"name":"Ada"}')
# A flow that fails does not make the call fail: see ErrorCode and ErrorMessage of the reply.
expect 'the Express flow' "$(jq -r .Status <<<"$reply")" Succeeded
expect 'its output' "$(jq -r .Output <<<"$reply")" '{"greeting":"Hello, Ada!"}'

# --- A Standard flow

# The task ends with the report of its outcome, not with the answer of the HTTP call. The flow puts the token for the
# report into a header of the call, so that the history shows it. The call goes to the server's health page.
flow=cli-order
deploy "$flow" Standard '
Type: StateMachine
SpecVersion: v1
Name: cli-order
StartAt: Approve
States:
  - Name: Approve
    Type: Task
    Action: HTTP:Request
    TaskMode: WaitForCustomCallback
    Timeout: 60
    Parameters:
      method: GET
      url.$: $Input.approver
      headers:
        Task-Token.$: $Context.Current.TaskToken
    OutputConstructor:
      item.$: $Input.item
      approvedBy.$: $Output.by
    End: true
'
run=run-$(date +%Y%m%d-%H%M%S)
tea=(--FlowName "$flow" --ExecutionName "$run-tea" --Input "{\"item\":\"tea\",\"approver\":\"$endpoint/healthz\"}")
stone=(--FlowName "$flow" --ExecutionName "$run-stone" --Input "{\"item\":\"stone\",\"approver\":\"$endpoint/healthz\"}")

fnf StartExecution "${tea[@]}" >/dev/null
token=$(task_token "$flow" "$run-tea")
fnf ReportTaskSucceeded --TaskToken "$token" --Output '{"by":"Ada"}' >/dev/null
ended=$(wait_until_ended "$flow" "$run-tea")
expect 'the approved order' "$(jq -r .Status <<<"$ended")" Succeeded
expect 'its output' "$(jq -r .Output <<<"$ended")" '{"item":"tea","approvedBy":"Ada"}'

fnf StartExecution "${stone[@]}" >/dev/null
fnf ReportTaskFailed --TaskToken "$(task_token "$flow" "$run-stone")" --Error Rejected --Cause 'too heavy' >/dev/null
ended=$(wait_until_ended "$flow" "$run-stone")
expect 'the rejected order' "$(jq -r .Status <<<"$ended")" Failed

executions=$(pages Executions ListExecutions --FlowName "$flow" --ExecutionNamePrefix "$run" --Limit 1)
expect 'the executions' "$(jq -rs 'map(.Name) | join(" ")' <<<"$executions")" "$run-stone $run-tea"

# The last event of the history has the reason of the failure.
events=$(history_of "$flow" "$run-stone" | jq -s .)
expect 'its events are in order' "$(jq 'map(.EventId) == [range(1; length + 1)]' <<<"$events")" true
expect 'the last of them' "$(jq -r '.[-1].Type' <<<"$events")" ExecutionFailed
expect 'its detail' "$(jq -r '.[-1].EventDetail' <<<"$events")" '{"error":"Rejected","cause":"too heavy"}'

expect 'the same name again' "$(error_code StartExecution "${tea[@]}")" ExecutionAlreadyExists
expect 'the same report again' "$(error_code ReportTaskSucceeded --TaskToken "$token" --Output '{}')" TaskAlreadyCompleted
expect 'a flow that is not there' "$(error_code DescribeFlow --Name no-such-flow)" FlowNotExists
