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
  /** Of npm: which packages may run a script when they are installed. */
  readonly allowScripts: Readonly<Record<string, boolean>>;
}
const manifest = JSON.parse(read('package.json')) as Manifest;

interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}
interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: true;
  readonly hasInstallScript?: true;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const { packages } = JSON.parse(read('package-lock.json')) as Lock;

test('the lock file names no registry and matches package.json', () => {
  const resolved = Object.entries(packages).filter(([, { resolved, link }]) => resolved !== undefined && link !== true);
  assert.deepEqual(
    resolved.map(([path]) => path),
    [],
  );
  assert.equal(packages['']?.version, manifest.version);
  assert.deepEqual(packages['']?.dependencies, manifest.dependencies);
});

test('the lock file has the hash of every package, so npm ci refuses a changed one', () => {
  const installed = Object.entries(packages).filter(
    ([path, { link }]) => path.includes('node_modules/') && link !== true,
  );
  assert.ok(installed.length > 100);
  const without = installed.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'));
  assert.deepEqual(
    without.map(([path]) => path),
    [],
  );
});

test('no package runs a script when it is installed: a script can load what the lock file does not hold', () => {
  const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  const names = scripted.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  assert.deepEqual(
    names.filter((name) => manifest.allowScripts[name] !== false),
    [],
  );
});

test('the Node of the repository is a pinned binary for each platform, and never part of the package', () => {
  const node = JSON.parse(read('tools/node/package.json')) as { optionalDependencies: Record<string, string> };
  for (const [name, version] of Object.entries(node.optionalDependencies)) {
    assert.match(version, /^24\.\d+\.\d+$/, `${name}: an exact version`);
    assert.equal(packages[`node_modules/${name}`]?.version, version);
  }
  assert.ok(!manifest.files.some((path) => path.startsWith('tools')));
  assert.ok(!Object.values(manifest.dependencies).some((version) => version.startsWith('file:')));
});

test('the lock file has the binaries of every platform, without which npm ci refuses it', () => {
  const holds = (owner: string, name: string): boolean => {
    for (let base = owner; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
      if (packages[`${base === '' ? '' : `${base}/`}node_modules/${name}`] !== undefined) return true;
      if (base === '') return false;
    }
  };
  const missing = Object.entries(packages).flatMap(([owner, { optionalDependencies = {} }]) =>
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
