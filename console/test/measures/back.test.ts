/** All that a person chooses on a screen is in its address: Back restores it step by step, and a link shows the same to another. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { WHERE_IT_RUNS, assertComes, openConsole } from '../support/browser.ts';
import { FAIL, PASS, createFlow, endOf, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';
import { VARIED, VARIED_INPUT, loopFlow } from '../support/execution-flows.ts';

/** A choice on a screen, and the part of the address that has it. */
interface Step {
  readonly address: RegExp;
  readonly choose: (page: Page) => Promise<unknown>;
}

interface Screen {
  readonly name: string;
  readonly at: string;
  /** A part of the screen that is there once it has loaded. */
  readonly shown: string;
  readonly steps: readonly Step[];
}

const VARIED_AT = '#/flows/varied/executions/order-1';

const SCREENS: readonly Screen[] = [
  {
    name: 'the flows',
    at: '#/flows',
    shown: '[href="#/flows/varied"]',
    steps: [{ address: /q=var/, choose: (page) => page.getByRole('searchbox').first().fill('var') }],
  },
  {
    name: 'the executions',
    at: '#/executions',
    shown: '.execution-row .name',
    steps: [
      { address: /status=Succeeded/, choose: (page) => page.getByRole('button', { name: 'Succeeded' }).click() },
      { address: /name=pass/, choose: (page) => page.getByLabel('Name', { exact: true }).fill('pass') },
      { address: /period=24h/, choose: (page) => page.getByLabel('Started').selectOption('24h') },
      { address: /flow=pass/, choose: (page) => page.getByLabel('Flow').fill('pass') },
      { address: /qualifier=LATEST/, choose: (page) => page.getByLabel('Version or alias').fill('LATEST') },
    ],
  },
  {
    name: 'the timeline',
    at: VARIED_AT,
    shown: '.timeline-row',
    steps: [
      { address: /e=2/, choose: (page) => page.getByRole('treeitem').filter({ hasText: 'Prepare' }).click() },
      {
        address: /shut=v/,
        choose: (page) =>
          page.getByRole('button', { name: 'Close', exact: true }).and(page.locator('.fold')).first().click(),
      },
      { address: /zoom=/, choose: (page) => page.keyboard.press('+') },
      { address: /^(?!.*shut=)/, choose: (page) => page.getByRole('button', { name: 'As at first' }).click() },
      { address: /all=1/, choose: (page) => page.getByRole('button', { name: 'Open all' }).click() },
      { address: /tab=graph/, choose: (page) => page.getByRole('link', { name: 'Graph' }).click() },
    ],
  },
  {
    name: 'the events',
    at: `${VARIED_AT}?tab=events`,
    shown: '.event-row[role=option]',
    steps: [
      { address: /state=Call/, choose: (page) => page.getByLabel('State', { exact: true }).selectOption('Call') },
      {
        address: /type=TaskFailed/,
        choose: (page) => page.getByLabel('Type', { exact: true }).selectOption('TaskFailed'),
      },
      { address: /trouble=1/, choose: (page) => page.getByRole('button', { name: 'Problems only' }).click() },
      { address: /q=refused/, choose: (page) => page.getByLabel('Search in events').pressSequentially('refused') },
      { address: /e=\d/, choose: (page) => page.locator('.event-row[role=option]').first().click() },
    ],
  },
  {
    name: 'the messages',
    at: '#/messages',
    shown: '.windowed-row',
    steps: [
      { address: /kind=Queue/, choose: (page) => page.getByRole('button', { name: 'Queues' }).click() },
      { address: /name=orders/, choose: (page) => page.getByRole('searchbox').fill('orders') },
      { address: /message=/, choose: (page) => page.locator('.windowed-row').first().click() },
    ],
  },
  {
    name: 'the schedules',
    at: '#/schedules',
    shown: '.schedules li',
    steps: [
      { address: /name=year/, choose: (page) => page.getByRole('searchbox').fill('year') },
      { address: /open=pass/, choose: (page) => page.getByRole('button', { name: 'yearly' }).click() },
    ],
  },
  {
    name: 'the system',
    at: '#/system',
    shown: '.all-settings tr',
    steps: [
      { address: /setting=limits/, choose: (page) => page.getByRole('searchbox').fill('limits') },
      { address: /settings=set/, choose: (page) => page.getByLabel('Only those that are set').check() },
    ],
  },
  {
    name: 'the versions of a flow',
    at: '#/flows/pass',
    shown: '.graph-node',
    steps: [
      { address: /view=graph/, choose: (page) => page.getByRole('button', { name: 'Graph', exact: true }).click() },
      { address: /tab=versions/, choose: (page) => page.getByRole('link', { name: /^Versions/ }).click() },
    ],
  },
];

/** Everything on the screen that shows a choice. */
function choicesOn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const main = document.querySelector('main');
    const all = [...(main?.querySelectorAll<HTMLElement>('*') ?? [])];
    return all.flatMap((element) => {
      const name = element.ariaLabel ?? element.textContent?.slice(0, 40) ?? '';
      if (element instanceof HTMLInputElement && element.type === 'checkbox') return [`${name}: ${element.checked}`];
      if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement)
        return [`${name}= ${element.value}`];
      const isChosen = ['aria-pressed', 'aria-selected', 'aria-expanded', 'aria-current'].filter((attribute) => {
        const value = element.getAttribute(attribute);
        return value !== null && value !== 'false';
      });
      if (isChosen.length > 0) return [`${isChosen.join(' ')}: ${name}`];
      return element.classList.contains('bar') ? [`bar ${element.style.left} ${element.style.width}`] : [];
    });
  });
}

describe('Back', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd, { settings: 'limits: { events: 6000 }\n' });
    await createFlow(server, 'pass', PASS);
    await createFlow(server, 'fail', FAIL);
    await createFlow(server, 'varied', VARIED);
    await createFlow(server, 'loop', loopFlow(12));
    await server.call('PublishFlowVersion', { FlowName: 'pass' });
    await startExecution(server, 'pass', { name: 'pass-1', waits: true });
    await startExecution(server, 'fail', { name: 'fail-1', waits: true });
    await server.call('StartExecution', { FlowName: 'varied', ExecutionName: 'order-1', Input: VARIED_INPUT });
    await endOf(server, 'varied', 'order-1');
    await createFlow(server, 'sends', {
      StartAt: 'Send',
      States: [
        {
          ...{ Type: 'Task', Name: 'Send', Action: 'MNS:SendMessage', End: true },
          Parameters: { resourceArn: 'acs:mns:::/queues/orders/messages', message: { a: 1 } },
        },
      ],
    });
    await startExecution(server, 'sends', { name: 'one', waits: true });
    await server.call('CreateSchedule', {
      ...{ FlowName: 'pass', ScheduleName: 'yearly', CronExpression: '0 0 0 1 1 *', Payload: '{}', Enable: 'true' },
    });
  });

  for (const { name, at, shown, steps } of SCREENS) {
    it(`restores each choice on the screen of ${name}, and so does the address`, async (t) => {
      const { page, goTo, still } = await openConsole(t, server, { at });
      await page.locator(shown).first().waitFor();
      // A choice that is no step of Back, such as the zoom, belongs to the entry that has it.
      const entries: { readonly url: string; readonly choices: string[] }[] = [];
      const remember = async (): Promise<void> => {
        await still();
        entries.push({ url: page.url(), choices: await choicesOn(page) });
      };
      await remember();
      for (const { address, choose } of steps) {
        const before = await page.evaluate(() => history.length);
        await choose(page);
        await page.waitForURL(address);
        if ((await page.evaluate(() => history.length)) === before) entries.pop();
        await remember();
      }
      const last = entries.at(-1);
      assert.ok(last !== undefined && entries.length > 1);
      await goTo('#/no-such-screen');
      await page.getByText('There is no such screen.').waitFor();
      for (const { url, choices } of entries.toReversed()) {
        await page.goBack();
        await page.waitForURL(url);
        await assertComes(() => choicesOn(page), choices, `back at ${url}`);
      }
      await page.goto('about:blank');
      await page.goto(last.url);
      await assertComes(() => choicesOn(page), last.choices, `opened at ${last.url}`);
    });
  }
});
