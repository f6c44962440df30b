import com.aliyun.fnf20190315.Client;
import com.aliyun.fnf20190315.models.CreateFlowRequest;
import com.aliyun.fnf20190315.models.DescribeExecutionRequest;
import com.aliyun.fnf20190315.models.DescribeExecutionResponseBody;
import com.aliyun.fnf20190315.models.DescribeFlowRequest;
import com.aliyun.fnf20190315.models.GetExecutionHistoryRequest;
import com.aliyun.fnf20190315.models.GetExecutionHistoryResponseBody.GetExecutionHistoryResponseBodyEvents;
import com.aliyun.fnf20190315.models.ListExecutionsRequest;
import com.aliyun.fnf20190315.models.ReportTaskFailedRequest;
import com.aliyun.fnf20190315.models.ReportTaskSucceededRequest;
import com.aliyun.fnf20190315.models.StartExecutionRequest;
import com.aliyun.fnf20190315.models.StartSyncExecutionRequest;
import com.aliyun.fnf20190315.models.UpdateFlowRequest;
import com.aliyun.tea.TeaException;
import com.aliyun.teaopenapi.models.Config;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Express and Standard flows from Java, with the official client {@code com.aliyun:fnf20190315}.
 *
 * <pre>MILLRACE_ACCESS_KEY_ID=... MILLRACE_ACCESS_KEY_SECRET=... mvn -q compile exec:java</pre>
 *
 * An Express flow answers in the same call. A Standard flow asks a person for approval and waits for the answer; here a
 * small HTTP server in this program takes the place of the person. The exit code is 0 if all results are as expected.
 */
public final class Example {
  private static final String GREETING = """
      Type: StateMachine
      SpecVersion: v1
      Name: java-greeting
      StartAt: Greet
      States:
        - Name: Greet
          Type: Pass
          OutputConstructor:
            greeting.$: format("Hello, {}!", $Input.name)
          End: true
      """;

  // The task ends with the report of its outcome, not with the answer of the HTTP call. The call has the task token for
  // the report in the header X-FnF-Http-Callback-Task-Token.
  private static final String ORDER = """
      Type: StateMachine
      SpecVersion: v1
      Name: java-order
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
      """;

  /** A call of the client, which declares Exception. */
  private interface Call {
    void run() throws Exception;
  }

  /** The request of the flow's task, and the token to report with. */
  private record Task(String body, String token) {}

  private final Client client;

  private Example(Client client) {
    this.client = client;
  }

  private static Client connect() throws Exception {
    URI endpoint = URI.create(System.getenv().getOrDefault("MILLRACE_ENDPOINT", "http://127.0.0.1:7780"));
    return new Client(
        new Config()
            // The client expects host and port here and the scheme separately; the default scheme is https.
            .setEndpoint(endpoint.getAuthority())
            .setProtocol(endpoint.getScheme())
            .setAccessKeyId(System.getenv("MILLRACE_ACCESS_KEY_ID"))
            .setAccessKeySecret(System.getenv("MILLRACE_ACCESS_KEY_SECRET"))
            // Milliseconds. The default is 10 seconds; a synchronous call may take 300.
            .setReadTimeout(310_000)
            .setConnectTimeout(5_000));
  }

  /** Returns the error code of a call that fails. */
  private static String errorCode(Call call) throws Exception {
    try {
      call.run();
      return "no error";
    } catch (TeaException error) {
      return error.getCode();
    }
  }

  private static void expect(String what, Object actual, Object expected) {
    if (!Objects.equals(actual, expected)) {
      throw new IllegalStateException(what + ": expected " + expected + ", got " + actual);
    }
    System.out.println(what + ": " + actual);
  }

  /** Creates a flow, or updates the definition of an existing one. */
  private void deploy(String name, String mode, String definition) throws Exception {
    try {
      client.createFlow(
          new CreateFlowRequest()
              .setName(name)
              .setType("FDL")
              .setExecutionMode(mode)
              .setDefinition(definition)
              .setDescription("Example for Java"));
    } catch (TeaException error) {
      if (!"FlowAlreadyExists".equals(error.getCode())) {
        throw error;
      }
      client.updateFlow(new UpdateFlowRequest().setName(name).setDefinition(definition));
    }
    System.out.println("deployed " + name + " (" + mode + ")");
  }

  /** Waits until the execution has ended. Each call waits in the server for up to 20 seconds. */
  private DescribeExecutionResponseBody waitUntilEnded(String flow, String execution) throws Exception {
    DescribeExecutionRequest request =
        new DescribeExecutionRequest().setFlowName(flow).setExecutionName(execution).setWaitTimeSeconds(20);
    while (true) {
      DescribeExecutionResponseBody described = client.describeExecution(request).getBody();
      if (!List.of("Starting", "Running").contains(described.getStatus())) {
        return described;
      }
    }
  }

  /** The executions whose names begin with the prefix, newest first, page by page. */
  private List<String> listExecutions(String flow, String prefix) throws Exception {
    ListExecutionsRequest request =
        new ListExecutionsRequest().setFlowName(flow).setExecutionNamePrefix(prefix).setLimit(1);
    List<String> names = new ArrayList<>();
    do {
      var page = client.listExecutions(request).getBody();
      page.getExecutions().forEach(execution -> names.add(execution.getName()));
      request.setNextToken(page.getNextToken());
    } while (request.getNextToken() != null && !request.getNextToken().isEmpty());
    return names;
  }

  /** The events of an execution in order, page by page. */
  private List<GetExecutionHistoryResponseBodyEvents> history(String flow, String execution) throws Exception {
    GetExecutionHistoryRequest request =
        new GetExecutionHistoryRequest().setFlowName(flow).setExecutionName(execution).setLimit(3);
    List<GetExecutionHistoryResponseBodyEvents> events = new ArrayList<>();
    do {
      var page = client.getExecutionHistory(request).getBody();
      events.addAll(page.getEvents());
      request.setNextToken(page.getNextToken());
    } while (request.getNextToken() != null && !request.getNextToken().isEmpty());
    return events;
  }

  private void runExpress() throws Exception {
    deploy("java-greeting", "Express", GREETING);
    var reply =
        client
            .startSyncExecution(
                new StartSyncExecutionRequest().setFlowName("java-greeting").setInput("{\"name\":\"Ada\"}"))
            .getBody();
    // A flow that fails throws no exception: see the error code and error message of the reply.
    expect("the Express flow", reply.getStatus(), "Succeeded");
    expect("its output", reply.getOutput(), "{\"greeting\":\"Hello, Ada!\"}");
  }

  private void runStandard(String approver, BlockingQueue<Task> tasks) throws Exception {
    String flow = "java-order";
    deploy(flow, "Standard", ORDER);
    String run = LocalDateTime.now().format(DateTimeFormatter.ofPattern("'run-'yyyyMMdd-HHmmss"));
    String tea = run + "-tea";
    String stone = run + "-stone";

    StartExecutionRequest teaOrder =
        new StartExecutionRequest()
            .setFlowName(flow)
            .setExecutionName(tea)
            .setInput("{\"item\":\"tea\",\"approver\":\"" + approver + "\"}");
    client.startExecution(teaOrder);
    Task task = nextTask(tasks);
    expect("to be approved", task.body(), "{\"item\":\"tea\"}");
    ReportTaskSucceededRequest approval =
        new ReportTaskSucceededRequest().setTaskToken(task.token()).setOutput("{\"by\":\"Ada\"}");
    client.reportTaskSucceeded(approval);
    DescribeExecutionResponseBody ended = waitUntilEnded(flow, tea);
    expect("the approved order", ended.getStatus(), "Succeeded");
    expect("its output", ended.getOutput(), "{\"item\":\"tea\",\"approvedBy\":\"Ada\"}");

    client.startExecution(
        new StartExecutionRequest()
            .setFlowName(flow)
            .setExecutionName(stone)
            .setInput("{\"item\":\"stone\",\"approver\":\"" + approver + "\"}"));
    task = nextTask(tasks);
    expect("to be approved", task.body(), "{\"item\":\"stone\"}");
    client.reportTaskFailed(
        new ReportTaskFailedRequest().setTaskToken(task.token()).setError("Rejected").setCause("too heavy"));
    expect("the rejected order", waitUntilEnded(flow, stone).getStatus(), "Failed");

    expect("the executions", listExecutions(flow, run), List.of(stone, tea));

    List<GetExecutionHistoryResponseBodyEvents> events = history(flow, stone);
    for (int index = 0; index < events.size(); index++) {
      if (events.get(index).getEventId() != index + 1) {
        throw new IllegalStateException("event " + events.get(index).getEventId() + " at place " + (index + 1));
      }
    }
    // The last event of the history has the reason of the failure.
    var last = events.get(events.size() - 1);
    expect("the last event", last.getType(), "ExecutionFailed");
    expect("its detail", last.getEventDetail(), "{\"error\":\"Rejected\",\"cause\":\"too heavy\"}");

    expect("the same name again", errorCode(() -> client.startExecution(teaOrder)), "ExecutionAlreadyExists");
    expect("the same report again", errorCode(() -> client.reportTaskSucceeded(approval)), "TaskAlreadyCompleted");
    DescribeFlowRequest missing = new DescribeFlowRequest().setName("no-such-flow");
    expect("a flow that is not there", errorCode(() -> client.describeFlow(missing)), "FlowNotExists");
  }

  private static Task nextTask(BlockingQueue<Task> tasks) throws InterruptedException {
    Task task = tasks.poll(30, TimeUnit.SECONDS);
    if (task == null) {
      throw new IllegalStateException("the flow did not ask for approval within 30 seconds");
    }
    return task;
  }

  /** Receives the calls of the flow's task, and queues the item and the token of each. */
  private static HttpServer listen(BlockingQueue<Task> tasks) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/approvals",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          tasks.add(new Task(body, exchange.getRequestHeaders().getFirst("X-FnF-Http-Callback-Task-Token")));
          exchange.sendResponseHeaders(202, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  public static void main(String[] arguments) throws Exception {
    BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    HttpServer approver = listen(tasks);
    try {
      Example example = new Example(connect());
      example.runExpress();
      example.runStandard("http://127.0.0.1:" + approver.getAddress().getPort() + "/approvals", tasks);
    } finally {
      approver.stop(0);
    }
  }
}
