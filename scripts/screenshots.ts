/**
 * `npm run screenshots`: takes the two screenshots of the README, docs/images/console-execution.png and console-flow.png, from a real
 * server with an example flow whose execution waits for a person. Needs a Chromium (console/test/support/browser-program.ts).
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { ensureBuilt } from '../console/test/support/built-console.ts';
import { BROWSER_ARGUMENTS, browserProgram } from '../console/test/support/browser-program.ts';
import { callRpc } from '../test/support/signed-request.ts';
import { startMillrace, stopMillrace } from './server.ts';

const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url));
const KEY = { accessKeyId: 'screenshots', accessKeySecret: randomBytes(16).toString('hex') };
const SIZE = { width: 1440, height: 900 };

const DEFINITION = `Type: StateMachine
SpecVersion: v1
Name: fulfilment
StartAt: Prepare
States:
  # Payment and picking do not wait for each other.
  - Name: Prepare
    Type: Parallel
    Branches:
      - StartAt: Charge
        States:
          - Name: Charge
            Type: Task
            Action: HTTP:Request
            Parameters:
              method: POST
              url.$: format("{}/charge", $Environment.shop)
              body:
                card.$: $Input.card
                amount.$: $Input.total
            Retry:
              - Errors: [HTTP.ConnectionFailed]
                IntervalSeconds: 1
                MaxAttempts: 4
            OutputConstructor:
              receipt.$: $Output.Body.receipt
            End: true
      - StartAt: Pick
        States:
          - Name: Pick
            Type: Map
            ItemsPath: $Input.lines
            MaxConcurrency: 4
            Processor:
              StartAt: Fetch
              States:
                - Name: Fetch
                  Type: Task
                  Action: HTTP:Request
                  Parameters:
                    method: POST
                    url.$: format("{}/pick", $Environment.shop)
                    body:
                      sku.$: $Input.sku
                  OutputConstructor:
                    weight.$: $Output.Body.weight
                  End: true
            End: true
    OutputConstructor:
      order.$: $Input.order
      total.$: $Input.total
      receipt.$: $Output.Branch0.receipt
    Next: Large

  - Name: Large
    Type: Choice
    Branches:
      - Condition: $Input.total >= 500
        Next: Approve
    Default: Ship

  - Name: Approve
    Type: Task
    Action: MNS:SendMessage
    TaskMode: WaitForCustomCallback
    Timeout: 86400
    Parameters:
      resourceArn: acs:mns:::/topics/approvals/messages
      message:
        order.$: $Input.order
        token.$: $Context.Current.TaskToken
    Catch:
      - Errors: [FnF.TaskTimeout]
        Next: Refund
    Next: Ship

  - Name: Ship
    Type: Task
    Action: HTTP:Request
    Parameters:
      method: POST
      url.$: format("{}/ship", $Environment.shop)
      body:
        order.$: $Context.Execution.Name
    End: true

  - Name: Refund
    Type: Fail
    Code: NotApproved
    Detail: there was no answer within a day
`;

/** The services that the flow calls. The bank hangs up twice before it takes a charge. */
async function openShop(): Promise<{ server: Server; url: string }> {
  let charges = 0;
  const server = createServer((request, response) => {
    const { url = '' } = request;
    charges += url === '/charge' ? 1 : 0;
    if (url === '/charge' && charges % 3 !== 0) {
      request.socket.destroy();
      return;
    }
    setTimeout(
      () => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ receipt: 'R-20417', weight: 2.5, parcel: 'P-77' }));
      },
      url === '/pick' ? 400 + Math.random() * 900 : 250,
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function call(url: string, Action: string, parameters: Readonly<Record<string, string>>) {
  const reply = await callRpc(url, KEY, { Action, ...parameters });
  if (reply.status !== 200) throw new Error(`${Action}: ${reply.text}`);
  return reply.json();
}

function inputOf(number: number, total: number): string {
  const lines = ['tea', 'pot', 'cup', 'tray', 'sieve', 'honey'].map((sku) => ({ sku, pieces: 1 + (number % 3) }));
  return JSON.stringify({ order: number, total, card: 'tok-visa-4242', lines });
}

/** Creates the flow, with some executions behind it and one under way. Returns the name of that one, which waits for a person. */
async function prepare(url: string, shop: string): Promise<string> {
  await call(url, 'CreateFlow', {
    Name: 'fulfilment',
    Type: 'FDL',
    ExecutionMode: 'Standard',
    Description: 'Charges, picks and ships an order; large ones need an approval',
    Definition: DEFINITION,
    Environment: JSON.stringify({ Variables: [{ Name: 'shop', Value: shop }] }),
  });
  const start = async (number: number, total: number): Promise<string> => {
    const ExecutionName = `order-${number}`;
    await call(url, 'StartExecution', { FlowName: 'fulfilment', ExecutionName, Input: inputOf(number, total) });
    return ExecutionName;
  };
  for (let number = 20_411; number < 20_417; number++) {
    const ExecutionName = await start(number, 80);
    await call(url, 'DescribeExecution', { FlowName: 'fulfilment', ExecutionName, WaitTimeSeconds: '60' });
  }
  const name = await start(20_417, 740);
  for (;;) {
    const { Messages } = await call(url, 'ListMessages', { Name: 'approvals' });
    if ((Messages as readonly unknown[]).length > 0) return name;
  }
}

/** Takes a screenshot when everything in `ready` is shown. */
async function shoot(
  page: Page,
  home: string,
  fragment: string,
  ready: readonly string[],
  file: string,
): Promise<void> {
  await page.goto(`${home}${fragment}`);
  for (const each of ready) await page.locator(each).first().waitFor();
  await page.screenshot({ path: join(IMAGES, file) });
  console.log(`docs/images/${file}`);
}

async function signIn(context: BrowserContext, home: string): Promise<void> {
  const reply = await context.request.post(`${home}session`, {
    headers: { 'x-millrace-console': '1', origin: new URL(home).origin },
    data: KEY,
  });
  if (!reply.ok()) throw new Error(`signing in: ${await reply.text()}`);
}

async function main(): Promise<void> {
  const program = browserProgram();
  if (program === null) throw new Error('There is no Chromium here. Install one, or name it in MILLRACE_TEST_BROWSER.');
  await ensureBuilt();
  mkdirSync(IMAGES, { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), 'millrace-screenshots-'));
  const shop = await openShop();
  const millrace = await startMillrace(folder, KEY);
  const browser = await chromium.launch({ executablePath: program, args: [...BROWSER_ARGUMENTS] });
  try {
    const execution = await prepare(millrace.url, shop.url);
    const context = await browser.newContext({
      ...{ viewport: SIZE, deviceScaleFactor: 1.5, locale: 'en-GB', reducedMotion: 'reduce', colorScheme: 'light' },
    });
    const home = `${millrace.url}/console/`;
    await signIn(context, home);
    const page = await context.newPage();
    const at = `#/flows/fulfilment/executions/${execution}`;
    await shoot(page, home, at, ['text=Why is it waiting?', 'text=Attempt 3'], 'console-execution.png');
    await shoot(page, home, '#/flows/fulfilment', ['.cm-line', 'svg >> text=Charge'], 'console-flow.png');
  } finally {
    await browser.close();
    await stopMillrace(millrace.process);
    shop.server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
