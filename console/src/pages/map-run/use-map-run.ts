/** Loads a Map run, and follows it by its stream. */
import { useEffect, useState } from 'preact/hooks';
import type { MapRunStreamEvents } from '../../../../src/console/protocol.ts';
import type { ApiFault } from '../../api/client.ts';
import { openStream } from '../../api/stream.ts';

export type MapRun = MapRunStreamEvents['mapRun'];

export interface LoadedMapRun {
  /** Null until it has arrived. */
  readonly run: MapRun | null;
  /** It does not exist, or no longer. */
  readonly isAbsent: boolean;
  /** The server refuses the stream, for good or for a time. */
  readonly fault: ApiFault | null;
  lookAgain(): void;
}

type Arrived = Pick<LoadedMapRun, 'run' | 'isAbsent' | 'fault'>;

const NOTHING: Arrived = { run: null, isAbsent: false, fault: null };

export function useMapRun(flow: string, execution: string, name: string): LoadedMapRun {
  const [arrived, setArrived] = useState(NOTHING);
  const [round, setRound] = useState(0);
  useEffect(() => setArrived(NOTHING), [flow, execution, name]);
  useEffect(() => {
    const refused = (fault: ApiFault): void => setArrived((before) => ({ ...before, fault }));
    const stream = openStream({
      query: () => ({ flow, execution, mapRun: name }),
      onRefused: refused,
      onTrouble: refused,
      onEvent(kind, data) {
        if (kind === 'mapRun') setArrived({ run: data as MapRun, isAbsent: false, fault: null });
        else if (kind === 'absent') {
          setArrived({ ...NOTHING, isAbsent: true });
          stream.close();
        }
      },
    });
    return () => stream.close();
  }, [flow, execution, name, round]);
  return { ...arrived, lookAgain: () => setRound((before) => before + 1) };
}
