/**
 * Loads an execution: its events by the stream, at first those that there are and then live, and beside them its definition with the
 * graph, and what it waits for. The history is asked from the last event on whenever the stream is opened again.
 */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ExecutionStreamEvents } from '../../../../src/console/protocol.ts';
import type { FlowGraph } from '../../../../src/language/graph/flow-graph.ts';
import { call } from '../../api/client.ts';
import type { ApiFault, ReplyOf } from '../../api/client.ts';
import { openStream } from '../../api/stream.ts';
import type { Stream } from '../../api/stream.ts';
import { useResource } from '../../parts/use-resource.ts';
import type { Resource } from '../../parts/use-resource.ts';
import type { StreamedEvent } from './model/events.ts';
import { History } from './model/history.ts';
import { Places } from './model/overlay.ts';

export type ExecutionState = ExecutionStreamEvents['execution'];

export interface GraphOfFlow {
  readonly graph: FlowGraph;
  readonly places: Places;
}

export interface LoadedExecution {
  readonly flow: string;
  readonly name: string;
  readonly history: History;
  /** Rises with each change of the history, for those who remember what they derived from it. */
  readonly version: number;
  /** True once the events that were there at first have arrived. */
  readonly isWhole: boolean;
  /** Null until the server has said it. */
  readonly state: ExecutionState | null;
  /** It does not exist, or no longer. */
  readonly isAbsent: boolean;
  /** The server refuses the stream, for good or for a time. */
  readonly fault: ApiFault | null;
  readonly described: Resource<ReplyOf<'DescribeExecution'>>;
  /** Null without a definition, for one of which this server draws no graph, and until it has arrived. */
  readonly graph: GraphOfFlow | null;
  /** The question for the graph. */
  readonly drawn: Pick<Resource<unknown>, 'fault' | 'isLoading' | 'reload'>;
  readonly waits: Resource<ReplyOf<'DescribeExecutionWaits'>>;
  readonly isExpress: boolean;
  /** Looks again for an execution that was absent. */
  lookAgain(): void;
}

interface Arrived {
  readonly version: number;
  readonly isWhole: boolean;
  readonly state: ExecutionState | null;
  readonly isAbsent: boolean;
  readonly fault: ApiFault | null;
}

const NOTHING: Arrived = { version: 0, isWhole: false, state: null, isAbsent: false, fault: null };

export function useExecution(flow: string, name: string): LoadedExecution {
  const parameters = { FlowName: flow, ExecutionName: name };
  const key = `${flow}/${name}`;
  const { history, lookAgain, ...arrived } = useEvents(flow, name);
  const described = useResource(key, (signal) => call('DescribeExecution', parameters, { signal }));
  const definition = described.data?.FlowDefinition ?? '';
  const drawn = useResource(`${key}\n${definition}`, async (signal) => {
    if (definition === '') return null;
    const reply = await call('CheckDefinition', { Definition: definition, ExecutionMode: 'Standard' }, { signal });
    return reply.Graph === '' ? null : (JSON.parse(reply.Graph) as FlowGraph);
  });
  const graph = useMemo(
    () => (drawn.data === null ? null : { graph: drawn.data, places: new Places(drawn.data) }),
    [drawn.data],
  );
  const waits = useResource(key, (signal) => call('DescribeExecutionWaits', parameters, { signal }));
  useWaitsAfterChanges(waits, arrived);
  const flowFacts = useResource(flow, (signal) => call('DescribeFlow', { Name: flow }, { signal }));
  // A name with a colon is one that the server has made for an Express execution; another may be of either mode.
  const isExpress = name.includes(':') || flowFacts.data?.ExecutionMode === 'Express';
  return { flow, name, history, ...arrived, described, graph, drawn, waits, isExpress, lookAgain };
}

/** The events and the status, from the stream. Changes within a frame are drawn together. */
function useEvents(flow: string, name: string): Arrived & { readonly history: History; lookAgain(): void } {
  const [history, setHistory] = useState(() => new History());
  const [arrived, setArrived] = useState(NOTHING);
  const [round, setRound] = useState(0);
  const frame = useRef(0);
  useEffect(() => {
    const own = new History();
    let latest: Arrived = NOTHING;
    setHistory(own);
    setArrived(NOTHING);
    const show = (changes: Partial<Arrived>): void => {
      latest = { ...latest, ...changes };
      if (frame.current !== 0) return;
      frame.current = requestAnimationFrame(() => {
        frame.current = 0;
        setArrived(latest);
      });
    };
    const stream: Stream = openStream({
      query: () => ({ flow, execution: name, from: String(own.lastId + 1) }),
      onRefused: (fault) => show({ fault }),
      onTrouble: (fault) => show({ fault }),
      onEvent(kind, data) {
        if (kind === 'events') {
          // A gap cannot come from the stream; another connection asks for what is missing.
          if (!own.append((data as { events: StreamedEvent[] }).events)) setRound((before) => before + 1);
          show({ version: own.version, isAbsent: false, fault: null });
        } else if (kind === 'execution') {
          const state = data as ExecutionState;
          // Another execution of the same name: its flow was deleted and made again meanwhile.
          if (latest.state !== null && latest.state.startedTime !== state.startedTime) setRound((before) => before + 1);
          show({ state, isWhole: true, isAbsent: false, fault: null });
        } else if (kind === 'absent') {
          show({ isAbsent: true, isWhole: true });
          stream.close();
        }
      },
    });
    return () => {
      stream.close();
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, [flow, name, round]);
  return { history, ...arrived, lookAgain: () => setRound((before) => before + 1) };
}

const QUIET_MS = 500;

/** Asks again why the execution waits, once it has been quiet after a change. An execution that changes all the time waits for nothing. */
function useWaitsAfterChanges(waits: Resource<unknown>, { version, state, isWhole }: Arrived): void {
  const status = state?.status ?? '';
  const isFirst = useRef(true);
  const reload = useRef(waits.reload);
  reload.current = waits.reload;
  useEffect(() => {
    if (!isWhole) return;
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const timer = setTimeout(() => reload.current(), QUIET_MS);
    return () => clearTimeout(timer);
  }, [version, status, isWhole]);
}
