/** How the delivery of a message is. */
import { StatusIcon } from '../../parts/status.tsx';
import { messagesTexts } from './texts.ts';
import type { Message } from './message-list.ts';

/** The statuses of executions whose colours and shapes say the same. */
const LIKE = { None: 'Pending', Due: 'Waiting', Done: 'Succeeded', Failed: 'Failed' } as const;

export function PushBadge({ status }: { readonly status: Message['Push']['Status'] }) {
  const like = LIKE[status];
  return (
    <span class={`badge status-${like.toLowerCase()}`}>
      <StatusIcon status={like} />
      {messagesTexts()[status]}
    </span>
  );
}
