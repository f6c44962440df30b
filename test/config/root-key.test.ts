/** The root key that a server makes. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { SettingsFault } from '../../src/config/make.ts';
import { loadOrCreateRootKey } from '../../src/config/root-key.ts';

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

  it('has a fault with the reason if its file cannot be created', () => {
    writeFileSync(join(root, 'plain'), '');
    assert.throws(() => loadOrCreateRootKey(join(root, 'plain')), /root key .* cannot be read or created: ENOTDIR/);
  });
});
