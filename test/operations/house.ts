/** Operations over real stores, the real language and the real runtime, on virtual time. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import { ApiError } from '../../src/api/error.ts';
import type { ErrorCode } from '../../src/api/errors.ts';
import { createObserver } from '../../src/base/observer.ts';
import type { Subscriber } from '../../src/base/observer.ts';
import type { Ports } from '../../src/base/ports.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import type { OperationServices } from '../../src/operations/services.ts';
import { createEngine } from '../../src/server/engine.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { openSqliteStores } from '../../src/store/sqlite/stores.ts';
import { testSettings } from '../../src/testing/test-settings.ts';
import { standInActions } from '../../src/testing/stand-ins.ts';
import { seededIds } from '../../src/testing/seeded-ids.ts';
import { VirtualTime } from '../../src/testing/virtual-time.ts';
import { checkError, checkReply } from './contract-check.ts';

export interface House {
  readonly services: OperationServices;
  readonly clock: VirtualTime;
  /** Calls an operation, compares reply or error with its contract, and returns the reply as a client reads it. */
  call(action: string, parameters: Record<string, string>): Promise<JsonObject>;
  /** Calls an operation that has to fail so. */
  fails(action: string, parameters: Record<string, string>, code: ErrorCode, message: RegExp): Promise<ApiError>;
}

export type StoreName = 'memory' | 'sqlite';
export const STORES: readonly StoreName[] = ['memory', 'sqlite'];

export interface HouseChanges {
  readonly limits?: Partial<OperationServices['limits']>;
  /** Wraps the store that the operations use. */
  readonly wrap?: (flows: FlowStore) => FlowStore;
  /** The service that Tasks call; without it no flow may have a Task. */
  readonly task?: (call: TaskCall, signal: AbortSignal) => Promise<TaskResult>;
  /** Text of the settings file; only its `limits` and `history` matter here. */
  readonly settings?: string;
}

/**
 * Runs `use` in a house of its own: an engine on virtual time. Commits of Standard executions in SQLite happen in another
 * thread, which that time does not see: such a test asks for the machine's own ports.
 */
export async function withHouse(
  store: StoreName,
  use: (house: House) => Promise<void>,
  changes: HouseChanges & { readonly time?: Pick<Ports, 'clock' | 'scheduler'> } = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-operations-'));
  const stores =
    store === 'memory'
      ? createMemoryStores()
      : openSqliteStores({ file: join(folder, 'millrace.db'), synchronous: 'NORMAL' });
  const virtual = new VirtualTime({ startMs: Date.UTC(2026, 0, 1) });
  const settings = testSettings(changes.settings ?? '{}');
  const engine = await createEngine({
    settings: { ...settings, limits: { ...settings.limits, ...changes.limits } },
    stores: { ...stores, flows: changes.wrap?.(stores.flows) ?? stores.flows },
    ports: {
      ...(changes.time ?? { clock: virtual, scheduler: virtual }),
      ids: seededIds(7),
      observer: createObserver(NO_TROUBLE),
    },
    localCallersOnly: true,
    endpoint: () => '127.0.0.1:7780',
    standIns: {
      actions: standInActions(changes.task ?? (() => assert.fail('no flow here has a Task'))),
      compile: compileDefinition,
    },
  });
  try {
    await use(houseOf(engine.services, virtual));
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An observer cannot fail what it observes, so trouble fails the file of the test. */
const NO_TROUBLE: Subscriber = {
  defect: ({ error, where }) => failFile(`${where}: ${String(error)}`),
  storeFailed: ({ error }) => failFile(`the store fails: ${String(error)}`),
  executionStuck: ({ execution, error }) => failFile(`execution ${execution} is stuck: ${String(error)}`),
  ownershipLost: () => failFile('another process has taken over the store'),
};

function failFile(message: string): void {
  queueMicrotask(() => assert.fail(message));
}

function houseOf(services: OperationServices, clock: VirtualTime): House {
  async function call(action: string, parameters: Record<string, string>): Promise<JsonObject> {
    const operation = OPERATIONS.get(action);
    assert.ok(operation !== undefined, action);
    try {
      const reply = await operation.run(services, { requestId: 'r', parameters: new Map(Object.entries(parameters)) });
      checkReply(action, reply);
      return JSON.parse(JSON.stringify(reply)) as JsonObject;
    } catch (error) {
      if (error instanceof ApiError) checkError(action, error);
      throw error;
    }
  }
  return {
    services,
    clock,
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

/** A state machine whose output is its input with one more member. */
export function passing(name: string, mark = 'made'): string {
  return `Type: StateMachine
SpecVersion: v1
Name: ${name}
StartAt: P
States:
  - Type: Pass
    Name: P
    OutputConstructor:
      mark: ${mark}
      given.$: $Input
    End: true
`;
}

/** Parameters that make an Express flow. */
export function express(name: string, more: Record<string, string> = {}): Record<string, string> {
  return { Name: name, Definition: passing(name), Type: 'FDL', ExecutionMode: 'Express', ...more };
}
