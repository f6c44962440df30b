/** The flow of the page, live: the server says when the flow, its versions, its aliases or its schedules have changed. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiFault, call } from '../../api/client.ts';
import type { ReplyOf } from '../../api/client.ts';
import { openStream } from '../../api/stream.ts';
import { useResource } from '../../parts/use-resource.ts';
import type { Resource } from '../../parts/use-resource.ts';

export type Flow = ReplyOf<'DescribeFlow'>;

export interface FlowSource extends Resource<Flow> {
  /** Rises with each change that the server reports; parts of the page load their lists again. */
  readonly round: number;
  /** The flow was there and is there no more; `data` is what it was. */
  readonly isGone: boolean;
  /** Another flow has its name now: it was deleted and created again. */
  readonly isReplaced: boolean;
}

/** True for the fault of a flow that does not exist. */
export function isMissing(fault: Error | null): boolean {
  return fault instanceof ApiFault && fault.code === 'FlowNotExists';
}

export function useFlow(name: string): FlowSource {
  const resource = useResource(`flow ${name}`, (signal) => call('DescribeFlow', { Name: name }, { signal }));
  const [round, setRound] = useState(0);
  const firstId = useRef<string | null>(null);
  const latest = useRef(resource);
  latest.current = resource;
  useEffect(() => {
    let isFirst = true;
    const change = (): void => {
      setRound((before) => before + 1);
      latest.current.reload();
    };
    const stream = openStream({
      query: () => ({ list: '1', flow: name }),
      onEvent(event, data) {
        if (event === 'hello') {
          // Changes before it are lost. Those before the first one come with the first load, unless that was quicker than the stream.
          if (!isFirst || !latest.current.isLoading) change();
          isFirst = false;
        } else if (event === 'flows' && (data as { readonly flows: readonly string[] }).flows.includes(name)) change();
      },
    });
    return () => stream.close();
  }, [name]);
  const { data, fault } = resource;
  if (data !== null) firstId.current ??= data.Id;
  return {
    ...resource,
    round,
    isGone: data !== null && isMissing(fault),
    isReplaced: data !== null && data.Id !== firstId.current,
  };
}
