/**
 * The browser of the tests of one file: a Chromium of the system, which playwright-core drives. Where there is none, the tests are
 * skipped with a sentence; with CI they fail.
 */
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { fileEnd } from '../../../test/support/at-end.ts';
import { BROWSER_ARGUMENTS, browserProgram } from './browser-program.ts';

const program = browserProgram();

/** For the tests of a file: skips them where there is no browser and need not be one. */
export const WHERE_IT_RUNS = {
  skip:
    program === null &&
    process.env['CI'] === undefined &&
    'There is no Chromium here. Install one, or name its program in MILLRACE_TEST_BROWSER.',
};

let starting: Promise<Browser> | null = null;

/** The browser of this process, with an empty profile. The first call starts it, and it ends with the tests of the file. */
export function testBrowser(): Promise<Browser> {
  starting ??= start();
  return starting;
}

async function start(): Promise<Browser> {
  if (program === null) {
    throw new Error(
      'The tests of the console need a Chromium, for example `apt-get install chromium`, and CI does not skip them.',
    );
  }
  const browser = await chromium.launch({ executablePath: program, args: [...BROWSER_ARGUMENTS] });
  fileEnd.after(() => browser.close());
  return browser;
}
