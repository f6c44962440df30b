/**
 * `npm run quickstart`: starts a server on a new data folder, creates a flow with real HTTP tasks, calls StartSyncExecution
 * through the official Node client, and prints the reply and its time. With `--serve` the server then runs until Ctrl-C.
 * test/cli/quickstart.test.ts runs the commands that the script suggests.
 */
import Client from '@alicloud/fnf-2019-03-15';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMillrace, stopMillrace } from './server.ts';
import type { Key } from './server.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const INPUT = { item: 'tea', quantity: 2 };

/** The shop that the flow calls for the price and the stock of an item. */
async function openShop(): Promise<{ server: Server; url: string }> {
  const answers: Readonly<Record<string, object>> = { price: { price: 4.5, currency: 'EUR' }, stock: { pieces: 12 } };
  const server = createServer((request, response) => {
    const answer = answers[request.url?.split('/')[1] ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; took: string }> {
  const startedMs = performance.now();
  const result = await work();
  return { result, took: `${(performance.now() - startedMs).toFixed(1)} ms` };
}

async function callFlow(url: string, key: Key, shopUrl: string): Promise<void> {
  const client = new Client({ endpoint: url, ...key, opts: { timeout: 20_000 } });
  const call = (action: string, parameters: Record<string, string>) =>
    client.request(action, parameters, { method: 'POST' });
  await call('CreateFlow', {
    Name: 'quote',
    Type: 'FDL',
    ExecutionMode: 'Express',
    Description: 'Asks a shop for price and stock at once and makes an offer',
    Definition: readFileSync(join(ROOT, 'examples/quote.yaml'), 'utf8'),
    Environment: JSON.stringify({ Variables: [{ Name: 'shop', Value: shopUrl }] }),
  });
  console.log('Flow    "quote" (examples/quote.yaml): two HTTP calls at once, a choice, an offer');
  console.log(`Call    StartSyncExecution through @alicloud/fnf-2019-03-15, Input ${JSON.stringify(INPUT)}\n`);

  const start = () => call('StartSyncExecution', { FlowName: 'quote', Input: JSON.stringify(INPUT) });
  const first = await timed(start);
  console.log(JSON.stringify(first.result, null, 2));
  if (first.result['Status'] !== 'Succeeded') throw new Error('the flow did not succeed');
  const second = await timed(start);
  console.log(`\nAnswered in ${first.took}, including the two HTTP calls. The same call again took ${second.took}.`);
}

const NEXT = `
Next, in this folder:

  Run a flow without a server
    npx millrace run examples/hello.yaml --input '{"name":"Ada"}'

  Start a server. With authentication off, calls need no access key, and the server serves this machine only.
  With plain "npm start", calls need an access key, which the server creates and prints at its first start
    MILLRACE_AUTH=off npm start

  Then, in another terminal, with curl
    curl -s http://127.0.0.1:7780/ -d Action=CreateFlow -d Version=2019-03-15 -d Name=hello -d Type=FDL \\
      -d ExecutionMode=Express --data-urlencode Definition@examples/hello.yaml
    curl -s http://127.0.0.1:7780/ -d Action=StartSyncExecution -d Version=2019-03-15 -d FlowName=hello \\
      --data-urlencode 'Input={"name":"Ada"}'

  with the official Node client
    npx node examples/call.mjs StartSyncExecution FlowName=hello 'Input={"name":"Ada"}'

  with the aliyun CLI
    aliyun fnf StartSyncExecution --endpoint 127.0.0.1:7780 --insecure --region cn-hangzhou \\
      --mode AK --access-key-id any --access-key-secret any --FlowName hello --Input '{"name":"Ada"}'
`;

function sayHowToCall(url: string, key: Key): void {
  console.log(`
The server runs until Ctrl-C. To call the flow from another terminal in this folder:
  MILLRACE_ENDPOINT=${url} MILLRACE_ACCESS_KEY_ID=${key.accessKeyId} MILLRACE_ACCESS_KEY_SECRET=${key.accessKeySecret} \\
    npx node examples/call.mjs StartSyncExecution FlowName=quote 'Input=${JSON.stringify(INPUT)}'`);
}

async function untilStopped(server: ChildProcess): Promise<void> {
  const stop = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await Promise.race([stop, once(server, 'exit')]);
}

async function quickstart(continuesServing: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-quickstart-'));
  const key = { accessKeyId: 'quickstart', accessKeySecret: randomBytes(18).toString('base64url') };
  const shop = await openShop();
  let server: ChildProcess | null = null;
  try {
    const millrace = await startMillrace(folder, key);
    server = millrace.process;
    console.log(`Server  ${millrace.url}, with its store in the new folder ${folder}`);
    console.log(`Shop    ${shop.url}, a small service for the flow to call`);
    await callFlow(millrace.url, key, shop.url);
    if (continuesServing) {
      sayHowToCall(millrace.url, key);
      await untilStopped(server);
    } else {
      console.log(NEXT);
    }
  } finally {
    if (server !== null) await stopMillrace(server);
    shop.server.close();
    shop.server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  await quickstart(process.argv.includes('--serve'));
  process.exit(0);
} catch (error) {
  console.error(`quickstart: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
