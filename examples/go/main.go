// Express and Standard flows from Go, with the official client github.com/alibabacloud-go/fnf-20190315/v3.
//
//	go mod tidy
//	MILLRACE_ACCESS_KEY_ID=... MILLRACE_ACCESS_KEY_SECRET=... go run .
//
// An Express flow answers in the same call. A Standard flow asks a person for approval and waits for the answer; here a
// small HTTP server in this program takes the place of the person. The exit code is 0 if all results are as expected.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	fnf "github.com/alibabacloud-go/fnf-20190315/v3/client"
	"github.com/alibabacloud-go/tea/tea"
)

const greeting = `
Type: StateMachine
SpecVersion: v1
Name: go-greeting
StartAt: Greet
States:
  - Name: Greet
    Type: Pass
    OutputConstructor:
      greeting.$: format("Hello, {}!", $Input.name)
    End: true
`

// The task ends with the report of its outcome, not with the answer of the HTTP call. The call has the task token for the
// report in the header X-FnF-Http-Callback-Task-Token.
const order = `
Type: StateMachine
SpecVersion: v1
Name: go-order
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
`

func connect() (*fnf.Client, error) {
	address := os.Getenv("MILLRACE_ENDPOINT")
	if address == "" {
		address = "http://127.0.0.1:7780"
	}
	endpoint, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	return fnf.NewClient(&openapiutil.Config{
		// The client expects host and port here and the scheme separately; the default scheme is https.
		Endpoint:        tea.String(endpoint.Host),
		Protocol:        tea.String(endpoint.Scheme),
		AccessKeyId:     tea.String(os.Getenv("MILLRACE_ACCESS_KEY_ID")),
		AccessKeySecret: tea.String(os.Getenv("MILLRACE_ACCESS_KEY_SECRET")),
		// Milliseconds. By default there is no timeout; a synchronous call may take 300 seconds.
		ReadTimeout:    tea.Int(310_000),
		ConnectTimeout: tea.Int(5_000),
	})
}

// errorCode returns the error code of the server, or "" if err is nil or there was no answer.
func errorCode(err error) string {
	var answered *tea.SDKError
	if errors.As(err, &answered) {
		return tea.StringValue(answered.Code)
	}
	return ""
}

// deploy creates a flow, or updates the definition of an existing one.
func deploy(client *fnf.Client, name, mode, definition string) error {
	_, err := client.CreateFlow(&fnf.CreateFlowRequest{
		Name:          tea.String(name),
		Type:          tea.String("FDL"),
		ExecutionMode: tea.String(mode),
		Definition:    tea.String(definition),
		Description:   tea.String("Example for Go"),
	})
	if errorCode(err) == "FlowAlreadyExists" {
		_, err = client.UpdateFlow(&fnf.UpdateFlowRequest{Name: tea.String(name), Definition: tea.String(definition)})
	}
	if err == nil {
		fmt.Printf("deployed %s (%s)\n", name, mode)
	}
	return err
}

// A task of the flow: the item to approve, and the token to report with.
type task struct {
	Item  string `json:"item"`
	Token string `json:"-"`
}

// listen receives the calls of the flow's task. It returns the address to call, and a channel with the tasks.
func listen() (string, <-chan task, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	tasks := make(chan task, 1)
	go http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		received := task{Token: r.Header.Get("X-FnF-Http-Callback-Task-Token")}
		if err := json.NewDecoder(r.Body).Decode(&received); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		tasks <- received
		w.WriteHeader(http.StatusAccepted)
	}))
	return "http://" + listener.Addr().String() + "/approvals", tasks, nil
}

func nextTask(tasks <-chan task) (task, error) {
	select {
	case received := <-tasks:
		return received, nil
	case <-time.After(30 * time.Second):
		return task{}, errors.New("the flow did not ask for approval within 30 seconds")
	}
}

// waitUntilEnded waits until the execution has ended. Each call waits in the server for up to 20 seconds.
func waitUntilEnded(client *fnf.Client, flow, execution string) (*fnf.DescribeExecutionResponseBody, error) {
	request := &fnf.DescribeExecutionRequest{
		FlowName:        tea.String(flow),
		ExecutionName:   tea.String(execution),
		WaitTimeSeconds: tea.Int32(20),
	}
	for {
		response, err := client.DescribeExecution(request)
		if err != nil {
			return nil, err
		}
		switch tea.StringValue(response.Body.Status) {
		case "Starting", "Running":
		default:
			return response.Body, nil
		}
	}
}

// listExecutions returns the names of executions that begin with prefix, newest first, page by page.
func listExecutions(client *fnf.Client, flow, prefix string) ([]string, error) {
	request := &fnf.ListExecutionsRequest{
		FlowName:            tea.String(flow),
		ExecutionNamePrefix: tea.String(prefix),
		Limit:               tea.Int32(1),
	}
	names := []string{}
	for {
		response, err := client.ListExecutions(request)
		if err != nil {
			return nil, err
		}
		for _, execution := range response.Body.Executions {
			names = append(names, tea.StringValue(execution.Name))
		}
		if tea.StringValue(response.Body.NextToken) == "" {
			return names, nil
		}
		request.NextToken = response.Body.NextToken
	}
}

// history returns the events of an execution in order, page by page.
func history(client *fnf.Client, flow, execution string) ([]*fnf.GetExecutionHistoryResponseBodyEvents, error) {
	request := &fnf.GetExecutionHistoryRequest{
		FlowName:      tea.String(flow),
		ExecutionName: tea.String(execution),
		Limit:         tea.Int32(3),
	}
	var events []*fnf.GetExecutionHistoryResponseBodyEvents
	for {
		response, err := client.GetExecutionHistory(request)
		if err != nil {
			return nil, err
		}
		events = append(events, response.Body.Events...)
		if tea.StringValue(response.Body.NextToken) == "" {
			return events, nil
		}
		request.NextToken = response.Body.NextToken
	}
}

// expect ends the program unless actual is expected.
func expect(what, actual, expected string) {
	if actual != expected {
		log.Fatalf("%s: expected %s, got %s", what, expected, actual)
	}
	fmt.Printf("%s: %s\n", what, actual)
}

// text is value as JSON.
func text(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		log.Fatal(err)
	}
	return string(encoded)
}

func runExpress(client *fnf.Client) error {
	if err := deploy(client, "go-greeting", "Express", greeting); err != nil {
		return err
	}
	response, err := client.StartSyncExecution(&fnf.StartSyncExecutionRequest{
		FlowName: tea.String("go-greeting"),
		Input:    tea.String(text(map[string]string{"name": "Ada"})),
	})
	if err != nil {
		return err
	}
	// A flow that fails returns no error: see ErrorCode and ErrorMessage of the reply.
	expect("the Express flow", tea.StringValue(response.Body.Status), "Succeeded")
	expect("its output", tea.StringValue(response.Body.Output), `{"greeting":"Hello, Ada!"}`)
	return nil
}

func runStandard(client *fnf.Client) error {
	const flow = "go-order"
	if err := deploy(client, flow, "Standard", order); err != nil {
		return err
	}
	approver, tasks, err := listen()
	if err != nil {
		return err
	}
	run := time.Now().Format("run-20060102-150405")
	teaOrder, stoneOrder := run+"-tea", run+"-stone"
	start := func(execution, item string) error {
		_, err := client.StartExecution(&fnf.StartExecutionRequest{
			FlowName:      tea.String(flow),
			ExecutionName: tea.String(execution),
			Input:         tea.String(text(map[string]string{"item": item, "approver": approver})),
		})
		return err
	}

	if err := start(teaOrder, "tea"); err != nil {
		return err
	}
	asked, err := nextTask(tasks)
	if err != nil {
		return err
	}
	expect("to be approved", asked.Item, "tea")
	approval := &fnf.ReportTaskSucceededRequest{
		TaskToken: tea.String(asked.Token),
		Output:    tea.String(text(map[string]string{"by": "Ada"})),
	}
	if _, err := client.ReportTaskSucceeded(approval); err != nil {
		return err
	}
	ended, err := waitUntilEnded(client, flow, teaOrder)
	if err != nil {
		return err
	}
	expect("the approved order", tea.StringValue(ended.Status), "Succeeded")
	expect("its output", tea.StringValue(ended.Output), `{"item":"tea","approvedBy":"Ada"}`)

	if err := start(stoneOrder, "stone"); err != nil {
		return err
	}
	if asked, err = nextTask(tasks); err != nil {
		return err
	}
	expect("to be approved", asked.Item, "stone")
	if _, err := client.ReportTaskFailed(&fnf.ReportTaskFailedRequest{
		TaskToken: tea.String(asked.Token),
		Error:     tea.String("Rejected"),
		Cause:     tea.String("too heavy"),
	}); err != nil {
		return err
	}
	if ended, err = waitUntilEnded(client, flow, stoneOrder); err != nil {
		return err
	}
	expect("the rejected order", tea.StringValue(ended.Status), "Failed")

	names, err := listExecutions(client, flow, run)
	if err != nil {
		return err
	}
	expect("the executions", text(names), text([]string{stoneOrder, teaOrder}))

	events, err := history(client, flow, stoneOrder)
	if err != nil {
		return err
	}
	for index, event := range events {
		if tea.Int64Value(event.EventId) != int64(index+1) {
			return fmt.Errorf("event %d is at place %d", tea.Int64Value(event.EventId), index+1)
		}
	}
	// The last event of the history has the reason of the failure.
	last := events[len(events)-1]
	expect("the last event", tea.StringValue(last.Type), "ExecutionFailed")
	expect("its detail", tea.StringValue(last.EventDetail), `{"error":"Rejected","cause":"too heavy"}`)

	expect("the same name again", errorCode(start(teaOrder, "tea")), "ExecutionAlreadyExists")
	_, err = client.ReportTaskSucceeded(approval)
	expect("the same report again", errorCode(err), "TaskAlreadyCompleted")
	_, err = client.DescribeFlow(&fnf.DescribeFlowRequest{Name: tea.String("no-such-flow")})
	expect("a flow that is not there", errorCode(err), "FlowNotExists")
	return nil
}

func main() {
	log.SetFlags(0)
	client, err := connect()
	if err != nil {
		log.Fatal(err)
	}
	if err := runExpress(client); err != nil {
		log.Fatal(err)
	}
	if err := runStandard(client); err != nil {
		log.Fatal(err)
	}
}
