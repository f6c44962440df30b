/** A double click acts once: while the first click acts, and also when it has acted before the second one comes. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { PASS, WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { APPROVAL } from '../support/execution-flows.ts';

interface Act {
  readonly name: string;
  /** Makes what it acts on. */
  readonly given: (server: ConsoleServer) => Promise<unknown>;
  readonly at: string;
  /** Leads to the button. */
  readonly to: (page: Page) => Promise<Locator>;
  /** Its call, or another request. */
  readonly asks: string;
  /** How many calls it is by itself. */
  readonly calls?: number;
  readonly done: (page: Page) => Promise<unknown>;
  /** The button is still there when it has acted. */
  readonly stays?: true;
}

/** The button of that name in the dialog that is open. */
function inDialog(page: Page, name: string): Locator {
  return page.getByRole('dialog').getByRole('button', { name, exact: true });
}

function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}

/** Opens a dialog and returns its button. */
function viaDialog(open: string, act: string): (page: Page) => Promise<Locator> {
  return async (page) => {
    await button(page, open).first().click();
    return inDialog(page, act);
  };
}

function dialogCloses(page: Page): Promise<void> {
  return page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Makes a flow with version 1. */
function versioned(name: string): Act['given'] {
  return async (server) => {
    await createFlow(server, name, PASS);
    await server.call('PublishFlowVersion', { FlowName: name });
  };
}

/** Makes a flow with a schedule that is not due soon. */
function scheduled(name: string): Act['given'] {
  return async (server) => {
    await createFlow(server, name, PASS);
    await server.call('CreateSchedule', {
      ...{ FlowName: name, ScheduleName: 'yearly', CronExpression: '0 0 0 1 1 *', Payload: '{}', Enable: 'true' },
    });
  };
}

const EXPRESS = { mode: 'Express' } as const;

const ACTS: readonly Act[] = [
  {
    name: 'creating a flow',
    given: async () => undefined,
    at: '#/new-flow',
    async to(page) {
      await page.getByRole('button', { name: /^Hello/ }).click();
      return button(page, 'Create the flow');
    },
    asks: 'api/CreateFlow',
    done: (page) => page.getByRole('heading', { name: 'hello' }).waitFor(),
  },
  {
    name: 'saving a definition',
    given: (server) => createFlow(server, 'saved', PASS),
    at: '#/flows/saved',
    async to(page) {
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+End');
      await page.keyboard.type('\n');
      return button(page, 'Save');
    },
    asks: 'api/UpdateFlow',
    done: (page) => page.getByText('The definition was saved.').waitFor(),
    stays: true,
  },
  {
    name: 'starting a Standard execution',
    given: (server) => createFlow(server, 'standard', WAIT),
    at: '#/flows/standard',
    to: viaDialog('Run', 'Run'),
    asks: 'api/StartExecution',
    done: (page) => page.locator('.timeline-row').first().waitFor(),
  },
  {
    name: 'running an Express execution',
    given: (server) => createFlow(server, 'express', PASS, EXPRESS),
    at: '#/flows/express',
    to: viaDialog('Run', 'Run'),
    asks: 'api/StartSyncExecution',
    done: (page) => page.getByRole('dialog').getByText('Succeeded').waitFor(),
    stays: true,
  },
  {
    name: 'publishing a version',
    given: (server) => createFlow(server, 'published', PASS),
    at: '#/flows/published?tab=versions',
    to: viaDialog('Publish a version', 'Publish a version'),
    asks: 'api/PublishFlowVersion',
    done: dialogCloses,
  },
  {
    name: 'deleting a version',
    given: versioned('unpublished'),
    at: '#/flows/unpublished?tab=versions',
    to: viaDialog('Delete: Version 1', 'Delete'),
    asks: 'api/DeleteFlowVersion',
    done: dialogCloses,
  },
  {
    name: 'creating an alias',
    given: versioned('aliased'),
    at: '#/flows/aliased?tab=versions',
    async to(page) {
      await button(page, 'Create an alias').click();
      await page.getByRole('dialog').getByLabel('Name').fill('live');
      await page.getByRole('dialog').getByLabel('Version', { exact: true }).selectOption('1');
      return inDialog(page, 'Save');
    },
    asks: 'api/CreateFlowAlias',
    done: dialogCloses,
  },
  {
    name: 'creating a schedule',
    given: (server) => createFlow(server, 'scheduled', PASS),
    at: '#/flows/scheduled?tab=schedules',
    async to(page) {
      await button(page, 'Create a schedule').click();
      await page.getByRole('dialog').getByLabel('Name').fill('daily');
      await button(page, 'Every day at 03:00').click();
      return inDialog(page, 'Save');
    },
    asks: 'api/CreateSchedule',
    done: dialogCloses,
  },
  {
    name: 'turning off a schedule',
    given: scheduled('turned-off'),
    at: '#/flows/turned-off?tab=schedules',
    to: async (page) => page.getByRole('switch', { name: /^(?:Dis|En)able “yearly”$/ }),
    asks: 'api/UpdateSchedule',
    done: (page) => page.getByRole('switch', { name: 'Enable “yearly”' }).waitFor(),
    stays: true,
  },
  {
    name: 'deleting a schedule',
    given: scheduled('unscheduled'),
    at: '#/flows/unscheduled?tab=schedules',
    to: viaDialog('Delete: yearly', 'Delete'),
    asks: 'api/DeleteSchedule',
    done: (page) => page.getByText('No schedule yet').waitFor(),
  },
  {
    name: 'deleting a flow',
    given: (server) => createFlow(server, 'doomed', PASS),
    at: '#/flows/doomed',
    async to(page) {
      await button(page, 'Delete').click();
      await page
        .getByRole('dialog')
        .getByLabel(/To confirm/)
        .fill('doomed');
      return inDialog(page, 'Delete');
    },
    asks: 'api/DeleteFlow',
    done: (page) => page.getByText('The flow “doomed” was deleted.').waitFor(),
  },
  {
    name: 'stopping an execution',
    async given(server) {
      await createFlow(server, 'halted', WAIT);
      await startExecution(server, 'halted', { name: 'one' });
    },
    at: '#/flows/halted/executions/one',
    to: viaDialog('Stop', 'Stop'),
    asks: 'api/StopExecution',
    done: (page) => page.locator('.execution-head').getByText('Stopped', { exact: true }).waitFor(),
  },
  {
    name: 'redriving an execution',
    async given(server) {
      await createFlow(server, 'redriven', WAIT);
      await startExecution(server, 'redriven', { name: 'one' });
      await server.call('StopExecution', { FlowName: 'redriven', ExecutionName: 'one' });
    },
    at: '#/flows/redriven/executions/one',
    to: viaDialog('Redrive', 'Redrive'),
    asks: 'api/RedriveExecution',
    done: (page) => page.locator('.execution-head').getByText('Running').waitFor(),
  },
  {
    name: 'reporting the end of a task',
    async given(server) {
      await createFlow(server, 'reported', APPROVAL);
      await startExecution(server, 'reported', { name: 'one' });
    },
    at: '#/flows/reported/executions/one',
    to: viaDialog('Report the end of the work', 'It has succeeded'),
    asks: 'report',
    done: (page) => page.locator('.execution-head').getByText('Succeeded').waitFor(),
  },
  {
    name: 'stopping three executions',
    async given(server) {
      await createFlow(server, 'bulk', WAIT);
      for (const name of ['one', 'two', 'three']) await startExecution(server, 'bulk', { name });
    },
    at: '#/executions?flow=bulk',
    async to(page) {
      await page.getByRole('link', { name: 'three' }).waitFor();
      await page.getByLabel('Select all that are loaded').check();
      await button(page, 'Stop 3').click();
      return inDialog(page, 'Stop them');
    },
    asks: 'api/StopExecution',
    calls: 3,
    done: (page) => page.getByText('3 executions are stopped.').waitFor(),
  },
];

describe('a double click', WHERE_IT_RUNS, () => {
  for (const late of [false, true]) {
    describe(late ? 'with a late second click' : 'with two quick clicks', () => {
      const acts = late ? ACTS.filter(({ stays }) => stays) : ACTS;
      let server: ConsoleServer;
      before(async () => {
        server = await startConsole(fileEnd);
        for (const { given } of acts) await given(server);
      });

      for (const { name, at, to, asks, calls = 1, done } of acts) {
        it(`acts once: ${name}`, async (t) => {
          const { page, asked, settled, still } = await openConsole(t, server, { at });
          await page.getByRole('heading', { level: 1 }).waitFor();
          // A question of the screen that is still on its way would be about something that is gone by then.
          await still();
          const target = await to(page);
          if (late) {
            await target.click();
            await done(page);
            // The button may have moved, because the first click has changed the screen.
            await target.hover();
            await page.mouse.down({ clickCount: 2 });
            await page.mouse.up({ clickCount: 2 });
          } else {
            await target.dblclick();
            await done(page);
          }
          await settled();
          assert.equal(asked().filter((path) => path === asks).length, calls);
        });
      }
    });
  }
});
