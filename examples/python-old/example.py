"""Express and Standard flows from Python, with the older client `aliyun-python-sdk-fnf`.

    pip install -r requirements.txt
    MILLRACE_ACCESS_KEY_ID=... MILLRACE_ACCESS_KEY_SECRET=... python example.py

An Express flow answers in the same call. A Standard flow waits for a report on its task; this program reads the task
token from the history and reports the outcome. The exit code is 0 if all results are as expected.
"""

import json
import os
import sys
import time
from urllib.parse import urlsplit

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.http import protocol_type
from aliyunsdkfnf.request.v20190315.CreateFlowRequest import CreateFlowRequest
from aliyunsdkfnf.request.v20190315.DescribeExecutionRequest import DescribeExecutionRequest
from aliyunsdkfnf.request.v20190315.DescribeFlowRequest import DescribeFlowRequest
from aliyunsdkfnf.request.v20190315.GetExecutionHistoryRequest import GetExecutionHistoryRequest
from aliyunsdkfnf.request.v20190315.ListExecutionsRequest import ListExecutionsRequest
from aliyunsdkfnf.request.v20190315.ReportTaskFailedRequest import ReportTaskFailedRequest
from aliyunsdkfnf.request.v20190315.ReportTaskSucceededRequest import ReportTaskSucceededRequest
from aliyunsdkfnf.request.v20190315.StartExecutionRequest import StartExecutionRequest
from aliyunsdkfnf.request.v20190315.StartSyncExecutionRequest import StartSyncExecutionRequest
from aliyunsdkfnf.request.v20190315.UpdateFlowRequest import UpdateFlowRequest

GREETING = """
Type: StateMachine
SpecVersion: v1
Name: python-old-greeting
StartAt: Greet
States:
  - Name: Greet
    Type: Pass
    OutputConstructor:
      greeting.$: format("Hello, {}!", $Input.name)
    End: true
"""

# The task ends with the report of its outcome, not with the answer of the HTTP call. The flow puts the token for the
# report into a header of the call, so that the history shows it. The call goes to the server's health page.
ORDER = """
Type: StateMachine
SpecVersion: v1
Name: python-old-order
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
"""

ENDPOINT = urlsplit(os.environ.get("MILLRACE_ENDPOINT", "http://127.0.0.1:7780"))
# The client compares the scheme with its own constant by identity: any other text "https" means http.
PROTOCOL = protocol_type.HTTPS if ENDPOINT.scheme == "https" else protocol_type.HTTP
CLIENT = AcsClient(
    os.environ["MILLRACE_ACCESS_KEY_ID"],
    os.environ["MILLRACE_ACCESS_KEY_SECRET"],
    "cn-hangzhou",
    connect_timeout=5,
    # Seconds. The default is 10; a synchronous call may take 300.
    timeout=310,
)


def call(request_class, **parameters):
    """Calls one action and returns its reply. Raises ServerException with the error code of the server."""
    request = request_class()
    # Each request needs endpoint and scheme; the default scheme of StartSyncExecution is https.
    request.set_endpoint(ENDPOINT.netloc)
    request.set_protocol_type(PROTOCOL)
    for name, value in parameters.items():
        getattr(request, "set_" + name)(value)
    return json.loads(CLIENT.do_action_with_exception(request))


def error_code(request_class, **parameters) -> str:
    """Returns the error code of a call that fails."""
    try:
        call(request_class, **parameters)
    except ServerException as error:
        return error.get_error_code()
    return "no error"


def deploy(name: str, mode: str, definition: str) -> None:
    """Creates a flow, or updates the definition of an existing one."""
    try:
        call(
            CreateFlowRequest,
            Name=name,
            Type="FDL",
            ExecutionMode=mode,
            Definition=definition,
            Description="Example for the older Python client",
        )
    except ServerException as error:
        if error.get_error_code() != "FlowAlreadyExists":
            raise
        call(UpdateFlowRequest, Name=name, Definition=definition)
    print(f"deployed {name} ({mode})")


def pages(request_class, members: str, **parameters):
    """Yields the `members` of a listing action, page by page."""
    while True:
        page = call(request_class, **parameters)
        yield from page[members]
        if not page.get("NextToken"):
            return
        parameters["NextToken"] = page["NextToken"]


def history(flow: str, execution: str) -> list:
    return list(pages(GetExecutionHistoryRequest, "Events", FlowName=flow, ExecutionName=execution, Limit=3))


def task_token(flow: str, execution: str) -> str:
    """The token of the task that the execution waits for, from the parameters of the task in the history."""
    for _ in range(100):
        for event in history(flow, execution):
            if event["Type"] == "TaskScheduled":
                return json.loads(event["EventDetail"])["parameters"]["headers"]["Task-Token"]
        time.sleep(0.1)
    sys.exit(f"{execution} has not come to its task")


def wait_until_ended(flow: str, execution: str) -> dict:
    """Waits until the execution has ended. Each call waits in the server for up to 20 seconds."""
    while True:
        described = call(DescribeExecutionRequest, FlowName=flow, ExecutionName=execution, WaitTimeSeconds=20)
        if described["Status"] not in ("Starting", "Running"):
            return described


def expect(what: str, actual: object, expected: object) -> None:
    if actual != expected:
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")
    print(f"{what}: {actual}")


def run_express() -> None:
    deploy("python-old-greeting", "Express", GREETING)
    reply = call(StartSyncExecutionRequest, FlowName="python-old-greeting", Input=json.dumps({"name": "Ada"}))
    # A flow that fails raises no exception: see ErrorCode and ErrorMessage of the reply.
    expect("the Express flow", reply["Status"], "Succeeded")
    expect("its output", json.loads(reply["Output"]), {"greeting": "Hello, Ada!"})


def run_standard() -> None:
    flow = "python-old-order"
    deploy(flow, "Standard", ORDER)
    run = time.strftime("run-%Y%m%d-%H%M%S")
    tea, stone = f"{run}-tea", f"{run}-stone"

    def order(execution: str, item: str) -> dict:
        order_input = {"item": item, "approver": ENDPOINT.geturl() + "/healthz"}
        return {"FlowName": flow, "ExecutionName": execution, "Input": json.dumps(order_input)}

    call(StartExecutionRequest, **order(tea, "tea"))
    approval = {"TaskToken": task_token(flow, tea), "Output": json.dumps({"by": "Ada"})}
    call(ReportTaskSucceededRequest, **approval)
    ended = wait_until_ended(flow, tea)
    expect("the approved order", ended["Status"], "Succeeded")
    expect("its output", json.loads(ended["Output"]), {"item": "tea", "approvedBy": "Ada"})

    call(StartExecutionRequest, **order(stone, "stone"))
    call(ReportTaskFailedRequest, TaskToken=task_token(flow, stone), Error="Rejected", Cause="too heavy")
    expect("the rejected order", wait_until_ended(flow, stone)["Status"], "Failed")

    executions = pages(ListExecutionsRequest, "Executions", FlowName=flow, ExecutionNamePrefix=run, Limit=1)
    expect("the executions", [execution["Name"] for execution in executions], [stone, tea])

    # The last event of the history has the reason of the failure.
    events = history(flow, stone)
    expect("the events", [event["EventId"] for event in events], list(range(1, len(events) + 1)))
    expect("the last of them", events[-1]["Type"], "ExecutionFailed")
    expect("its detail", json.loads(events[-1]["EventDetail"]), {"error": "Rejected", "cause": "too heavy"})

    expect("the same name again", error_code(StartExecutionRequest, **order(tea, "tea")), "ExecutionAlreadyExists")
    expect("the same report again", error_code(ReportTaskSucceededRequest, **approval), "TaskAlreadyCompleted")
    expect("a flow that is not there", error_code(DescribeFlowRequest, Name="no-such-flow"), "FlowNotExists")


if __name__ == "__main__":
    run_express()
    run_standard()
