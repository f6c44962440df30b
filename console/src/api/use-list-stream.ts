/** The stream of lists for a component: what changes in all executions and flows that the key may see, while the page is shown. */
import { useEffect, useRef } from 'preact/hooks';
import type { ListChange, ListStreamEvents } from '../../../src/console/protocol.ts';
import { openStream } from './stream.ts';

export interface ListStreamHandlers {
  /**
   * The stream is connected, for the first time or again: what changed before it is not in it. A component that had loaded before the
   * first time loads again, too.
   */
  readonly onHello?: (isFirst: boolean) => void;
  readonly onChanges?: (changes: readonly ListChange[], lost: number) => void;
  /** Names of flows of which the definition, a version, an alias or a schedule has changed. */
  readonly onFlows?: (flows: readonly string[]) => void;
  /** There are other messages, or other outcomes of pushes. */
  readonly onMessages?: () => void;
}

/** Follows the stream while the component is shown. The handlers of the last rendering are called. */
export function useListStream(handlers: ListStreamHandlers): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    let isFirst = true;
    const stream = openStream({
      query: () => ({ list: '1' }),
      onEvent(name, data) {
        const { onHello, onChanges, onFlows, onMessages } = latest.current;
        if (name === 'hello') {
          onHello?.(isFirst);
          isFirst = false;
        } else if (name === 'changes') {
          const { changes, lost } = data as ListStreamEvents['changes'];
          onChanges?.(changes, lost);
        } else if (name === 'flows') {
          onFlows?.((data as ListStreamEvents['flows']).flows);
        } else if (name === 'messages') {
          onMessages?.();
        }
      },
    });
    return () => stream.close();
  }, []);
}
