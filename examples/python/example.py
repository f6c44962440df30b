"""Express and Standard flows from Python, with the official client `alibabacloud_fnf20190315`.

    pip install -r requirements.txt
    MILLRACE_ACCESS_KEY_ID=... MILLRACE_ACCESS_KEY_SECRET=... python example.py

An Express flow answers in the same call. A Standard flow asks a person for approval and waits for the answer; here a
small HTTP server in this program takes the place of the person. The exit code is 0 if all results are as expected.
"""

import json
import os
import queue
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

from alibabacloud_fnf20190315 import models
from alibabacloud_fnf20190315.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config

GREETING = """
Type: StateMachine
SpecVersion: v1
Name: python-greeting
StartAt: Greet
States:
  - Name: Greet
    Type: Pass
    OutputConstructor:
      greeting.$: format("Hello, {}!", $Input.name)
    End: true
"""

# The task ends with the report of its outcome, not with the answer of the HTTP call. The call has the task token for the
# report in the header X-FnF-Http-Callback-Task-Token.
ORDER = """
Type: StateMachine
SpecVersion: v1
Name: python-order
StartAt: Approve
States:
  - Name: Approve
    Type: Task
    Action: HTTP:Request
    TaskMode: WaitForCustomCallback
    Timeout: 60
    Parameters:
      method: POST
      url.$: $Input.approver
      body:
        item.$: $Input.item
    OutputConstructor:
      item.$: $Input.item
      approvedBy.$: $Output.by
    End: true
"""


def connect() -> Client:
    endpoint = urlsplit(os.environ.get("MILLRACE_ENDPOINT", "http://127.0.0.1:7780"))
    return Client(
        Config(
            # The client expects host and port here and the scheme separately; the default scheme is https.
            endpoint=endpoint.netloc,
            protocol=endpoint.scheme,
            access_key_id=os.environ["MILLRACE_ACCESS_KEY_ID"],
            access_key_secret=os.environ["MILLRACE_ACCESS_KEY_SECRET"],
            # Milliseconds. The default is 10 seconds; a synchronous call may take 300.
            read_timeout=310_000,
            connect_timeout=5_000,
        )
    )


def deploy(client: Client, name: str, mode: str, definition: str) -> None:
    """Creates a flow, or updates the definition of an existing one."""
    try:
        client.create_flow(
            models.CreateFlowRequest(
                name=name, type="FDL", execution_mode=mode, definition=definition, description="Example for Python"
            )
        )
    except AlibabaCloudException as error:
        if error.code != "FlowAlreadyExists":
            raise
        client.update_flow(models.UpdateFlowRequest(name=name, definition=definition))
    print(f"deployed {name} ({mode})")


class Approver:
    """Receives the calls of the flow's task, and queues the item and the token of each."""

    def __init__(self) -> None:
        self._tasks: queue.Queue[tuple[str, str]] = queue.Queue()
        tasks = self._tasks

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                tasks.put((body["item"], self.headers["X-FnF-Http-Callback-Task-Token"]))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}/approvals"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def next_task(self) -> tuple[str, str]:
        """The item to approve and its task token; waits up to 30 seconds for it."""
        return self._tasks.get(timeout=30)


def wait_until_ended(client: Client, flow: str, execution: str):
    """Waits until the execution has ended. Each call waits in the server for up to 20 seconds."""
    request = models.DescribeExecutionRequest(flow_name=flow, execution_name=execution, wait_time_seconds=20)
    while True:
        described = client.describe_execution(request).body
        if described.status not in ("Starting", "Running"):
            return described


def list_executions(client: Client, flow: str, prefix: str):
    """The executions whose names begin with `prefix`, newest first, page by page."""
    request = models.ListExecutionsRequest(flow_name=flow, execution_name_prefix=prefix, limit=1)
    while True:
        page = client.list_executions(request).body
        yield from page.executions
        if not page.next_token:
            return
        request.next_token = page.next_token


def history(client: Client, flow: str, execution: str):
    """The events of an execution in order, page by page."""
    request = models.GetExecutionHistoryRequest(flow_name=flow, execution_name=execution, limit=3)
    while True:
        page = client.get_execution_history(request).body
        yield from page.events
        if not page.next_token:
            return
        request.next_token = page.next_token


def expect(what: str, actual: object, expected: object) -> None:
    if actual != expected:
        sys.exit(f"{what}: expected {expected!r}, got {actual!r}")
    print(f"{what}: {actual}")


def error_code(call, request) -> str:
    """Returns the error code of a call that fails."""
    try:
        call(request)
    except AlibabaCloudException as error:
        return error.code
    return "no error"


def run_express(client: Client) -> None:
    deploy(client, "python-greeting", "Express", GREETING)
    reply = client.start_sync_execution(
        models.StartSyncExecutionRequest(flow_name="python-greeting", input=json.dumps({"name": "Ada"}))
    ).body
    # A flow that fails raises no exception: see error_code and error_message of the reply.
    expect("the Express flow", reply.status, "Succeeded")
    expect("its output", json.loads(reply.output), {"greeting": "Hello, Ada!"})


def run_standard(client: Client) -> None:
    flow = "python-order"
    deploy(client, flow, "Standard", ORDER)
    approver = Approver()
    run = time.strftime("run-%Y%m%d-%H%M%S")
    tea, stone = f"{run}-tea", f"{run}-stone"

    def start(execution: str, item: str) -> models.StartExecutionRequest:
        order = {"item": item, "approver": approver.url}
        return models.StartExecutionRequest(flow_name=flow, execution_name=execution, input=json.dumps(order))

    client.start_execution(start(tea, "tea"))
    item, token = approver.next_task()
    expect("to be approved", item, "tea")
    approval = models.ReportTaskSucceededRequest(task_token=token, output=json.dumps({"by": "Ada"}))
    client.report_task_succeeded(approval)
    ended = wait_until_ended(client, flow, tea)
    expect("the approved order", ended.status, "Succeeded")
    expect("its output", json.loads(ended.output), {"item": "tea", "approvedBy": "Ada"})

    client.start_execution(start(stone, "stone"))
    item, token = approver.next_task()
    expect("to be approved", item, "stone")
    client.report_task_failed(models.ReportTaskFailedRequest(task_token=token, error="Rejected", cause="too heavy"))
    expect("the rejected order", wait_until_ended(client, flow, stone).status, "Failed")

    names = [each.name for each in list_executions(client, flow, run)]
    expect("the executions", names, [stone, tea])

    # The last event of the history has the reason of the failure.
    events = list(history(client, flow, stone))
    expect("the events", [event.event_id for event in events], list(range(1, len(events) + 1)))
    expect("the last of them", events[-1].type, "ExecutionFailed")
    expect("its detail", json.loads(events[-1].event_detail), {"error": "Rejected", "cause": "too heavy"})

    expect("the same name again", error_code(client.start_execution, start(tea, "tea")), "ExecutionAlreadyExists")
    expect("the same report again", error_code(client.report_task_succeeded, approval), "TaskAlreadyCompleted")
    expect(
        "a flow that is not there",
        error_code(client.describe_flow, models.DescribeFlowRequest(name="no-such-flow")),
        "FlowNotExists",
    )


def main() -> None:
    client = connect()
    run_express(client)
    run_standard(client)


if __name__ == "__main__":
    main()
