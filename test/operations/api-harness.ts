/** Operations of the API over real stores, the real language and the real runtime, on virtual time. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ApiError } from '../../src/api/error.ts';
import type { ErrorCode } from '../../src/api/errors.ts';
import type { JsonObject } from '../../src/base/json.ts';
import type { OperationServices } from '../../src/operations/services.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { openSqliteStores } from '../../src/store/sqlite/stores.ts';
import type { Stores } from '../../src/store/stores.ts';
import { atEnd } from '../../src/testing/clean-up.ts';
import type { CleanUp } from '../../src/testing/clean-up.ts';
import { temporaryFolder } from '../../src/testing/temporary-folder.ts';
import { startTestEngine } from '../../src/testing/test-engine.ts';
import type { TestEngine, TestEngineOptions } from '../../src/testing/test-engine.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';
import { checkError, checkReply } from './contract-check.ts';

type Parameters = Readonly<Record<string, string>>;

export interface ApiHarness {
  readonly services: OperationServices;
  readonly time: VirtualTime;
  /** Calls an operation, compares reply or error with its contract, and returns the reply as a client reads it. */
  call(action: string, parameters: Parameters): Promise<JsonObject>;
  /** Calls an operation that has to fail with `code` and `message`. */
  fails(action: string, parameters: Parameters, code: ErrorCode, message: RegExp): Promise<ApiError>;
}

export type StoreName = 'memory' | 'sqlite';
export const STORES: readonly StoreName[] = ['memory', 'sqlite'];

export interface ApiOptions extends Pick<TestEngineOptions, 'task' | 'limits' | 'settings'> {
  /** Puts something between the operations and the store. */
  readonly wrap?: (flows: FlowStore) => FlowStore;
}

/** Starts an engine on a store of the kind, and closes it at the end of the test. */
export async function startApi(
  t: CleanUp,
  store: StoreName,
  { wrap = (flows) => flows, ...options }: ApiOptions = {},
): Promise<ApiHarness> {
  const time = new VirtualTime({ startMs: Date.UTC(2026, 0, 1) });
  const stores = store === 'memory' ? createMemoryStores() : sqliteStores(t, time);
  atEnd(t, () => stores.close());
  const engine = await startTestEngine(t, {
    ...options,
    time,
    stores: { ...stores, flows: wrap(stores.flows) },
    seed: 7,
  });
  const { services } = engine;
  const call = checked(engine);
  return {
    services,
    time,
    call,
    async fails(action, parameters, code, message) {
      try {
        await call(action, parameters);
      } catch (error) {
        assert.ok(error instanceof ApiError, String(error));
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        return error;
      }
      return assert.fail(`${action} succeeded`);
    },
  };
}

function checked(engine: TestEngine): ApiHarness['call'] {
  return async (action, parameters) => {
    try {
      const reply = await engine.call(action, parameters);
      checkReply(action, reply);
      return reply;
    } catch (error) {
      if (error instanceof ApiError) checkError(action, error);
      throw error;
    }
  };
}

function sqliteStores(t: CleanUp, time: VirtualTime): Stores {
  const file = join(temporaryFolder(t), 'millrace.db');
  return openSqliteStores({ file, synchronous: 'NORMAL' }, time);
}
