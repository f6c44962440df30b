/** `npm run interop` where tool chains are missing or do not work: it reports what it skipped, and what failed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Runs the script where these shell scripts are the only programs. */
function interop(t: CleanUp, programs: Readonly<Record<string, string>>, ...names: string[]) {
  const folder = temporaryFolder(t);
  const temporary = temporaryFolder(t);
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const ran = spawnSync(process.execPath, [join(ROOT, 'scripts/interop.ts'), ...names], {
    env: { PATH: folder, TMPDIR: temporary },
    encoding: 'utf8',
  });
  assert.deepEqual(readdirSync(temporary), [], 'it cleans up');
  return { status: ran.status, output: ran.stdout + ran.stderr };
}

describe('interop', () => {
  it('skips every language whose tool chain is missing, with a sentence, and does not fail', (t) => {
    const { status, output } = interop(t, {});
    const lines = output.trimEnd().split('\n');
    assert.equal(status, 0, output);
    for (const line of lines) assert.match(line, /^skipped \S+ +there is no \w+.* on this machine$/);
    const folders = readdirSync(join(ROOT, 'examples'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const programs = folders.map(({ name }) => name).filter((name) => name !== 'cluster');
    assert.deepEqual(lines.map((line) => line.split(/ +/)[1]).sort(), programs.sort());
  });

  it('skips a client that cannot be obtained, and shows the output of the tool', (t) => {
    const { status, output } = interop(
      t,
      { go: 'echo resolving; echo "go: no such module: 403 Forbidden" >&2; exit 1' },
      'go',
    );
    assert.equal(status, 0, output);
    assert.equal(output, 'skipped go          go mod tidy ended with 1: go: no such module: 403 Forbidden\n');
  });

  it('fails when a program exits with another code than 0, and shows its output', (t) => {
    const programs = { bash: '[ "$1" = -n ] && exit 0; echo "at $MILLRACE_ENDPOINT"; exit 3', jq: '', aliyun: '' };
    const { status, output } = interop(t, programs, 'aliyun-cli');
    assert.equal(status, 1);
    assert.match(output, /^failed {2}aliyun-cli {2}bash example\.sh ended with 3\n {2}at http:\/\/127\.0\.0\.1:\d+\n$/);
  });

  it('passes when the program exits with 0', (t) => {
    const { status, output } = interop(t, { bash: 'exit 0', jq: '', aliyun: '' }, 'aliyun-cli');
    assert.equal(status, 0, output);
    assert.match(output, /^passed {2}aliyun-cli {2}with aliyun in \d+\.\d s\n$/);
  });

  it('refuses the name of an example that does not exist', (t) => {
    const { status, output } = interop(t, {}, 'cobol');
    assert.equal(status, 1);
    assert.match(output, /^interop: there is no example "cobol": python, /);
  });
});
