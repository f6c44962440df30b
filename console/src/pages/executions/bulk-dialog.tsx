/** Stops or redrives many executions: asks first, shows how far it is, can be interrupted, and lists every fault. */
import { useRef, useState } from 'preact/hooks';
import { ApiFault, call, isSignedOut } from '../../api/client.ts';
import { to } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { faultText } from '../../parts/notice.tsx';
import { useAction } from '../../parts/use-action.ts';
import { runBulk } from './bulk.ts';
import type { BulkProgress } from './bulk.ts';
import type { ListedExecution } from './filters.ts';
import { keyOf } from './list.ts';
import { executionsTexts } from './texts.ts';

export type BulkKind = 'stop' | 'redrive';

/** Calls under way at once: the server has other callers. */
const CONCURRENCY = 4;
const THROTTLED_MS = 500;
const MOST_ATTEMPTS = 6;
const SHOWN_NAMES = 20;
const SHOWN_FAULTS = 200;

/** Which executions the API would stop or redrive; those of Express flows it refuses. */
export function isFor(kind: BulkKind, { status, mode }: ListedExecution): boolean {
  if (mode === 'Express') return false;
  return kind === 'stop' ? status === 'Running' : ['Failed', 'TimedOut', 'Stopped'].includes(status);
}

export interface BulkDialogProps {
  readonly kind: BulkKind;
  readonly executions: readonly ListedExecution[];
  /** How many others are selected and left as they are. */
  readonly left: number;
  /** `isDone`: something was done. */
  readonly onClose: (isDone: boolean) => void;
}

export function BulkDialog({ kind, executions, left, onClose }: BulkDialogProps) {
  const t = executionsTexts();
  // What it asks about is what it does, also if the selection changes by the stream meanwhile.
  const [asked] = useState(executions);
  const [cause, setCause] = useState('');
  const [progress, setProgress] = useState<BulkProgress<ListedExecution> | null>(null);
  const [isOver, setOver] = useState(false);
  const aborting = useRef(new AbortController());
  const action = useAction(async () => {
    const { signal } = aborting.current;
    setProgress({ total: asked.length, done: 0, faults: [] });
    await runBulk({
      items: asked,
      concurrency: CONCURRENCY,
      signal,
      onProgress: setProgress,
      act: (execution) =>
        patiently(() => act(kind, execution, cause), signal).catch((error: unknown) => {
          // Without a session, the server would refuse all others too.
          if (isSignedOut(error)) aborting.current.abort();
          throw error;
        }),
    });
    setOver(true);
  });
  const title = kind === 'stop' ? t.stopTitle(asked.length) : t.redriveTitle(asked.length);
  return (
    <Dialog
      title={title}
      onClose={() => {
        aborting.current.abort();
        onClose(progress !== null);
      }}
      {...(!isOver && {
        actions:
          progress === null ? (
            <Button kind={kind === 'stop' ? 'danger' : 'primary'} onClick={() => void action.run()}>
              {kind === 'stop' ? t.doStop : t.doRedrive}
            </Button>
          ) : (
            <Button onClick={() => aborting.current.abort()}>{t.interrupt}</Button>
          ),
      })}
    >
      {progress === null ? (
        <>
          <p>{kind === 'stop' ? t.stopAbout : t.redriveAbout}</p>
          {left > 0 && <p class="muted">{t.left(left)}</p>}
          <Names executions={asked} />
          {kind === 'stop' && (
            <label class="field">
              <span>{t.cause}</span>
              <input
                type="text"
                maxLength={4096}
                value={cause}
                onInput={(event) => setCause(event.currentTarget.value)}
              />
            </label>
          )}
        </>
      ) : (
        <Outcome kind={kind} progress={progress} isOver={isOver} />
      )}
    </Dialog>
  );
}

function Names({ executions }: { readonly executions: readonly ListedExecution[] }) {
  const t = executionsTexts();
  return (
    <ul class="bulk-names">
      {executions.slice(0, SHOWN_NAMES).map((each) => (
        <li key={keyOf(each)}>
          <bdi>{each.name}</bdi>{' '}
          <span class="muted">
            <bdi>{each.flow}</bdi>
          </span>
        </li>
      ))}
      {executions.length > SHOWN_NAMES && <li class="muted">{t.more(executions.length - SHOWN_NAMES)}</li>}
    </ul>
  );
}

interface OutcomeProps {
  readonly kind: BulkKind;
  readonly progress: BulkProgress<ListedExecution>;
  readonly isOver: boolean;
}

function Outcome({ kind, progress, isOver }: OutcomeProps) {
  const t = executionsTexts();
  const { total, done, faults } = progress;
  const ended = done + faults.length;
  return (
    <>
      <progress max={total} value={ended} aria-label={t.progress(ended, total)} />
      <p role="status">
        {!isOver && t.progress(ended, total)}
        {isOver && (kind === 'stop' ? t.stopped(done) : t.redriven(done))}
        {isOver && ended < total && ` ${t.interrupted(total - ended)}`}
      </p>
      {faults.length > 0 && (
        <>
          <p>{t.faults(faults.length)}</p>
          <ul class="bulk-names">
            {faults.slice(0, SHOWN_FAULTS).map(({ item, fault }) => (
              <li key={keyOf(item)}>
                <a href={to.execution(item.flow, item.name)}>
                  <bdi>{item.name}</bdi>
                </a>
                : {faultText(fault)}
              </li>
            ))}
            {faults.length > SHOWN_FAULTS && <li class="muted">{t.more(faults.length - SHOWN_FAULTS)}</li>}
          </ul>
        </>
      )}
    </>
  );
}

async function act(kind: BulkKind, { flow, name }: ListedExecution, cause: string): Promise<void> {
  if (kind === 'stop') {
    await call('StopExecution', { FlowName: flow, ExecutionName: name, Cause: cause || undefined });
  } else {
    await call('RedriveExecution', { FlowName: flow, ExecutionName: name });
  }
}

/** Tries again, more and more slowly, while the server has too much to do. */
async function patiently(attempt: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      const isThrottled = error instanceof ApiFault && error.status === 429;
      if (!isThrottled || attempts === MOST_ATTEMPTS || signal.aborted) throw error;
      await new Promise((next) => {
        setTimeout(next, THROTTLED_MS * attempts);
      });
      if (signal.aborted) throw error;
    }
  }
}
