/** The npm package: what it contains, and the commands that the README prints for it. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { fileEnd } from '../support/at-end.ts';
import { Page } from './typed-page.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);
const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};

/** The files that `npm pack` would put into the package, without those of the build. */
async function packedFiles(): Promise<readonly string[]> {
  const { stdout } = await execute('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT });
  // npm 12 names the package, earlier versions list it.
  const printed = JSON.parse(stdout) as Record<string, { files: { path: string }[] }>;
  const [packed] = Object.values(printed);
  return (packed?.files ?? []).map(({ path }) => path).filter((path) => !path.startsWith('dist/'));
}

describe('the npm package', () => {
  let files: readonly string[];
  let folder: string;

  before(async () => {
    files = await packedFiles();
    folder = temporaryFolder(fileEnd);
    const home = join(folder, 'node_modules/millrace');
    for (const path of files) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      cpSync(join(ROOT, path), join(home, path));
    }
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    await execute(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', join(home, 'dist')], {
      cwd: ROOT,
    });
    // Only what an install of the package would bring: its dependencies, and theirs beside them.
    for (const name of closure(Object.keys(dependencies))) {
      const at = join(folder, 'node_modules', name);
      mkdirSync(dirname(at), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), at);
    }
  });

  it('contains every file that its pages link to', () => {
    const dangling = files
      // It links to the test of each rule, and says that these are in the repository.
      .filter((path) => path.endsWith('.md') && path !== 'docs/compatibility.md')
      .flatMap((page) =>
        [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link = '']) => ({
          page,
          link,
          target: normalize(join(dirname(page), link)).replace(/\/$/, ''),
        })),
      )
      .filter(({ target }) => !files.some((path) => path === target || path.startsWith(`${target}/`)));
    assert.deepEqual(dangling, []);
  });

  it('serves, and runs the commands that the README prints for it', async () => {
    const lines = new Page('README.md').linesBelow('From the package');
    assert.ok(lines.includes('MILLRACE_AUTH=off npx millrace serve'));
    const calls = lines.filter((line) => line.startsWith('npx millrace call'));
    assert.equal(calls.length, 2);

    const launcher = join(folder, 'node_modules/millrace/bin/millrace.js');
    const own = { MILLRACE_AUTH: 'off', MILLRACE_LISTEN: '127.0.0.1:0', MILLRACE_DATA: join(folder, 'data') };
    const env = { ...process.env, ...own };
    const server = spawn(process.execPath, [launcher, 'serve'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    fileEnd.after(() => server.kill('SIGKILL'));
    const [ready] = (await once(server.stdout, 'data')) as [Buffer];
    const url = /http:\S+/.exec(String(ready))?.[0] ?? '';

    const typed = ['export MILLRACE_AUTH=off', ...calls].join(' && ');
    const script = typed.replaceAll('npx millrace', `'${process.execPath}' '${launcher}'`);
    const { stdout } = await execute('sh', ['-c', script], { cwd: folder, env: { ...env, MILLRACE_ENDPOINT: url } });
    assert.match(stdout, /Hello, Ada!/);
    server.kill('SIGTERM');
    assert.deepEqual(await once(server, 'exit'), [0, null]);
    // The compiled files alone did it.
    assert.ok(!readdirSync(join(folder, 'node_modules/millrace')).includes('src'));
  });
});

function closure(names: readonly string[], found = new Set<string>()): Set<string> {
  for (const name of names) {
    if (found.has(name) || !existsSync(join(ROOT, 'node_modules', name))) continue;
    found.add(name);
    const manifest = readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
    closure(Object.keys((JSON.parse(manifest) as { dependencies?: object }).dependencies ?? {}), found);
  }
  return found;
}
