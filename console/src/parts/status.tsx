/** The status of an execution or a state: a colour, a shape and a word, so that nobody needs to see the colour. */
import { defineTexts } from '../texts/texts.ts';

export type Status =
  | 'Running'
  | 'Succeeded'
  | 'Failed'
  | 'TimedOut'
  | 'Stopped'
  | 'Waiting'
  | 'Pending'
  /** A state or an item that ended with what was around it. */
  | 'Aborted';

const texts = defineTexts({
  en: {
    Running: 'Running',
    Succeeded: 'Succeeded',
    Failed: 'Failed',
    TimedOut: 'Timed out',
    Stopped: 'Stopped',
    Waiting: 'Waiting',
    Pending: 'Not reached',
    Aborted: 'Aborted',
  },
  zh: {
    Running: '运行中',
    Succeeded: '成功',
    Failed: '失败',
    TimedOut: '超时',
    Stopped: '已停止',
    Waiting: '等待中',
    Pending: '未到达',
    Aborted: '已中止',
  },
});

const SHAPES: Readonly<Record<Status, string>> = {
  Running: 'M8 2a6 6 0 1 1-6 6',
  Succeeded: 'M3 8.5l3.2 3.2L13 4.8',
  Failed: 'M4 4l8 8M12 4l-8 8',
  TimedOut: 'M8 4v4l3 2M8 1.8a6.2 6.2 0 1 0 .01 0',
  Stopped: 'M4.5 4.5h7v7h-7z',
  Waiting: 'M5 3v10M11 3v10',
  Pending: 'M3 8h10',
  Aborted: 'M3.5 12.5l9-9M8 1.8a6.2 6.2 0 1 0 .01 0',
};

/** The word for a status in the present language. An unknown one is shown as the API writes it. */
export function statusText(status: string): string {
  return (texts() as Readonly<Record<string, string>>)[status] ?? status;
}

/** The class that gives an element the colours of a status. */
export function statusClass(status: string): string {
  return `status-${status.toLowerCase()}`;
}

/** The strokes of a status in a square of 16, for drawings that make their own icon. */
export function statusShape(status: string): string {
  return SHAPES[status as Status] ?? SHAPES.Pending;
}

export function StatusIcon({ status }: { readonly status: string }) {
  const shape = statusShape(status);
  return (
    <svg class={`status-icon ${statusClass(status)}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={shape} />
    </svg>
  );
}

export function StatusBadge({ status }: { readonly status: string }) {
  return (
    <span class={`badge ${statusClass(status)}`}>
      <StatusIcon status={status} />
      {statusText(status)}
    </span>
  );
}
