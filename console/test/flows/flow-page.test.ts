/** The page of a flow in a browser: each tab, a run, changes by two people, and a flow that goes away. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { EXAMPLES } from '../../src/pages/flows/examples.ts';
import { LOOKS, WHERE_IT_RUNS, assertComes, lookName, openConsole } from '../support/browser.ts';
import { PASS, WAIT, createFlow, startConsole, startExecution } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

/** May see flows and change none. */
const READER = { accessKeyId: 'READERKEY0000001', accessKeySecret: 'a-secret-of-the-reader-key-00001' };
const SETTINGS = `keys:
  - accessKeyId: ${READER.accessKeyId}
    accessKeySecret: ${READER.accessKeySecret}
    policies:
      - Version: '1'
        Statement: [{ Effect: Allow, Action: ['fnf:List*', 'fnf:Describe*'], Resource: 'acs:fnf:*:*:*' }]
`;

const OFFER = EXAMPLES.find(({ name }) => name === 'offer')?.definition ?? '';
const HELLO = EXAMPLES.find(({ name }) => name === 'hello')?.definition ?? '';

/** The example under the name of the flow, so that there is no warning. */
function hello(name: string): string {
  return HELLO.replace('Name: hello', `Name: ${name}`);
}

/** The text of the editor, which is in a shadow root. */
async function editorText(page: Page): Promise<string> {
  return (await page.locator('.cm-line').allTextContents()).join('\n');
}

/** Puts the cursor behind the last character of the text. */
async function typeAtEnd(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').first().click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(text);
}

describe('the page of a flow', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
    await createFlow(server, 'offer', OFFER, { mode: 'Express', description: 'Makes offers 报价 🎉' });
    for (let i = 0; i < 3; i++) await server.call('PublishFlowVersion', { FlowName: 'offer', Description: `v ${i}` });
    await server.call('CreateFlowAlias', {
      FlowName: 'offer',
      Name: 'prod',
      RoutingConfigurations: [
        { Version: '1', Weight: 90 },
        { Version: '2', Weight: 10 },
      ],
    });
    await server.call('CreateSchedule', {
      FlowName: 'offer',
      ScheduleName: 'nightly',
      CronExpression: 'CRON_TZ=Asia/Shanghai 0 0 3 * * ?',
      Payload: '{"id":12345678901234567890}',
    });
    await server.call('UpdateFlow', {
      Name: 'offer',
      Definition: OFFER.replace('Timeout: 5', 'Timeout: 7'),
      Environment: { Variables: [{ Name: 'REGION', Value: '007', Description: 'Where' }] },
    });
  });

  for (const look of LOOKS) {
    for (const tab of ['definition', 'versions', 'schedules', 'settings', 'run'] as const) {
      it(`${tab} looks well: ${lookName(look)}`, async (t) => {
        const at = tab === 'run' ? '#/flows/offer?tab=settings&run=prod' : `#/flows/offer?tab=${tab}`;
        const { page, axe, screenshot } = await openConsole(t, server, { ...look, at });
        if (tab === 'definition') {
          await page.locator('.cm-content').waitFor();
          await page.locator('[data-node="0"]').waitFor();
        } else if (tab === 'versions') await page.locator('.diff').waitFor();
        else if (tab === 'run') await page.getByRole('textbox', { name: 'priceUrl' }).waitFor();
        else
          await page
            .locator(tab === 'settings' ? '.facts' : '.next-times')
            .first()
            .waitFor();
        await screenshot(`flow-${tab}-${lookName(look)}`);
        await axe();
      });
    }
  }

  it('leads from a line to the graph and from the graph to a line', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/flows/offer?line=14' });
    await page.locator('.graph-node.selected').getByText('Price').waitFor();
    await page.locator('.graph-node', { hasText: 'OfferLater' }).last().click();
    await page.locator('.cm-activeLine', { hasText: 'Type: Succeed' }).waitFor();
    await page.locator('.graph-node.selected').getByText('OfferLater').waitFor();
  });

  it('shows the problems of the text and the last good graph', async (t) => {
    await createFlow(server, 'faulty', hello('faulty'), { mode: 'Express' });
    const { page, axe } = await openConsole(t, server, { at: '#/flows/faulty' });
    await page.getByText('No problems').waitFor();
    await typeAtEnd(page, 'Nonsense: 1\n');
    const problem = page.locator('.problem').first();
    await problem.getByText(/Nonsense/).waitFor();
    await typeAtEnd(page, 'StartAt: Nowhere\n');
    await page.getByText(/1 error/).waitFor();
    await page.locator('.graph-node').getByText('Greet').waitFor();
    await page.getByText('The graph shows the last text without.').waitFor();
    await axe();
    // A text with errors is not sent; the cursor goes to the first of them.
    await page.keyboard.press('Control+s');
    await page.getByText('The definition has errors and cannot be saved.').waitFor();
    const { Definition } = await server.call('DescribeFlow', { Name: 'faulty' });
    assert.equal(Definition, hello('faulty'));
  });

  it('saves with a key, and its draft outlives the tab and a new load of the page', async (t) => {
    await createFlow(server, 'drafted', hello('drafted'), { mode: 'Express' });
    const { page } = await openConsole(t, server, { at: '#/flows/drafted' });
    await page.getByText('No problems').waitFor();
    await typeAtEnd(page, '# a comment\n');
    await page.getByText('Unsaved changes').waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('link', { name: /^Definition/ }).click();
    await page.getByText('These are your unsaved changes from before.').waitFor();
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.locator('.cm-line', { hasText: '# a comment' }).waitFor();
    await page.locator('.cm-content').first().click();
    await page.keyboard.press('Control+s');
    await page.getByText('The definition was saved.').waitFor();
    const { Definition } = await server.call('DescribeFlow', { Name: 'drafted' });
    assert.equal(Definition, `${hello('drafted')}# a comment\n`);
    await page.getByText('Unsaved changes').waitFor({ state: 'detached' });
  });

  it('follows a change by someone else, and asks before it is replaced', async (t) => {
    await createFlow(server, 'shared', hello('shared'), { mode: 'Express' });
    const { page, axe, screenshot } = await openConsole(t, server, { at: '#/flows/shared' });
    await page.getByText('No problems').waitFor();
    const theirs = hello('shared').replace('Hello', 'Good day');
    await server.call('UpdateFlow', { Name: 'shared', Definition: theirs });
    await page.locator('.cm-line', { hasText: 'Good day' }).waitFor();
    await typeAtEnd(page, '# mine\n');
    const again = theirs.replace('Good day', 'Good morning');
    await server.call('UpdateFlow', { Name: 'shared', Definition: again });
    await page.getByText(/Someone changed the definition/).waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('.cm-line', { hasText: 'Good morning' }).first().waitFor();
    await screenshot('flow-conflict');
    await axe();
    assert.equal((await server.call('DescribeFlow', { Name: 'shared' }))['Definition'], again);
    await dialog.getByRole('button', { name: 'Save mine all the same' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal((await server.call('DescribeFlow', { Name: 'shared' }))['Definition'], `${theirs}# mine\n`);
  });

  it('replaces no definition that the person has not seen, and says in the dialog why it could not', async (t) => {
    await createFlow(server, 'thrice', hello('thrice'), { mode: 'Express' });
    const { page, allow } = await openConsole(t, server, { at: '#/flows/thrice' });
    allow(/ERR_FAILED/);
    await page.getByText('No problems').waitFor();
    await typeAtEnd(page, '# mine\n');
    await server.call('UpdateFlow', { Name: 'thrice', Definition: hello('thrice').replace('Hello', 'Second') });
    await page.getByRole('button', { name: 'Show the difference' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('.cm-line', { hasText: 'Second' }).first().waitFor();
    const third = hello('thrice').replace('Hello', 'Third');
    await server.call('UpdateFlow', { Name: 'thrice', Definition: third });
    const overwrite = dialog.getByRole('button', { name: 'Save mine all the same' });
    await overwrite.click();
    await dialog.locator('.cm-line', { hasText: 'Third' }).first().waitFor();
    assert.equal((await server.call('DescribeFlow', { Name: 'thrice' }))['Definition'], third);
    await page.route('**/api/UpdateFlow', (route) => route.abort());
    await overwrite.click();
    await dialog.getByRole('alert').waitFor();
    await page.unroute('**/api/UpdateFlow');
    await overwrite.click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal((await server.call('DescribeFlow', { Name: 'thrice' }))['Definition'], `${hello('thrice')}# mine\n`);
  });

  it('shows what changed after the page had loaded, and before its stream was open', async (t) => {
    await createFlow(server, 'early', hello('early'), { mode: 'Express' });
    const { page, context, goTo } = await openConsole(t, server, { at: '#/nowhere' });
    await page.getByText('There is no such screen').waitFor();
    const open = Promise.withResolvers<void>();
    await context.route('**/stream?*', async (route) => {
      await open.promise;
      await route.continue();
    });
    const asked = page.waitForRequest('**/stream?*');
    await goTo('#/flows/early');
    await page.getByText('No problems').waitFor();
    await asked;
    await server.call('UpdateFlow', { Name: 'early', Definition: hello('early').replace('Hello', 'Good day') });
    open.resolve();
    await page.locator('.cm-line', { hasText: 'Good day' }).waitFor();
  });

  it('says that the flow is gone, and has the text for copying', async (t) => {
    await createFlow(server, 'going', hello('going'), { mode: 'Express', description: 'Was here' });
    const { page, allow, axe } = await openConsole(t, server, { at: '#/flows/going' });
    allow(/404/);
    await page.getByText('No problems').waitFor();
    await typeAtEnd(page, '# not lost\n');
    await server.call('DeleteFlow', { Name: 'going' });
    await page.getByText('This flow was deleted meanwhile').waitFor();
    assert.match(await editorText(page), /# not lost/);
    assert.equal(await page.getByRole('button', { name: 'Run', exact: true }).getAttribute('aria-disabled'), 'true');
    assert.equal(await page.getByRole('button', { name: 'Save', exact: true }).getAttribute('aria-disabled'), 'true');
    await axe();
    await page.getByRole('button', { name: 'Create a flow with it' }).click();
    await page.getByRole('heading', { name: 'New flow' }).waitFor();
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'going');
    assert.equal(await page.getByRole('radio', { name: /^Express/ }).isChecked(), true);
    assert.equal(await page.getByLabel('Description', { exact: true }).inputValue(), 'Was here');
    await page.locator('.cm-line', { hasText: '# not lost' }).waitFor();
  });

  it('says that there is no flow of the name', async (t) => {
    const { page, allow, axe } = await openConsole(t, server, { at: '#/flows/nothing' });
    allow(/404/);
    await page.getByText('There is no flow “nothing”').waitFor();
    await axe();
  });

  it('runs with a form whose numbers lose no digit', async (t) => {
    const definition = hello('digits').replace('$Input.name', '$Input.id');
    await createFlow(server, 'digits', definition, { mode: 'Express' });
    const { page } = await openConsole(t, server, { at: '#/flows/digits?run=LATEST' });
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Type: id').selectOption('number');
    await dialog.getByLabel('id', { exact: true }).fill('12x');
    await dialog.getByText('This is not a number.').waitFor();
    await dialog.getByLabel('id', { exact: true }).fill('1234567890123456789');
    await dialog.getByRole('button', { name: 'JSON', exact: true }).click();
    await assertComes(
      () => dialog.getByLabel('Input', { exact: true }).inputValue(),
      '{\n  "id": 1234567890123456789\n}',
    );
    await dialog.getByLabel('Input', { exact: true }).fill('{"id": 1234567890123456788, }');
    await dialog.getByText('This is not JSON: line 1, column 29').waitFor();
    assert.equal(await dialog.getByRole('button', { name: 'Run', exact: true }).getAttribute('aria-disabled'), 'true');
    await dialog.getByLabel('Input', { exact: true }).fill('{"id": 1234567890123456788}');
    await dialog.getByRole('button', { name: 'Form', exact: true }).click();
    await assertComes(() => dialog.getByLabel('id', { exact: true }).inputValue(), '1234567890123456788');
    await dialog.getByRole('button', { name: 'Save this input' }).click();
    await dialog.getByLabel('Name of the input').fill('long');
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.getByRole('button', { name: 'Run', exact: true }).click();
    await dialog.getByText('Hello, 1234567890123456788!').waitFor();
    await dialog.locator('summary').click();
    await dialog.locator('.sample').getByText('1234567890123456788').waitFor();
    await page.reload();
    await dialog.getByLabel('Saved inputs').selectOption('long');
    await assertComes(() => dialog.getByLabel('id', { exact: true }).inputValue(), '1234567890123456788');
  });

  it('starts a Standard execution once, and goes to it', async (t) => {
    await createFlow(server, 'standard', WAIT);
    const { page, requests } = await openConsole(t, server, { at: '#/flows/standard' });
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name of the execution').fill('first run');
    await dialog.getByText(/A name has 1 to 128 characters/).waitFor();
    await dialog.getByLabel('Name of the execution').fill('first-run');
    await dialog.getByRole('button', { name: 'Run', exact: true }).dblclick();
    await page.waitForURL(/#\/flows\/standard\/executions\/first-run$/);
    assert.equal(requests.filter((each) => each.url().endsWith('/api/StartExecution')).length, 1);
  });

  it('publishes a version, and leads an alias to two', async (t) => {
    await createFlow(server, 'released', PASS);
    const { page, allow } = await openConsole(t, server, { at: '#/flows/released?tab=versions' });
    // A version that an alias leads to is not deleted.
    allow(/409/);
    for (const about of ['One', 'Two']) {
      await page.getByRole('button', { name: 'Publish a version' }).click();
      await page.getByRole('dialog').getByLabel('Description').fill(about);
      await page.getByRole('dialog').getByRole('button', { name: 'Publish a version' }).click();
      await page.getByRole('cell', { name: about }).waitFor();
      // The stream may have brought the version before the reply closes the dialog, whose button has the same name.
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Create an alias' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('live');
    await dialog.getByLabel('Version', { exact: true }).selectOption('1');
    await dialog.getByLabel('Second version').selectOption('2');
    await dialog.getByLabel('Weight').first().fill('3');
    await dialog.getByLabel('Weight').last().fill('1');
    await dialog.getByText(/Version 1: 75%, Version 2: 25%/).waitFor();
    await dialog.getByRole('button', { name: 'Save' }).click();
    // Its own text says the same.
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Version 1: 75%').waitFor();
    await page.getByRole('button', { name: 'Delete: Version 1' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Delete: live' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No alias yet').waitFor();
  });

  it('creates a schedule, turns it off and deletes it', async (t) => {
    await createFlow(server, 'scheduled', PASS);
    const { page, axe } = await openConsole(t, server, { at: '#/flows/scheduled?tab=schedules' });
    await page.getByRole('button', { name: 'Create a schedule' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('daily');
    await dialog.getByLabel('Expression').fill('0 3 * * ?');
    await dialog.getByText(/has 5 fields/).waitFor();
    await dialog.getByRole('button', { name: 'Every day at 03:00' }).click();
    await dialog.getByText('Next times:').waitFor();
    await dialog.getByLabel('Payload').fill('{"a": ');
    await dialog.getByText('It begins like JSON and is not JSON.').waitFor();
    await dialog.getByLabel('Payload').fill('{"a": 1}');
    await axe();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('switch', { name: 'Disable “daily”' }).click();
    await page.getByRole('switch', { name: 'Enable “daily”' }).waitFor();
    assert.equal(
      (await server.call('DescribeSchedule', { FlowName: 'scheduled', ScheduleName: 'daily' }))['Enable'],
      false,
    );
    await page.getByRole('button', { name: 'Delete: daily' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No schedule yet').waitFor();
  });

  it('saves variables as they are written, and sees those of someone else first', async (t) => {
    await createFlow(server, 'configured', PASS);
    const { page } = await openConsole(t, server, { at: '#/flows/configured?tab=settings' });
    await page.getByRole('button', { name: 'Paste lines' }).click();
    await page.getByLabel('Paste lines').last().fill('B=0012345678901234567890\nA = "x = y"');
    await page.getByRole('button', { name: 'Take over' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The settings were saved.').waitFor();
    const variables = async (): Promise<unknown> =>
      ((await server.call('DescribeFlow', { Name: 'configured' }))['Environment'] as { Variables: unknown }).Variables;
    assert.deepEqual(await variables(), [
      { Name: 'B', Value: '0012345678901234567890', Description: '' },
      { Name: 'A', Value: 'x = y', Description: '' },
    ]);
    await page.getByLabel('Value: A').fill('mine');
    await server.call('UpdateFlow', {
      Name: 'configured',
      Environment: { Variables: [{ Name: 'A', Value: 'theirs' }] },
    });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('A=theirs').waitFor();
    await page.getByRole('button', { name: 'Take the new ones' }).click();
    await assertComes(() => page.getByLabel('Value: A').inputValue(), 'theirs');
  });

  it('deletes only with the name typed, and says what goes along', async (t) => {
    await createFlow(server, 'doomed', WAIT);
    await startExecution(server, 'doomed', { name: 'one' });
    await server.call('PublishFlowVersion', { FlowName: 'doomed' });
    const { page, axe, screenshot } = await openConsole(t, server, { at: '#/flows/doomed' });
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^1 running execution/).waitFor();
    await dialog.getByText('1 version').waitFor();
    await screenshot('flow-delete');
    await axe();
    const button = dialog.getByRole('button', { name: 'Delete', exact: true });
    assert.equal(await button.getAttribute('aria-disabled'), 'true');
    await dialog.getByLabel(/To confirm, type the name of the flow/).fill('doomed');
    await button.click();
    await page.waitForURL(/#\/flows$/);
    await page.getByText('The flow “doomed” was deleted.').waitFor();
  });
});

describe('a key that may only read', WHERE_IT_RUNS, () => {
  it('sees the flow, and hears why it cannot change it', async (t) => {
    const server = await startConsole(t, { auth: 'on', settings: SETTINGS });
    await createFlow(server, 'hello', HELLO, { mode: 'Express' });
    const { page, allow } = await openConsole(t, server, { at: '#/flows/hello?tab=settings', key: READER });
    allow(/403/);
    await page.getByLabel('Description', { exact: true }).fill('Mine');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The access key of this session may not do this.').waitFor();
    assert.equal(await page.getByLabel('Description', { exact: true }).inputValue(), 'Mine');
  });
});
