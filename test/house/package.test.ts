/** package.json, its lock file, and the launcher. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, filesBelow, read } from './tree.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(read('package.json')) as Manifest;

test('the lock file names no registry and matches package.json', () => {
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, Record<string, unknown>> };
  const resolved = Object.entries(lock.packages).filter(([, entry]) => 'resolved' in entry);
  assert.deepEqual(
    resolved.map(([path]) => path),
    [],
  );
  assert.equal(lock.packages['']?.['version'], manifest.version);
  assert.deepEqual(lock.packages['']?.['dependencies'], manifest.dependencies);
});

test('the lock file has the binaries of every platform, without which npm ci refuses it', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const holds = (owner: string, name: string): boolean => {
    for (let base = owner; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
      if (lock.packages[`${base === '' ? '' : `${base}/`}node_modules/${name}`] !== undefined) return true;
      if (base === '') return false;
    }
  };
  const missing = Object.entries(lock.packages).flatMap(([owner, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !holds(owner, name)),
  );
  assert.deepEqual(missing, []);
});

test('the files that the package names exist', () => {
  const present = filesBelow('');
  for (const path of Object.values(manifest.bin)) assert.ok(present.includes(path), path);
  for (const name of manifest.files.filter((each) => each !== 'dist')) {
    assert.ok(
      present.some((path) => path === name || path.startsWith(`${name}/`)),
      name,
    );
  }
});

test('every script that a paper or another script names exists', () => {
  const papers = filesBelow('').filter((path) => path.endsWith('.md') || path === '.ci/run' || path === 'package.json');
  for (const path of papers) {
    for (const match of read(path).matchAll(/npm run ([a-z][a-z:-]*)/g)) {
      assert.ok(manifest.scripts[match[1] as string] !== undefined, `${path}: npm run ${match[1]}`);
    }
  }
});

test('an old Node prints a sentence, not a syntax error', () => {
  const disguise =
    "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})";
  const args = ['--import', disguise, join(ROOT, 'bin/millrace.js'), '--version'];
  const ran = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(ran.status, 1);
  assert.equal(ran.stdout, '');
  assert.match(ran.stderr, /^millrace needs Node\.js 24 or later\b.*\n$/);
});
