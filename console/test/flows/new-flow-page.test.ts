/** The screen that creates a flow, in a browser: examples, files, Amazon States Language, and a text of one's own. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileEnd } from '../../../test/support/at-end.ts';
import { EXAMPLES } from '../../src/pages/flows/examples.ts';
import { LOOKS, WHERE_IT_RUNS, assertComes, lookName, openConsole } from '../support/browser.ts';
import { startConsole } from '../support/console-server.ts';
import type { ConsoleServer } from '../support/console-server.ts';

const ASL = {
  Comment: 'An order',
  StartAt: 'Price',
  States: {
    Price: { Type: 'Pass', Result: { price: 3 }, ResultPath: '$.price', Next: 'Rest' },
    Rest: { Type: 'Wait', Seconds: 900, End: true },
  },
};

describe('a new flow', WHERE_IT_RUNS, () => {
  let server: ConsoleServer;
  before(async () => {
    server = await startConsole(fileEnd);
  });

  for (const look of [...LOOKS, { width: 3840, height: 2160 }]) {
    it(`looks well: ${lookName(look)}`, async (t) => {
      const { page, axe, screenshot } = await openConsole(t, server, { ...look, at: '#/new-flow?example=offer' });
      await page.locator('.cm-content').waitFor();
      await page.locator('.graph-node', { hasText: 'OfferLater' }).last().waitFor();
      await screenshot(`new-flow-${lookName(look)}`);
      await axe();
    });
  }

  it('puts each example into the editor, without a problem', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/new-flow' });
    for (const { name, title } of EXAMPLES) {
      await page.getByRole('button', { name: new RegExp(`^${title.en}`) }).click();
      await page
        .locator('.cm-line', { hasText: `Name: ${name}` })
        .first()
        .waitFor();
      await page.getByText('No problems').waitFor();
      await assertComes(() => page.getByLabel('Name', { exact: true }).inputValue(), name);
      await page.waitForURL(new RegExp(`example=${name}$`));
    }
  });

  it('changes the name inside the definition with the name of the flow, and asks before it drops a text', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/new-flow' });
    await page.getByLabel('Name', { exact: true }).fill('renamed');
    await page.locator('.cm-line', { hasText: 'Name: renamed' }).waitFor();
    await page.getByText('No problems').waitFor();
    await page.getByRole('button', { name: /^Call an HTTP service/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.locator('.cm-line', { hasText: 'Name: renamed' }).waitFor();
    await page.getByRole('button', { name: /^Call an HTTP service/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Replace it' }).click();
    await page.locator('.cm-line', { hasText: 'Name: fetch-page' }).waitFor();
  });

  it('takes a file, and converts one in Amazon States Language with its notes', async (t) => {
    const { page, axe, screenshot } = await openConsole(t, server, { at: '#/new-flow?from=file' });
    const file = page.locator('input[type=file]');
    const hello = EXAMPLES[0]?.definition ?? '';
    await file.setInputFiles({
      name: 'a file.yaml',
      mimeType: 'text/yaml',
      buffer: Buffer.from(hello.replace(/^Name: .*\n/m, '')),
    });
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.new-facts input')?.value === 'a-file');
    await axe();
    await file.setInputFiles({ name: 'bytes.yaml', mimeType: 'text/yaml', buffer: Buffer.from([0xff, 0xfe, 0x00]) });
    await page.getByText('The file is not text in UTF-8.').waitFor();
    await file.setInputFiles({ name: 'large.yaml', mimeType: 'text/yaml', buffer: Buffer.alloc(1024 * 1024 + 1, 'a') });
    await page.getByText('The file is larger than 1 MiB').waitFor();
    await file.setInputFiles({
      name: 'orders.asl.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify(ASL, null, 2)),
    });
    await page.waitForURL(/from=asl/);
    const note = page.getByRole('button', { name: /a Wait can take 300 seconds at most/ });
    await note.waitFor();
    await page.locator('.cm-line', { hasText: 'Name: orders' }).waitFor();
    await page.getByText('No problems').waitFor();
    await screenshot('new-flow-asl');
    await axe();
    await note.click();
    await page.waitForFunction(() => {
      const field = document.activeElement;
      if (!(field instanceof HTMLTextAreaElement)) return false;
      return field.value.slice(field.selectionStart, field.selectionEnd).includes('900');
    });
    await page.getByRole('button', { name: 'Create the flow' }).click();
    await page.getByRole('heading', { name: 'orders' }).waitFor();
  });

  it('has mode, description and text for later, and asks before it drops them then', async (t) => {
    const { page, goTo } = await openConsole(t, server, { at: '#/new-flow?example=offer' });
    await page.getByLabel('Name', { exact: true }).fill('kept');
    await page.getByLabel('Description', { exact: true }).fill('For later');
    assert.equal(await page.getByRole('radio', { name: /^Express/ }).isChecked(), true);
    await goTo('#/flows');
    await page.getByRole('heading', { name: 'Flows', level: 1 }).waitFor();
    await goTo('#/new-flow');
    await page.locator('.cm-line', { hasText: 'Name: kept' }).waitFor();
    assert.equal(await page.getByRole('radio', { name: /^Express/ }).isChecked(), true);
    assert.equal(await page.getByLabel('Description', { exact: true }).inputValue(), 'For later');
    await page.getByRole('button', { name: /^Call an HTTP service/ }).click();
    await page.getByRole('dialog').getByText('Replace your text?').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    // A file that does not get into the editor is not said to be there.
    await page.getByRole('link', { name: 'File' }).click();
    const buffer = Buffer.from((EXAMPLES[0]?.definition ?? '').replace('Name: hello', 'Name: from-file'));
    await page.locator('input[type=file]').setInputFiles({ name: 'a.yaml', mimeType: 'text/yaml', buffer });
    await page.getByRole('dialog').getByText('Replace your text?').waitFor();
    assert.equal(await page.getByText('“a.yaml” is in the editor.').count(), 0);
    await page.getByRole('dialog').getByRole('button', { name: 'Replace it' }).click();
    await page.getByText('“a.yaml” is in the editor.').waitFor();
    await page.locator('.cm-line', { hasText: 'Name: from-file' }).waitFor();
  });

  it('converts a file once, and not again when the person comes back to it', async (t) => {
    const { page, calls, settled } = await openConsole(t, server, { at: '#/new-flow?from=file' });
    const buffer = Buffer.from(JSON.stringify(ASL, null, 2));
    await page.locator('input[type=file]').setInputFiles({ name: 'o.json', mimeType: 'application/json', buffer });
    await page.getByText('The result is in the editor.').waitFor();
    await page.getByRole('link', { name: 'Example' }).click();
    await page.getByRole('button', { name: /^Call an HTTP service/ }).click();
    await page.locator('.cm-line', { hasText: 'Name: fetch-page' }).waitFor();
    await page.getByRole('link', { name: 'Import ASL' }).click();
    await page.getByLabel('Definition in Amazon States Language').waitFor();
    await settled();
    assert.equal(calls().filter((action) => action === 'ConvertDefinition').length, 1);
    await page.locator('.cm-line', { hasText: 'Name: fetch-page' }).waitFor();
  });

  it('says what cannot be converted, and leaves the editor as it was', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/new-flow?from=asl' });
    const text = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Pass', End: true } } });
    await page.getByLabel('Definition in Amazon States Language').fill(text);
    await page.getByRole('button', { name: 'Convert', exact: true }).click();
    await page.getByText('1 part cannot be converted').waitFor();
    await page.locator('.cm-line', { hasText: 'Name: hello' }).waitFor();
  });

  it('shows the errors of a text at their lines, and why the server refused', async (t) => {
    const { page, allow, requests } = await openConsole(t, server, { at: '#/new-flow?from=empty' });
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('StartAt: B');
    await page.getByText(/1 error/).waitFor();
    await page.getByRole('button', { name: 'Create the flow' }).click();
    await page.getByText('The definition has errors: correct them').waitFor();
    assert.equal(requests.filter((each) => each.url().endsWith('/api/CreateFlow')).length, 0);
    await page.waitForFunction(() => document.activeElement?.classList.contains('editor') === true);
    await page.keyboard.press('Control+End');
    for (let i = 0; i < 'StartAt: B'.length; i++) await page.keyboard.press('Backspace');
    await page.getByText('No problems').waitFor();
    await page.getByRole('button', { name: 'Create the flow' }).click();
    await page.getByRole('heading', { name: 'my-flow' }).waitFor();
    allow(/409/);
    await page.goBack();
    await page.getByRole('button', { name: 'Create the flow' }).click();
    await page.getByText(/already exists/).waitFor();
  });

  it('has the text again after a new load of the page', async (t) => {
    const { page } = await openConsole(t, server, { at: '#/new-flow' });
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('# not lost');
    await page.reload();
    await page.locator('.cm-line', { hasText: '# not lost' }).waitFor();
  });
});
