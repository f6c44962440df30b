/** Texts of every kind where the API takes them, on every screen that shows them: as text, whole, and without breaking the layout. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { SAMPLE_KINDS, SAMPLE_TITLES } from '../../src/parts/call-samples.ts';
import { WHERE_IT_RUNS, openConsole } from '../support/browser.ts';
import { createFlow, endOf, startConsole } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const LONG_NAME = `a${'-very-long-name'.repeat(9)}`.slice(0, 128);
/** Right-to-left marks too, which could turn around what is beside them. */
const RTL = 'שלום \u202Eabc עולם';
const MARKUP = '<script>alert(1)</script><img src=x onerror=alert(1)>';
const EMOJI = '👩‍👩‍👧‍👦🏳️‍🌈';
const STATE = `订单 ${EMOJI} ${RTL} ${MARKUP}`.slice(0, 128);
const ANY = `说明 ${EMOJI} ${RTL} ${MARKUP} ${'W'.repeat(300)}`;
const DIGITS = '1234567890123456789';

function deep(levels: number): string {
  return `${'{"a":['.repeat(levels / 2)}${DIGITS}${']}'.repeat(levels / 2)}`;
}

const HOSTILE = `{"n":${DIGITS},"small":-0.1,"__proto__":{"polluted":${DIGITS}},"constructor":{"prototype":1},"toString":"${MARKUP.replaceAll('"', '')}","":"","a/b~c":1,"deep":${deep(180)},"big":"${'x'.repeat(60_000)}"}`;

/** No part of the page is wider than the window. */
async function fits(page: Page): Promise<void> {
  const { wide, window: width } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    window: innerWidth,
  }));
  assert.ok(wide <= width, `${wide} of ${width} pixels`);
}

describe('texts of every kind', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(
      server,
      LONG_NAME,
      {
        StartAt: STATE,
        States: [
          { Type: 'Pass', Name: STATE, OutputConstructor: { 'all.$': '$Input', added: ANY }, Next: 'Send' },
          {
            Type: 'Task',
            Name: 'Send',
            Action: 'MNS:SendMessage',
            Parameters: { resourceArn: 'acs:mns:::/queues/q-1/messages', message: { 'x.$': '$Input.all.n', any: ANY } },
            Next: 'Fail',
          },
          { Type: 'Fail', Name: 'Fail', Error: 'Broken', Cause: ANY },
        ],
      },
      { description: ANY },
    );
    await server.call('PublishFlowVersion', { FlowName: LONG_NAME, Description: ANY });
    const routes = [{ Version: '1', Weight: 100 }];
    for (const Name of [LONG_NAME, 'b']) {
      const alias = { FlowName: LONG_NAME, Name, Description: ANY, RoutingConfigurations: routes };
      await server.call('CreateFlowAlias', alias);
    }
    await server.call('CreateSchedule', {
      ...{ FlowName: LONG_NAME, ScheduleName: LONG_NAME, CronExpression: '0 0 3 1 1 ?' },
      ...{ Description: ANY, Payload: HOSTILE },
    });
    await server.call('StartExecution', { FlowName: LONG_NAME, ExecutionName: LONG_NAME, Input: HOSTILE });
    await endOf(server, LONG_NAME, LONG_NAME);
  });

  const flow = `#/flows/${LONG_NAME}`;
  const execution = `${flow}/executions/${LONG_NAME}`;
  const SCREENS: readonly (readonly [string, string, string])[] = [
    ['flows', '#/flows', `text=${LONG_NAME}`],
    ['flow', flow, '[data-node] >> nth=0'],
    ['flow-executions', `${flow}?tab=executions`, '.windowed-row >> nth=0'],
    ['flow-versions', `${flow}?tab=versions`, '.versions-cards .table-scroll >> nth=1'],
    ['flow-schedules', `${flow}?tab=schedules`, `text=${LONG_NAME} >> nth=1`],
    ['flow-settings', `${flow}?tab=settings`, 'textarea >> nth=0'],
    ['flow-run', `${flow}?run=LATEST`, 'dialog textarea, dialog .input-form'],
    ['executions', '#/executions', '.windowed-row >> nth=0'],
    ['execution', execution, '.timeline-row >> nth=0'],
    ['execution-graph', `${execution}?tab=graph&e=2`, '[data-node] >> nth=0'],
    ['execution-events', `${execution}?tab=events&e=2`, '.event-row >> nth=3'],
    ['execution-data', `${execution}?tab=data&e=2`, '.data-step >> nth=1'],
    ['execution-definition', `${execution}?tab=definition`, '.definition-view .excerpt-line >> nth=3'],
    ['schedules', '#/schedules', `text=${LONG_NAME} >> nth=0`],
    ['messages', '#/messages', 'main li, main [role=option], .windowed-row'],
    ['system', '#/system', 'main h2 >> nth=0'],
  ];
  for (const look of [
    { width: 1440, height: 900, language: 'en' },
    { width: 400, height: 800, language: 'zh', theme: 'dark' },
    // Of 1440 × 900 at 200 %.
    { width: 720, height: 450, language: 'en' },
  ] as const) {
    it(`fit the screens, ${look.width} pixels wide`, async (t) => {
      const { page, goTo, screenshot, axe, still } = await openConsole(t, server, look);
      page.on('dialog', () => assert.fail('A script has run.'));
      for (const [name, at, shown] of SCREENS) {
        await goTo(at);
        await page.locator(shown).first().waitFor();
        await still();
        await screenshot(`texts-${name}-${look.width}`);
        await t.test(`${name} fits`, () => fits(page));
        await t.test(`${name}: axe`, () => axe());
      }
      assert.equal(await page.evaluate(() => (({}) as { polluted?: unknown }).polluted), undefined);
      assert.equal(await page.locator('main script, main img[src=x]').count(), 0);
    });
  }

  it('have every digit in the data, its differences, what is copied and what is downloaded', async (t) => {
    const { page, context, goTo } = await openConsole(t, server, { at: execution });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    // The browser puts a text there some time after the click.
    const copiedBy = async (button: Locator): Promise<string> => {
      await page.evaluate(() => navigator.clipboard.writeText(''));
      await button.click();
      let text = '';
      while (text === '') text = await page.evaluate(() => navigator.clipboard.readText());
      return text;
    };
    const input = page.getByRole('region', { name: 'Input' });
    await input.getByText(DIGITS).first().waitFor();
    const text = await copiedBy(input.getByRole('button', { name: 'Copy' }).first());
    assert.equal(text.split(DIGITS).length, 4);
    assert.ok(text.includes('"__proto__"') && text.includes('"constructor"'));
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the history' }).click();
    const stream = await (await downloading).createReadStream();
    let file = '';
    for await (const chunk of stream) file += String(chunk);
    assert.ok(file.split(DIGITS).length > 6);
    await goTo(`${execution}?tab=data&e=2`);
    await page.locator('.data-step').nth(1).waitFor();
    const data = await page.locator('.data-steps').innerText();
    assert.ok(data.split(DIGITS).length > 2, data.slice(0, 2000));
    assert.doesNotMatch(data, /1234567890123456[^7]/);
    await goTo(execution);
    await page.getByRole('button', { name: 'Copy as' }).click();
    const dialog = page.getByRole('dialog');
    for (const kind of ['Test', ...SAMPLE_KINDS.map((each) => SAMPLE_TITLES[each])]) {
      const choice = dialog.getByRole('group').getByRole('button', { name: kind, exact: true });
      await choice.click();
      await choice.and(page.locator('[aria-pressed=true]')).waitFor();
      const sample = await copiedBy(dialog.getByRole('button', { name: /^Cop(?:y|ied)$/ }));
      assert.ok(sample.includes(DIGITS), `${kind}: ${sample.slice(0, 500)}`);
    }
  });

  it('show where a definition has characters that no one sees', async (t) => {
    const { page, context, goTo } = await openConsole(t, server, { at: `${execution}?tab=definition` });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const line = page.locator('.excerpt-line').filter({ hasText: 'OutputConstructor' }).first();
    await line.waitFor();
    const unseen = page.locator('.excerpt-line').getByRole('img', { name: 'U+202E' });
    await unseen.first().waitFor();
    // Nothing behind it is turned around: the letters are in their order.
    const [a, c] = await unseen.first().evaluate((element) => {
      const text = element.nextSibling;
      const at = (index: number): number => {
        const range = document.createRange();
        range.setStart(text as Text, index);
        range.setEnd(text as Text, index + 1);
        return range.getBoundingClientRect().left;
      };
      return [at(0), at(2)] as const;
    });
    assert.ok(a < c, `a at ${a}, c at ${c}`);
    await page.getByRole('button', { name: 'Copy', exact: true }).first().click();
    assert.ok((await page.evaluate(() => navigator.clipboard.readText())).includes(RTL));
    await goTo(flow);
    await page.locator('.cm-specialChar').first().waitFor();
  });

  it('of 200 levels are opened level by level and stay on the screen', async (t) => {
    const { page, screenshot, still } = await openConsole(t, server, { at: execution });
    const input = page.getByRole('region', { name: 'Input' });
    await input.getByRole('button', { name: 'Open all' }).click();
    await still();
    await screenshot('payload-deep');
    await fits(page);
  });
});
