/** Operations over real stores, the real language and the real runtime, on virtual time. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskCall, TaskResult } from '../../src/actions/action.ts';
import { ApiError } from '../../src/api/error.ts';
import type { ErrorCode } from '../../src/api/errors.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { readSettingsText } from '../../src/config/file.ts';
import { makeSettings } from '../../src/config/make.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { createOperationRate } from '../../src/operations/rate.ts';
import type { OperationServices } from '../../src/operations/services.ts';
import { createRuntimes } from '../../src/runtime/runtimes.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { openSqliteStores } from '../../src/store/sqlite/stores.ts';
import { catalog, seededIds } from '../support/flows.ts';
import { checkError, checkReply } from './contract-check.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export interface House {
  readonly services: OperationServices;
  readonly clock: VirtualClock;
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
 * Runs `use` in a house of its own. Commits of Standard executions in SQLite are work of another thread, which virtual
 * time does not see: such a test asks for the machine's clock.
 */
export async function withHouse(
  store: StoreName,
  use: (house: House) => Promise<void>,
  changes: HouseChanges & { readonly clock?: Clock } = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-operations-'));
  const stores =
    store === 'memory'
      ? createMemoryStores()
      : openSqliteStores({ file: join(folder, 'millrace.db'), synchronous: 'NORMAL' });
  const flows = changes.wrap?.(stores.flows) ?? stores.flows;
  const virtual = new VirtualClock({ startMs: Date.UTC(2026, 0, 1) });
  const clock = changes.clock ?? virtual;
  const { limits, history } = makeSettings(
    {
      environment: new Map(),
      workingFolder: folder,
      file: { name: 'settings', folder, content: readSettingsText(changes.settings ?? '{}') },
      faults: [],
    },
    () => null,
  );
  const ids = seededIds(7);
  const runtimes = await createRuntimes({
    clock,
    ids,
    actions: catalog(changes.task ?? (() => assert.fail('no flow here has a Task'))),
    stores: { flows, executions: stores.executions },
    compile: compileDefinition,
    limits,
    history,
    log: {
      defect: (error, where) => assert.fail(`${where}: ${String(error)}`),
      storeTrouble: (trouble) => assert.fail(`trouble with the store: ${String(trouble?.error)}`),
      stuck: (id, error) => assert.fail(`execution ${id} is stuck: ${String(error)}`),
      ownershipLost: () => assert.fail('another has taken the store over'),
    },
  });
  const { sync, executions, changes: flowChanges } = runtimes;
  const services: OperationServices = {
    flows,
    messages: stores.messages,
    sync,
    executions,
    changes: flowChanges,
    compile: compileDefinition,
    rate: createOperationRate(clock, null),
    clock,
    ids,
    region: { id: 'cn-hangzhou', endpoint: '127.0.0.1:7780' },
    limits: { ...limits, ...changes.limits },
  };
  try {
    await use(houseOf(services, virtual));
  } finally {
    runtimes.standard.close();
    await stores.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function houseOf(services: OperationServices, clock: VirtualClock): House {
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
