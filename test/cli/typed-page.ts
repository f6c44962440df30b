/**
 * Types the commands of a paper into a shell, one after the other, as a reader does. Only the ports and the path of the program
 * differ from the printed ones.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { startServer } from '../../src/testing/server-process.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';

type Server = Awaited<ReturnType<typeof startServer>>;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

export const hasCurl = await execute('curl', ['--version']).then(
  () => true,
  () => false,
);

/** A paper of the repository, with the commands in it. */
export class Page {
  readonly text: string;

  constructor(path: string) {
    this.text = readFileSync(join(ROOT, path), 'utf8');
  }

  /** The lines of the shell blocks below a heading of the second level. */
  linesBelow(heading: string): string[] {
    const part = this.text.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
    assert.ok(part !== undefined, heading);
    return [...part.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'));
  }
}

/** `examples/approver.mjs` as a process of its own, on a free port or on the one given. */
export class Desk {
  #program: ChildProcess | null = null;
  url = '';

  async start(cleanUp: CleanUp): Promise<void> {
    const program = spawn(process.execPath, [join(ROOT, 'examples/approver.mjs')], {
      env: { ...process.env, PORT: this.url === '' ? '0' : new URL(this.url).port },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanUp.after(() => program.kill());
    this.#program = program;
    for await (const text of program.stdout.iterator({ destroyOnReturn: false })) {
      const url = /listening on (\S+)/.exec(String(text))?.[1];
      if (url !== undefined) {
        program.stdout.resume();
        this.url = url;
        return;
      }
    }
    assert.fail('examples/approver.mjs does not listen');
  }

  async stop(): Promise<void> {
    const program = this.#program;
    assert.ok(program !== null);
    program.kill();
    await once(program, 'exit');
  }
}

/** A server without authentication, the approver, and a folder with the examples in which commands run. */
export class Typist {
  readonly desk = new Desk();
  readonly #folder: string;
  readonly #server: Server;

  private constructor(folder: string, server: Server) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(cleanUp: CleanUp): Promise<Typist> {
    const folder = temporaryFolder(cleanUp);
    const server = await startServer(cleanUp, {
      env: {
        MILLRACE_AUTH: 'off',
        MILLRACE_ACCESS_KEY_ID: null,
        MILLRACE_ACCESS_KEY_SECRET: null,
        // The settings file that the pages name; it adds a bucket, which only their Map over a file uses.
        MILLRACE_CONFIG: join(ROOT, 'examples/millrace.json'),
      },
    });
    const typist = new Typist(folder, server);
    cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
    await typist.desk.start(cleanUp);
    const flow = join(folder, 'examples/approval.yaml');
    writeFileSync(flow, readFileSync(flow, 'utf8').replace('http://127.0.0.1:7781', typist.desk.url));
    return typist;
  }

  /** Returns the standard output of the command. @throws when it ends with another code than 0 */
  async type(line: string): Promise<string> {
    const typed = line
      .replaceAll('http://127.0.0.1:7780', this.#server.url)
      .replaceAll('http://127.0.0.1:7781', this.desk.url)
      .replace('npx millrace', `'${process.execPath}' '${join(ROOT, 'bin/millrace.js')}'`)
      .replace('npx node examples/', `'${process.execPath}' '${ROOT}'/examples/`);
    const { endpoint, folder, url } = this.#server;
    const env = { ...process.env, MILLRACE_LISTEN: endpoint, MILLRACE_DATA: folder, MILLRACE_ENDPOINT: url };
    return (await execute('sh', ['-c', typed], { cwd: this.#folder, env })).stdout;
  }

  /** Types the one line that has all of `words`. */
  typeLine(lines: readonly string[], ...words: string[]): Promise<string> {
    const found = lines.filter((line) => words.every((word) => line.includes(word)));
    assert.equal(found.length, 1, words.join(' '));
    return this.type(found[0] as string);
  }

  /** Waits for the acceptance of the task's call, which comes after the answer of StartExecution. */
  async whenCalled(flow: string, order: string): Promise<void> {
    const why = `MILLRACE_AUTH=off npx millrace why ${flow} ${order}`;
    for (let tries = 0; tries < 100; tries++) if ((await this.type(why)).includes('has accepted the work')) return;
    assert.fail(`the task of ${order} was not accepted`);
  }
}

/** The output of `millrace why` that a page prints. */
export function printedWaits({ text }: Page): string {
  return withoutTimes(/^```text\n([\s\S]*?)^```/m.exec(text)?.[1] ?? '');
}

export function withoutTimes(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/waiting for .*?, since/, 'waiting for <a while>, since');
}
