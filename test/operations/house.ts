/** Operations over real stores, the real language and the real runtime, on virtual time. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError } from '../../src/api/error.ts';
import type { ErrorCode } from '../../src/api/errors.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { compileDefinition } from '../../src/language/compile.ts';
import { OPERATIONS } from '../../src/operations/all.ts';
import { createOperationRate } from '../../src/operations/rate.ts';
import type { OperationServices } from '../../src/operations/services.ts';
import { createSyncExecutions } from '../../src/runtime/sync-executions.ts';
import { createFlowCompiler, createRunnableFlows } from '../../src/runtime/runnable-flows.ts';
import type { Executions } from '../../src/runtime/executions.ts';
import type { FlowStore } from '../../src/store/flows.ts';
import { createMemoryStores } from '../../src/store/memory/stores.ts';
import { openSqliteStores } from '../../src/store/sqlite/stores.ts';
import { catalog, runtimeOf, seededIds } from '../support/flows.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export interface House {
  readonly services: OperationServices;
  readonly clock: VirtualClock;
  /** Calls an operation and gives its reply as a client reads it. */
  call(action: string, parameters: Record<string, string>): Promise<JsonObject>;
  /** Calls an operation that has to fail so. */
  fails(action: string, parameters: Record<string, string>, code: ErrorCode, message: RegExp): Promise<ApiError>;
}

export type StoreName = 'memory' | 'sqlite';
export const STORES: readonly StoreName[] = ['memory', 'sqlite'];

/** Runs `use` in a house of its own; `wrap` may stand between the operations and the store. */
export async function withHouse(
  store: StoreName,
  use: (house: House) => Promise<void>,
  changes: {
    readonly limits?: Partial<OperationServices['limits']>;
    readonly wrap?: (flows: FlowStore) => FlowStore;
  } = {},
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-operations-'));
  const opened =
    store === 'memory'
      ? createMemoryStores()
      : openSqliteStores({ file: join(folder, 'flows.db'), synchronous: 'NORMAL' });
  try {
    await use(house(changes.wrap?.(opened.flows) ?? opened.flows, changes.limits));
  } finally {
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function house(flows: FlowStore, limits: Partial<OperationServices['limits']> = {}): House {
  const clock = new VirtualClock({ startMs: Date.UTC(2026, 0, 1) });
  const ids = seededIds(7);
  const runtime = runtimeOf(
    clock,
    catalog(() => assert.fail('no flow here has a Task')),
  );
  const compile = createFlowCompiler({ compile: compileDefinition, parallelBranches: 50 });
  const runnable = createRunnableFlows({ flows, ids, compile });
  const services: OperationServices = {
    flows,
    sync: createSyncExecutions({ flows: runnable, runtime, ids }),
    executions: {} as Executions,
    changes: {
      changed: (name) => runnable.forget(name),
      deleted(name) {
        runnable.forget(name);
        runtime.stop(name, { error: 'FnF.FlowDeleted', cause: `Flow '${name}' was deleted.` });
      },
    },
    compile: compileDefinition,
    rate: createOperationRate(clock, null),
    clock,
    ids,
    region: { id: 'cn-hangzhou', endpoint: '127.0.0.1:7780' },
    limits: { parallelBranches: 50, inputBytes: 65_536, stateDataBytes: 65_536, flows: null, ...limits },
  };
  async function call(action: string, parameters: Record<string, string>): Promise<JsonObject> {
    const operation = OPERATIONS.get(action);
    assert.ok(operation !== undefined, action);
    const reply = await operation.run(services, { requestId: 'r', parameters: new Map(Object.entries(parameters)) });
    return JSON.parse(JSON.stringify(reply)) as JsonObject;
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

/** A state machine that hands on its input with one member more. */
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
