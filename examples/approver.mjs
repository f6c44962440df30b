// The service that examples/approval.yaml asks. It stores the token of each order, prints the request, and returns the token to
// any caller: curl http://127.0.0.1:7781/<order>. A real service would ask a person and report the answer itself.
//   npx node examples/approver.mjs
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const tokens = new Map();

const server = createServer(async (request, reply) => {
  if (request.method === 'POST') {
    const { order, item } = await json(request);
    tokens.set(order, request.headers['x-fnf-http-callback-task-token']);
    console.log(`${order} asks for ${item}`);
    // Any status below 400 accepts the work; the task then waits for the report.
    reply.writeHead(202).end();
  } else {
    const token = tokens.get(decodeURIComponent(request.url.slice(1)));
    reply.writeHead(token === undefined ? 404 : 200).end(token);
  }
});
server.listen(Number(process.env.PORT ?? 7781), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
