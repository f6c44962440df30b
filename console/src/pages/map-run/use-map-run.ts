/** Loads a Map run, and follows it by its stream. */
import { useEffect, useState } from 'preact/hooks';
import type { MapRunStreamEvents } from '../../../../src/console/protocol.ts';
import type { ApiFault } from '../../api/client.ts';
import { openStream } from '../../api/stream.ts';

export type MapRun = MapRunStreamEvents['mapRun'];

export interface LoadedMapRun {
  /** Null until it has arrived. */
  readonly run: MapRun | null;
  /** How often it, or one of its executions, may have changed. */
  readonly changes: number;
  /** It does not exist, or no longer. */
  readonly isAbsent: boolean;
  /** The server refuses the stream, for good or for a time. */
  readonly fault: ApiFault | null;
  lookAgain(): void;
}

type Arrived = Omit<LoadedMapRun, 'lookAgain'>;

const NOTHING: Arrived = { run: null, changes: 0, isAbsent: false, fault: null };

export function useMapRun(flow: string, execution: string, name: string): LoadedMapRun {
  const [arrived, setArrived] = useState(NOTHING);
  const [round, setRound] = useState(0);
  useEffect(() => setArrived(NOTHING), [flow, execution, name]);
  useEffect(() => {
    const refused = (fault: ApiFault): void => setArrived((before) => ({ ...before, fault }));
    let isFirst = true;
    const stream = openStream({
      query: () => {
        isFirst = true;
        return { flow, execution, mapRun: name };
      },
      onRefused: refused,
      onTrouble: refused,
      onEvent(kind, data) {
        if (kind === 'mapRun') {
          const run = data as MapRun;
          // A stream begins with the run, be it as before or not. Later it sends one that is as before for a change of an execution.
          const mayBeSame = isFirst;
          isFirst = false;
          setArrived((before) => {
            const isSame = mayBeSame && JSON.stringify(before.run) === JSON.stringify(run);
            return { ...NOTHING, run, changes: before.changes + (isSame ? 0 : 1) };
          });
        } else if (kind === 'absent') {
          setArrived({ ...NOTHING, isAbsent: true });
          stream.close();
        }
      },
    });
    return () => stream.close();
  }, [flow, execution, name, round]);
  return { ...arrived, lookAgain: () => setRound((before) => before + 1) };
}
