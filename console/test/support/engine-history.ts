/** The history and the graph of an execution that runs in the process of the test. */
import assert from 'node:assert/strict';
import type { FlowGraph } from '../../../src/language/graph/flow-graph.ts';
import { streamed } from '../../../src/console/streams/execution-stream.ts';
import { startTestEngine } from '../../../src/testing/index.ts';
import type { CleanUp, TestEngine, TestEngineOptions } from '../../../src/testing/index.ts';
import { History } from '../../src/pages/execution/model/history.ts';
import { Places } from '../../src/pages/execution/model/overlay.ts';

export interface RunFlow {
  readonly engine: TestEngine;
  readonly history: History;
  readonly graph: FlowGraph;
  readonly places: Places;
}

const DAY_MS = 86_400_000;

/** Runs a flow to its end. The states of a state machine may come without its head. */
export async function runFlow(
  t: CleanUp,
  states: string,
  { input = {}, ...options }: { readonly input?: unknown } & TestEngineOptions = {},
): Promise<RunFlow> {
  const isWhole = /^\s*(?:version|Type):/m.test(states) && !/^\s*States:/.test(states);
  const definition = isWhole ? states : `Type: StateMachine\nSpecVersion: v1\nName: flow\n${states}`;
  const engine = await startTestEngine(t, options);
  await engine.createFlow('flow', definition);
  await engine.start('flow', { name: 'one', input: input as never });
  await engine.ended('flow', 'one', DAY_MS);
  const history = new History();
  assert.ok(history.append((await engine.events('flow', 'one')).map(streamed)));
  const { Graph } = await engine.call('CheckDefinition', { Definition: definition });
  const graph = JSON.parse(String(Graph)) as FlowGraph;
  return { engine, history, graph, places: new Places(graph) };
}
