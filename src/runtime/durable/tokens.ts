/**
 * Task tokens, which services send with ReportTaskSucceeded and ReportTaskFailed. A token is the reference of a task and the
 * identity of its execution, encrypted and authenticated with a key that only the store has. It can be neither forged nor guessed,
 * reveals nothing, and needs no table. The same task always has the same token, in any process.
 *
 * The number of an execution alone does not say which start it was: a store that was put back from a copy issues the numbers since
 * the copy again. Therefore the reader of a token compares the identity with that of the execution.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { TaskReference } from '../../store/executions.ts';

/** The content of a token. */
export interface TokenContent {
  readonly task: TaskReference;
  /** True for an execution with this identity: the token was made for that start. */
  isOf(identity: string): boolean;
}

export interface TaskTokens {
  /** @param identity that of the execution, `ExecutionRecord.identity` */
  make(task: TaskReference, identity: string): string;
  /** The content of a token; null for a text that was not made with this key. */
  read(token: string): TokenContent | null;
}

const CIPHER = 'aes-256-gcm';
/** Without an identity: the tokens of executions that an older version of Millrace started. */
const OLD_VERSION = 1;
const VERSION = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Execution id, 8 bytes, and event id, 4 bytes. */
const REFERENCE_BYTES = 12;
const IDENTITY_BYTES = 16;

/** @param key 32 secret bytes; the cipher key and the nonce key are derived from it */
export function createTaskTokens(key: Uint8Array): TaskTokens {
  const cipherKey = derived(key, 'task-token cipher');
  const nonceKey = derived(key, 'task-token nonce');
  return {
    make({ execution, event }, identity) {
      const reference = Buffer.allocUnsafe(REFERENCE_BYTES);
      reference.writeBigUInt64BE(BigInt(execution), 0);
      reference.writeUInt32BE(event, 8);
      const plain = Buffer.concat([reference, bytesOf(identity)]);
      // Derived from the plain text: two tasks do not share a nonce, and one task has one token.
      const nonce = createHmac('sha256', nonceKey).update(plain).digest().subarray(0, NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, cipherKey, nonce);
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      const version = identity === '' ? OLD_VERSION : VERSION;
      return Buffer.concat([Buffer.of(version), nonce, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    read(token) {
      const bytes = Buffer.from(token, 'base64url');
      // The decoder skips characters outside its alphabet, so other spellings of a token are refused here.
      if (bytes.length !== lengthOf(bytes[0]) || bytes.toString('base64url') !== token) return null;
      const sealedAt = 1 + NONCE_BYTES;
      const tagAt = bytes.length - TAG_BYTES;
      const decipher = createDecipheriv(CIPHER, cipherKey, bytes.subarray(1, sealedAt), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(bytes.subarray(tagAt));
      const plain = decipher.update(bytes.subarray(sealedAt, tagAt));
      try {
        decipher.final();
      } catch {
        return null;
      }
      const task = { execution: Number(plain.readBigUInt64BE(0)), event: plain.readUInt32BE(8) };
      return { task, isOf: (identity) => bytesOf(identity).equals(plain.subarray(REFERENCE_BYTES)) };
    },
  };
}

/** Bytes of a token that begins with this one; -1 for one that begins no token, or for none. */
function lengthOf(version: number | undefined): number {
  const others = 1 + NONCE_BYTES + REFERENCE_BYTES + TAG_BYTES;
  if (version === OLD_VERSION) return others;
  return version === VERSION ? others + IDENTITY_BYTES : -1;
}

/** The 16 bytes of a UUID; none for the empty identity. */
function bytesOf(identity: string): Buffer {
  return Buffer.from(identity.replaceAll('-', ''), 'hex');
}

function derived(key: Uint8Array, use: string): Buffer {
  return createHmac('sha256', key).update(use).digest();
}
