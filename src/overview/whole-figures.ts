/**
 * The figures of flows in all processes that serve together: each has counted the executions that ended in it. A process that does not
 * answer in time has ended, or will soon have, and its figures are left out.
 */
import type { JsonValue } from '../base/json.ts';
import type { Peers } from '../cluster/peers.ts';
import type { ExpressRuntime } from '../runtime/express/express.ts';
import type { FlowFigures, OwnFigures } from './flow-figures.ts';

export interface FiguresOptions {
  readonly figures: FlowFigures;
  readonly express: Pick<ExpressRuntime, 'runningOf'>;
}

/** A flow in a question. */
interface AskedFlow {
  readonly id: string;
  readonly name: string;
}

/** The answer of one process. */
export interface ProcessFigures {
  /** Since when it counts. */
  readonly sinceMs: number;
  /** In the order of the question. */
  readonly flows: readonly (OwnFigures & {
    /** Express executions of the flow that it runs. */
    readonly running: number;
  })[];
}

const TOPIC = 'figures';
/** How long a process may take to answer. It may have to find the question by its next look. */
const PATIENCE_MS = 3_000;

/** Answers the questions of other processes from now on. */
export function serveFigures(own: FiguresOptions, peers: Pick<Peers, 'serve'>): void {
  peers.serve(TOPIC, (question) =>
    Promise.resolve(ownFigures(own, question as unknown as readonly AskedFlow[]) as unknown as JsonValue),
  );
}

/** The figures of these flows, of this process and of the others. */
export async function wholeFigures(
  own: FiguresOptions,
  peers: Pick<Peers, 'askAll'>,
  flows: readonly AskedFlow[],
): Promise<readonly ProcessFigures[]> {
  const question = flows.map(({ id, name }): AskedFlow => ({ id, name }));
  const others = await peers.askAll(TOPIC, question as unknown as JsonValue, PATIENCE_MS);
  return [ownFigures(own, flows), ...(others as unknown as readonly ProcessFigures[])];
}

function ownFigures({ figures, express }: FiguresOptions, flows: readonly AskedFlow[]): ProcessFigures {
  return {
    sinceMs: figures.sinceMs,
    flows: flows.map(({ id, name }) => ({
      ...figures.of(id),
      running: express.runningOf(name),
    })),
  };
}
