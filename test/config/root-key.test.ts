/** The root key that a server makes. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { SettingsFault } from '../../src/config/make.ts';
import { requirePrivateFile, requirePrivateFolder } from '../../src/config/private-files.ts';
import { loadOrCreateRootKey, readRootKey } from '../../src/config/root-key.ts';

const root = mkdtempSync(join(tmpdir(), 'millrace-key-'));
after(() => rmSync(root, { recursive: true, force: true }));

describe('root key', () => {
  it('is made once, in a folder for its user only, and never changes', () => {
    const folder = join(root, 'new', 'data');
    const made = loadOrCreateRootKey(folder);
    assert.equal(made.created, true);
    assert.match(made.accessKeyId, /^LTAI5t[A-Za-z0-9]{18}$/);
    assert.match(made.accessKeySecret.reveal(), /^[A-Za-z0-9]{30}$/);
    assert.equal(statSync(made.file).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(folder), ['root-key.json']);

    const again = loadOrCreateRootKey(folder);
    assert.equal(again.created, false);
    assert.equal(again.accessKeyId, made.accessKeyId);
    assert.equal(again.accessKeySecret.reveal(), made.accessKeySecret.reveal());
  });

  it('differs in another folder', () => {
    const [a, b] = [loadOrCreateRootKey(join(root, 'a')), loadOrCreateRootKey(join(root, 'b'))];
    assert.notEqual(a.accessKeyId, b.accessKeyId);
    assert.notEqual(a.accessKeySecret.reveal(), b.accessKeySecret.reveal());
  });

  it('does not appear in the fault of a damaged file', () => {
    const folder = join(root, 'bad');
    const { file } = loadOrCreateRootKey(folder);
    for (const text of [
      '',
      'hidden',
      '{"accessKeyId":"a"}',
      '{"accessKeyId":"a","accessKeySecret":"","x":"hidden"}',
      'null',
    ]) {
      writeFileSync(file, text);
      assert.throws(
        () => loadOrCreateRootKey(folder),
        (error: unknown) => {
          assert.ok(error instanceof SettingsFault);
          assert.match(
            error.message,
            /root-key\.json does not contain a valid key; restore a backup, or delete the file/,
          );
          assert.doesNotMatch(error.message, /hidden/);
          return true;
        },
      );
      assert.equal(readFileSync(file, 'utf8'), text);
    }
  });

  it('is not read from a file that another user can read, write, own or point elsewhere', () => {
    const { file } = loadOrCreateRootKey(join(root, 'shared'));
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o666]) {
      chmodSync(file, mode);
      assert.throws(() => readRootKey(join(root, 'shared')), /other users may read or write .*chmod 600/);
    }
    chmodSync(file, 0o400);
    assert.notEqual(readRootKey(join(root, 'shared')), null);

    const linked = join(root, 'linked');
    mkdirSync(linked);
    symlinkSync(file, join(linked, 'root-key.json'));
    assert.throws(() => loadOrCreateRootKey(linked), /is a symbolic link, and the server does not follow one/);

    withStranger(file, (user) => {
      const handle = openSync(file, 'r');
      try {
        assert.throws(() => requirePrivateFile(file, handle, user), /belongs to another user \(uid \d+\)/);
      } finally {
        closeSync(handle);
      }
    });
  });

  it('is not made in a folder that another user can change', () => {
    const folder = join(root, 'writable');
    mkdirSync(folder);
    for (const mode of [0o775, 0o757, 0o777, 0o1777]) {
      chmodSync(folder, mode);
      assert.throws(() => loadOrCreateRootKey(folder), /other users may write to the data folder .*chmod go-w/);
    }
    chmodSync(folder, 0o755);
    assert.equal(loadOrCreateRootKey(folder).created, true);
    symlinkSync(folder, join(root, 'writable-link'));
    assert.throws(() => loadOrCreateRootKey(join(root, 'writable-link')), /is a symbolic link/);
    withStranger(folder, (user) => {
      assert.throws(() => requirePrivateFolder(folder, user), /belongs to another user/);
      requirePrivateFolder(folder, 0);
    });
  });

  it('has a fault with the reason if its file cannot be created', () => {
    writeFileSync(join(root, 'plain'), '');
    assert.throws(() => loadOrCreateRootKey(join(root, 'plain')), /root key .* cannot be read or created: ENOTDIR/);
  });
});

/** Runs `check` with the id of a user that the file does not belong to. Root can give a file away; others pass another id. */
function withStranger(path: string, check: (user: number) => void): void {
  const own = process.getuid?.() ?? 0;
  if (own !== 0) return check(own + 1);
  chownSync(path, 4321, 4321);
  try {
    check(4322);
  } finally {
    chownSync(path, 0, 0);
  }
}
