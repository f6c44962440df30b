/** A screen on which nothing happens asks the server for nothing, because news comes by the stream. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import type { ConsolePage } from '../support/browser.ts';
import { PASS, WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { APPROVAL, mapRunOf } from '../support/execution-flows.ts';

/**
 * The clock of the page runs ahead of the server, whose lines on a quiet stream do not come sooner for it. So the page takes the stream
 * for lost after 40 s and opens another one. The first time passes until then, and the second one ends well before the next, because
 * the time of the test itself passes on that clock too.
 */
const WARM_S = 45;
const IDLE_S = 20;
/** A request that one timer leads to may set the next timer, so the time passes in pieces, with the replies between them. */
const PIECE_S = 5;
/** Those of a minute are two. */
const MOST_REQUESTS = 1;

/** Each with what is there once it has loaded. */
const SCREENS: readonly (readonly [name: string, fragment: string, shown: string])[] = [
  ['the flows', '#/flows', '.flow-row, [href="#/flows/wait"]'],
  ['a flow', '#/flows/wait', '.graph-node'],
  ['the executions', '#/executions', '.execution-row .name'],
  ['a running execution', '#/flows/approval/executions/open', '.wait'],
  ['an ended execution', '#/flows/pass/executions/done', '.timeline-row'],
  ['an open Map run', '#/flows/items/executions/open/map-runs/{run}', '.item-row'],
  ['the schedules', '#/schedules', 'h1'],
  ['the messages', '#/messages', 'h1'],
  ['the system', '#/system', '.system-grid'],
];

/** Executions of items that wait for as long as the test takes. */
const ITEMS = {
  StartAt: 'Each',
  States: [
    {
      Type: 'Map',
      Name: 'Each',
      ProcessorConfig: { ExecutionMode: 'Standard' },
      ItemsPath: '$Input.items',
      Processor: WAIT,
      End: true,
    },
  ],
};

async function pass({ page, settled }: ConsolePage, allSeconds: number): Promise<void> {
  for (let seconds = 0; seconds < allSeconds; seconds += PIECE_S) {
    await page.clock.runFor(PIECE_S * 1_000);
    await settled();
  }
}

/**
 * Waits until a stream that was opened again has led to all that it leads to: its first event is on the way before the reply to a later
 * request.
 */
async function reconnected({ page, requests, settled }: ConsolePage): Promise<void> {
  const stream = requests.filter((request) => /\/stream\?/.test(request.url())).at(-1);
  await stream?.response();
  await page.evaluate(() => fetch('session', { headers: { 'x-millrace-console': '1' } }).then((reply) => reply.text()));
  await settled();
}

describe('a time without changes', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  let mapRun = '';
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'pass', PASS);
    await createFlow(server, 'wait', WAIT);
    await createFlow(server, 'approval', APPROVAL);
    await startExecution(server, 'pass', { name: 'done', waits: true });
    await startExecution(server, 'approval', { name: 'open' });
    await createFlow(server, 'items', ITEMS);
    await startExecution(server, 'items', { name: 'open', input: { items: [1, 2, 3] } });
    mapRun = await mapRunOf(server, 'items', 'open');
    await server.call('CreateSchedule', {
      ...{ FlowName: 'pass', ScheduleName: 'yearly', CronExpression: '0 0 0 1 1 *', Payload: '{}', Enable: 'true' },
    });
  });

  for (const [name, fragment, shown] of SCREENS) {
    it(`on the screen of ${name} makes at most one request`, async (t) => {
      const opened = await openConsole(t, server, { at: fragment.replace('{run}', mapRun), hasClock: true });
      const { page, asked } = opened;
      await page.locator(shown).first().waitFor();
      // A screen may load more a moment after its beginning, and looks at a Map run less and less often while nothing changes.
      await pass(opened, WARM_S);
      await reconnected(opened);
      const before = asked().length;
      await pass(opened, IDLE_S);
      const idle = asked().slice(before);
      assert.ok(idle.length <= MOST_REQUESTS, idle.join(' '));
    });
  }
});
