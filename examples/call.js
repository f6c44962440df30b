// Calls a flow through the official Node client:
//
//   node examples/call.js hello '{"name":"Ada"}'
//
// MILLRACE_URL, MILLRACE_ACCESS_KEY_ID and MILLRACE_ACCESS_KEY_SECRET say where and as whom. A server that runs with
// MILLRACE_AUTH=off asks for no particular key.
import Client from '@alicloud/fnf-2019-03-15';

const [flowName = 'hello', input = '{"name":"Ada"}'] = process.argv.slice(2);

const client = new Client({
  endpoint: process.env.MILLRACE_URL ?? 'http://127.0.0.1:7780',
  accessKeyId: process.env.MILLRACE_ACCESS_KEY_ID ?? 'any',
  accessKeySecret: process.env.MILLRACE_ACCESS_KEY_SECRET ?? 'any',
  // The client gives up after 3 seconds unless told otherwise; an Express flow may take 300.
  opts: { timeout: 310_000 },
});

console.log(await client.request('StartSyncExecution', { FlowName: flowName, Input: input }, { method: 'POST' }));
