/** The tests of the console fail for what no person sees: planted faults show that they would. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import type { ConsolePage } from '../support/browser.ts';
import { createFlow, endOf, startConsole } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { VARIED, VARIED_INPUT } from '../support/execution-flows.ts';
import { assertSmooth } from '../support/task-times.ts';

interface Planted {
  readonly name: string;
  readonly plant: (opened: ConsolePage) => Promise<unknown>;
  readonly fault: RegExp;
}

const PLANTED: readonly Planted[] = [
  {
    name: 'a style in the text of the page',
    plant: ({ page }) => page.evaluate(() => document.body.setAttribute('style', 'color: red')),
    fault: /content security policy forbids it: style-src/,
  },
  {
    name: 'a script in the text of the page',
    plant: ({ page }) =>
      page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'window.planted = true';
        document.body.append(script);
      }),
    fault: /content security policy forbids it: script-src/,
  },
  {
    name: 'code made of a text',
    plant: ({ page }) =>
      page.evaluate(() => {
        const link = document.createElement('a');
        link.href = 'javascript:void 0';
        link.click();
      }),
    fault: /content security policy forbids it: script-src/,
  },
  {
    name: 'an image of another host',
    plant: ({ page }) =>
      page.evaluate(() => {
        new Image().src = 'https://example.invalid/pixel.png';
      }),
    fault: /content security policy forbids it: img-src https:\/\/example\.invalid/,
  },
  {
    name: 'a request to another host',
    plant: ({ page }) => page.evaluate(() => fetch('https://example.invalid/').catch(() => undefined)),
    fault: /content security policy forbids it: connect-src https:\/\/example\.invalid/,
  },
  {
    name: 'a page of another host in another window',
    plant: async ({ context }) => {
      const other = await context.newPage();
      await other.goto('https://example.invalid/').catch(() => undefined);
      await other.close();
    },
    fault: /foreign request: https:\/\/example\.invalid/,
  },
  {
    name: 'an error that no one catches',
    plant: ({ page }) =>
      page.evaluate(() => {
        void Promise.reject(new Error('planted'));
      }),
    fault: /uncaught: .*planted/s,
  },
  {
    name: 'an error in the browser’s console',
    plant: ({ page }) => page.evaluate(() => console.error('planted')),
    fault: /console: planted/,
  },
];

describe('a test of the console', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'varied', VARIED);
    await server.call('StartExecution', { FlowName: 'varied', ExecutionName: 'order-1', Input: VARIED_INPUT });
    await endOf(server, 'varied', 'order-1');
  });

  for (const { name, plant, fault } of PLANTED) {
    it(`fails for ${name}`, async (t) => {
      const opened = await openConsole(t, server, { at: '#/flows' });
      const { page, assertClean, allow, settled } = opened;
      await page.getByRole('heading', { level: 1 }).waitFor();
      await settled();
      assertClean();
      await plant(opened);
      await settled();
      assert.throws(assertClean, fault);
      // The faults were planted, and the end of the test looks for further ones.
      allow(/./s);
    });
  }

  it('fails for a task that a person notices', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    const busy = (): Promise<void> =>
      page.evaluate(() => {
        // Its share of the processor is above the limit also where others have most of it.
        const end = performance.now() + 3_000;
        while (performance.now() < end);
      });
    await assert.rejects(assertSmooth(page, busy), /tasks above 200 ms/);
    await assertSmooth(page, () => page.evaluate(() => undefined));
  });

  it('finds no request to another host on any screen', async (t) => {
    const { page, requests, goTo, settled } = await openConsole(t, server, { at: '#/flows' });
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const screen of ['new-flow', 'flows/varied', 'executions', 'messages', 'schedules', 'system']) {
      await goTo(`#/${screen}`);
      await settled();
    }
    for (const tab of ['timeline', 'graph', 'events', 'data', 'definition']) {
      await goTo(`#/flows/varied/executions/order-1?tab=${tab}`);
      await settled();
    }
    const hosts = new Set(requests.map((request) => new URL(request.url()).host));
    assert.deepEqual([...hosts], [new URL(server.url).host]);
  });
});
