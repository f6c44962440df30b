// Calls one action of a Millrace server through the official Node client, with the key from the environment:
//   npx node examples/call.mjs StartSyncExecution FlowName=hello 'Input={"name":"Ada"}'
import RPCClient from '@alicloud/pop-core';

const [action, ...members] = process.argv.slice(2);
if (action === undefined) {
  console.error("usage: npx node examples/call.mjs StartSyncExecution FlowName=hello 'Input={}'");
  process.exit(2);
}
const parameters = Object.fromEntries(
  members.map((member) => [member.slice(0, member.indexOf('=')), member.slice(member.indexOf('=') + 1)]),
);

try {
  const client = new RPCClient({
    endpoint: process.env.MILLRACE_ENDPOINT ?? 'http://127.0.0.1:7780',
    apiVersion: '2019-03-15',
    // The client requires a key. A server with MILLRACE_AUTH=off accepts any.
    accessKeyId: process.env.MILLRACE_ACCESS_KEY_ID ?? 'any',
    accessKeySecret: process.env.MILLRACE_ACCESS_KEY_SECRET ?? 'any',
    // The default is 3 seconds; an Express flow may take 300.
    opts: { method: 'POST', timeout: 310_000 },
  });
  const reply = await client.request(action, parameters, { method: 'POST' });
  console.log(JSON.stringify(reply, null, 2));
} catch (error) {
  // An error of the server has Code and Message in `data`. Without `data` there was no answer.
  console.error(error.data === undefined ? error.message : `${error.data.Code}: ${error.data.Message}`);
  process.exitCode = 1;
}
