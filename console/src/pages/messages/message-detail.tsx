/** One message, whole: what the server knows about it, and its body. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { post } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { JsonView } from '../../parts/json-view.tsx';
import { hasMask } from '../../parts/masked.ts';
import { FaultNotice } from '../../parts/notice.tsx';
import { Time } from '../../parts/time.tsx';
import { useAction } from '../../parts/use-action.ts';
import { PushBadge } from './push-badge.tsx';
import { messagesTexts } from './texts.ts';
import type { Message } from './message-list.ts';

export function MessageDetail({ message, onClose }: { readonly message: Message; readonly onClose: () => void }) {
  const t = messagesTexts();
  const { Push } = message;
  return (
    <article class="message-detail" aria-label={`${t[message.Kind]} ${message.Name}`}>
      <header class="row">
        <h2 class="fill">
          <span class="chip">{t[message.Kind]}</span> <bdi>{message.Name}</bdi>
        </h2>
        <Button kind="quiet" label={t.close} onClick={onClose}>
          ✕
        </Button>
      </header>
      <dl class="fact-list">
        <Fact name={t.sent}>
          <Time at={message.SentTime} withMs />
        </Fact>
        {message.VisibleTime !== message.SentTime && (
          <Fact name={t.visible}>
            <Time at={message.VisibleTime} withMs />
          </Fact>
        )}
        <Fact name={t.id}>
          <code>{message.MessageId}</code>
          <CopyButton text={message.MessageId} />
        </Fact>
        {message.Kind === 'Queue' && <Fact name={t.priority}>{message.Priority}</Fact>}
        {message.MessageTag !== '' && (
          <Fact name={t.tag}>
            <bdi>{message.MessageTag}</bdi>
          </Fact>
        )}
        {message.Kind === 'Topic' && (
          <Fact name={t.push}>
            <PushBadge status={Push.Status} />
            {Push.Attempts > 0 && <span class="muted">{t.attempts(Push.Attempts)}</span>}
          </Fact>
        )}
        {Push.NextTime !== '' && (
          <Fact name={t.nextAttempt}>
            <Time at={Push.NextTime} />
          </Fact>
        )}
        {Push.Error !== '' && (
          <Fact name={t.lastError}>
            <span class="prewrap">{Push.Error}</span>
          </Fact>
        )}
      </dl>
      <Body message={message} />
      {message.MessageAttributes !== '' && (
        <section>
          <h3>{t.attributes}</h3>
          <JsonView text={message.MessageAttributes} label={t.attributes} />
        </section>
      )}
    </article>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Body({ message }: { readonly message: Message }) {
  const t = messagesTexts();
  const [revealed, setRevealed] = useState<string | null>(null);
  const action = useAction(async () => {
    const asked = { kind: 'message', messageId: message.MessageId };
    setRevealed(((await post('reveal', asked)) as { detail: string }).detail);
  });
  return (
    <section>
      <h3>{t.body}</h3>
      {hasMask(message.MessageBody) && (
        <div class="reveal">
          <p class="small">{revealed === null ? t.revealAbout : t.revealed}</p>
          {revealed === null ? (
            <Button isBusy={action.isBusy} onClick={() => void action.run()}>
              {t.reveal}
            </Button>
          ) : (
            <Button onClick={() => setRevealed(null)}>{t.hide}</Button>
          )}
        </div>
      )}
      {action.fault !== null && <FaultNotice fault={action.fault} />}
      <JsonView text={revealed ?? message.MessageBody} label={t.body} />
    </section>
  );
}
