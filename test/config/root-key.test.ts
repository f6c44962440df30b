/** The root key that a server makes for itself. */
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
  it('is made once, in a folder for its user only, and is the same ever after', () => {
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

  it('is another one in another folder', () => {
    const [a, b] = [loadOrCreateRootKey(join(root, 'a')), loadOrCreateRootKey(join(root, 'b'))];
    assert.notEqual(a.accessKeyId, b.accessKeyId);
    assert.notEqual(a.accessKeySecret.reveal(), b.accessKeySecret.reveal());
  });

  it('is never shown by the fault of a bad file', () => {
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
          assert.match(error.message, /root-key\.json does not hold a key; put back a copy, or delete it/);
          assert.doesNotMatch(error.message, /hidden/);
          return true;
        },
      );
      assert.equal(readFileSync(file, 'utf8'), text);
    }
  });

  it('says why it cannot be made', () => {
    writeFileSync(join(root, 'plain'), '');
    assert.throws(() => loadOrCreateRootKey(join(root, 'plain')), /root key .* cannot be read or made: ENOTDIR/);
  });
});
