/** The built files of the console, in folders of the test: none, one build, and another one while the server runs. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemScheduler } from '../../src/base/scheduler.ts';
import { Assets } from '../../src/console/assets.ts';
import { temporaryFolder } from '../../src/testing/index.ts';

function write(folder: string, files: Readonly<Record<string, string>>, builtS: number): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  utimesSync(join(folder, 'index.html'), builtS, builtS);
}

test('a clone without a build answers with a page that says so, until it has one', async (t) => {
  const folder = join(temporaryFolder(t), 'web');
  const assets = new Assets(systemScheduler, `${folder}/`);
  const page = await assets.answer('', '');
  assert.equal(page?.status, 503);
  assert.match(String(page.body), /not built.*npm start.*console\/build\.ts/);
  assert.equal(await assets.answer('index.html', ''), null);
  write(folder, { 'index.html': 'page' }, 1_000);
  assert.equal(String((await assets.answer('', ''))?.body), 'page');
});

test('another build takes the place of one, and a file that is gone is no file', async (t) => {
  const folder = join(temporaryFolder(t), 'web');
  const assets = new Assets(systemScheduler, `${folder}/`);
  write(folder, { 'index.html': 'one', 'app-AAAAAAAA.js': 'a', 'later-AAAAAAAA.js': 'l' }, 1_000);
  assert.equal(String((await assets.answer('', ''))?.body), 'one');
  assert.equal(String((await assets.answer('app-AAAAAAAA.js', ''))?.body), 'a');
  write(folder, { 'index.html': 'two', 'app-BBBBBBBB.js': 'b' }, 2_000);
  // A page of the first build still asks for its files.
  assert.equal(String((await assets.answer('app-AAAAAAAA.js', ''))?.body), 'a');
  assert.equal(await assets.answer('later-AAAAAAAA.js', ''), null);
  assert.equal(String((await assets.answer('', ''))?.body), 'two');
  assert.equal(String((await assets.answer('app-BBBBBBBB.js', ''))?.body), 'b');
  assert.equal(await assets.answer('app-AAAAAAAA.js', ''), null);
});

test('a folder among the files is no file', async (t) => {
  const folder = join(temporaryFolder(t), 'web');
  write(folder, { 'index.html': 'page' }, 1_000);
  mkdirSync(join(folder, 'more'));
  const assets = new Assets(systemScheduler, `${folder}/`);
  assert.equal(await assets.answer('more', ''), null);
  assert.equal(await assets.answer('..', ''), null);
  assert.equal(await assets.answer('../web/index.html', ''), null);
});
