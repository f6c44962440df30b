/** A screen on which nothing happens asks the server for nothing, because news comes by the stream. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { PASS, WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { APPROVAL, mapRunOf } from '../support/execution-flows.ts';
import { IDLE_S, WARM_S, pass } from '../support/page-time.ts';

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
      const before = asked().length;
      await pass(opened, IDLE_S);
      const idle = asked().slice(before);
      assert.ok(idle.length <= MOST_REQUESTS, idle.join(' '));
    });
  }
});
