/** The result of an Express execution, as its caller gets it. */
import { useEffect, useRef } from 'preact/hooks';
import type { ReplyOf } from '../../../api/client.ts';
import { to } from '../../../app/router.ts';
import { LinkButton } from '../../../parts/button.tsx';
import { JsonView } from '../../../parts/json-view.tsx';
import { StatusBadge } from '../../../parts/status.tsx';
import { Duration } from '../../../parts/time.tsx';
import { runTexts } from './texts.ts';

export type SyncReply = ReplyOf<'StartSyncExecution'>;

export function ExpressResult({ flow, result }: { readonly flow: string; readonly result: SyncReply }) {
  const t = runTexts();
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.scrollIntoView({ block: 'nearest' }), [result]);
  return (
    <section ref={section} class="express-result" aria-label={t.result} role="status">
      <div class="row">
        <h3>{t.result}</h3>
        <StatusBadge status={result.Status} />
        <span class="muted fill">
          {t.took} <Duration from={result.StartedTime} until={result.StoppedTime} />
        </span>
        <LinkButton href={to.execution(flow, result.Name)}>{t.open}</LinkButton>
      </div>
      {result.ErrorCode !== '' && (
        <p class="prewrap">
          <strong>{result.ErrorCode}</strong> {result.ErrorMessage}
        </p>
      )}
      {result.Output !== '' && <JsonView text={result.Output} label={t.output} />}
    </section>
  );
}
