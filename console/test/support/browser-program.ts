/** The program of a Chromium on this machine, and the arguments with which it needs neither a screen nor a network. */
import { existsSync } from 'node:fs';

const PROGRAMS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const BROWSER_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Null if there is none. MILLRACE_TEST_BROWSER names another program. */
export function browserProgram(): string | null {
  const given = process.env['MILLRACE_TEST_BROWSER'];
  return given ?? PROGRAMS.find((file) => existsSync(file)) ?? null;
}
