module example

go 1.21

require (
	github.com/alibabacloud-go/darabonba-openapi/v2 v2.1.14
	github.com/alibabacloud-go/fnf-20190315/v3 v3.0.1
	github.com/alibabacloud-go/tea v1.3.13
)
