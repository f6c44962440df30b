/**
 * Task tokens, which services send with ReportTaskSucceeded and ReportTaskFailed. A token is the reference of a task, encrypted
 * and authenticated with a key that only the store has. It can be neither forged nor guessed, reveals nothing, and needs no
 * table. The same task always has the same token, in any process.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { TaskReference } from '../../store/executions.ts';

export interface TaskTokens {
  make(task: TaskReference): string;
  /** The task of a token; null for a text that was not made with this key. */
  read(token: string): TaskReference | null;
}

const CIPHER = 'aes-256-gcm';
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Execution id, 8 bytes, and event id, 4 bytes. */
const PLAIN_BYTES = 12;
const TOKEN_BYTES = 1 + NONCE_BYTES + PLAIN_BYTES + TAG_BYTES;

/** @param key 32 secret bytes; the cipher key and the nonce key are derived from it */
export function createTaskTokens(key: Uint8Array): TaskTokens {
  const cipherKey = derived(key, 'task-token cipher');
  const nonceKey = derived(key, 'task-token nonce');
  return {
    make(task) {
      const plain = Buffer.allocUnsafe(PLAIN_BYTES);
      plain.writeBigUInt64BE(BigInt(task.execution), 0);
      plain.writeUInt32BE(task.event, 8);
      // Derived from the plain text: two tasks do not share a nonce, and one task has one token.
      const nonce = createHmac('sha256', nonceKey).update(plain).digest().subarray(0, NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, cipherKey, nonce);
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(VERSION), nonce, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    read(token) {
      const bytes = Buffer.from(token, 'base64url');
      // The decoder skips characters outside its alphabet, so other spellings of a token are refused here.
      if (bytes.length !== TOKEN_BYTES || bytes[0] !== VERSION || bytes.toString('base64url') !== token) return null;
      const sealedAt = 1 + NONCE_BYTES;
      const decipher = createDecipheriv(CIPHER, cipherKey, bytes.subarray(1, sealedAt), { authTagLength: TAG_BYTES });
      decipher.setAuthTag(bytes.subarray(sealedAt + PLAIN_BYTES));
      const plain = decipher.update(bytes.subarray(sealedAt, sealedAt + PLAIN_BYTES));
      try {
        decipher.final();
      } catch {
        return null;
      }
      return { execution: Number(plain.readBigUInt64BE(0)), event: plain.readUInt32BE(8) };
    },
  };
}

function derived(key: Uint8Array, use: string): Buffer {
  return createHmac('sha256', key).update(use).digest();
}
