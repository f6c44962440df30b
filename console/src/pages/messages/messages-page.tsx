/** What flows have sent to the server's own queues and topics: a list, and beside it the chosen message. */
import { useEffect, useRef } from 'preact/hooks';
import { useShortcuts } from '../../app/keyboard.ts';
import { route, setQuery } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { EmptyNotice, FaultNotice, Loading } from '../../parts/notice.tsx';
import { TextFilter } from '../../parts/text-filter.tsx';
import { Time } from '../../parts/time.tsx';
import { WindowedList } from '../../parts/windowed-list.tsx';
import type { WindowedListHandle } from '../../parts/windowed-list.tsx';
import { locale } from '../../texts/texts.ts';
import { MessageDetail } from './message-detail.tsx';
import { PushBadge } from './push-badge.tsx';
import { messagesTexts } from './texts.ts';
import type { Message } from './message-list.ts';
import { useMessages } from './use-messages.ts';
import type { Messages } from './use-messages.ts';

const KINDS = ['Queue', 'Topic'] as const;
const ROW = 62;
const BODY_CHARACTERS = 200;

export function MessagesPage() {
  const t = messagesTexts();
  const { query } = route.value;
  const kind = KINDS.find((each) => each === query.get('kind')) ?? '';
  const name = query.get('name') ?? '';
  const list = useMessages({ kind, name });
  const search = useRef<HTMLInputElement | null>(null);
  useShortcuts([
    { keys: '/', about: t.searchKey, run: () => search.current?.focus() },
    { keys: 'r', about: t.reload, run: () => list.reload() },
  ]);
  const isFiltered = kind !== '' || name !== '';
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="muted">{t.about}</p>
        </div>
        <Button isBusy={list.isLoading} onClick={() => list.reload()}>
          {t.reload}
        </Button>
      </div>
      <div class="filter-bar" role="search" aria-label={t.title}>
        <label class="search-field">
          <span>{t.name}</span>
          <TextFilter field={search} parameter="name" value={name} hint={t.nameHint} />
        </label>
        <div class="segments" role="group" aria-label={t.kind}>
          {(['', ...KINDS] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={kind === each}
              onClick={() => setQuery({ kind: each, message: null })}
            >
              {each === '' ? t.all : each === 'Queue' ? t.queues : t.topics}
            </button>
          ))}
        </div>
        {isFiltered && (
          <Button kind="quiet" onClick={() => setQuery({ kind: null, name: null })}>
            {t.clear}
          </Button>
        )}
      </div>
      {list.fault !== null && <FaultNotice fault={list.fault} onRetry={() => list.reload()} />}
      <Content list={list} isFiltered={isFiltered} />
    </>
  );
}

function Content({ list, isFiltered }: { readonly list: Messages; readonly isFiltered: boolean }) {
  const t = messagesTexts();
  if (list.messages.length === 0) {
    if (list.isLoading) return <Loading />;
    if (list.fault !== null) return null;
    return isFiltered ? (
      <EmptyNotice title={t.noMatch} />
    ) : (
      <EmptyNotice title={t.none}>
        <p class="muted">{t.noneHelp}</p>
      </EmptyNotice>
    );
  }
  return <MasterDetail list={list} />;
}

function MasterDetail({ list }: { readonly list: Messages }) {
  const t = messagesTexts();
  const { messages, isWhole, isLoading } = list;
  const handle = useRef<WindowedListHandle>(null);
  const chosenId = route.value.query.get('message') ?? '';
  const place = messages.findIndex(({ MessageId }) => MessageId === chosenId);
  const chosen = messages[place];
  // A link may name a message of a later page.
  useEffect(() => {
    if (chosenId !== '' && place === -1) list.more();
  }, [chosenId, list.isLoading]);
  const move = (step: number): void => {
    const next = place === -1 ? 0 : Math.min(messages.length - 1, Math.max(0, place + step));
    const message = messages[next];
    if (message === undefined) return;
    setQuery({ message: message.MessageId }, { replace: place !== -1 });
    handle.current?.focusRow(next);
  };
  useShortcuts([
    { keys: 'j', about: t.next, run: () => move(1) },
    { keys: 'k', about: t.previous, run: () => move(-1) },
  ]);
  const count = messages.length.toLocaleString(locale());
  return (
    <div class={`messages${chosen === undefined ? '' : ' has-message'}`}>
      <div class="card flush messages-list">
        <WindowedList
          items={messages}
          rowHeight={ROW}
          rowKey={({ MessageId }) => MessageId}
          label={t.title}
          handle={handle}
          isAnchored
          onEnd={list.more}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
            if (step === 0) return;
            event.preventDefault();
            move(step);
          }}
          row={(message, index) => (
            <MessageRow
              message={message}
              isChosen={index === place}
              isTabStop={index === Math.max(0, place)}
              onChoose={() => setQuery({ message: message.MessageId })}
            />
          )}
        />
        <p class="list-foot muted small">{isWhole ? t.count(count) : t.loaded(count)}</p>
      </div>
      <div class="card messages-detail">
        {chosen !== undefined ? (
          <MessageDetail
            key={chosen.MessageId}
            message={chosen}
            onClose={() => {
              setQuery({ message: null });
              handle.current?.focusRow(place);
            }}
          />
        ) : (
          <p class="muted">{chosenId === '' || isLoading || !isWhole ? t.choose : t.gone}</p>
        )}
      </div>
    </div>
  );
}

interface MessageRowProps {
  readonly message: Message;
  readonly isChosen: boolean;
  readonly isTabStop: boolean;
  readonly onChoose: () => void;
}

function MessageRow({ message, isChosen, isTabStop, onChoose }: MessageRowProps) {
  const t = messagesTexts();
  return (
    <div role="listitem" class={`message-row${isChosen ? ' is-chosen' : ''}`}>
      <button type="button" aria-current={isChosen} tabIndex={isTabStop ? 0 : -1} onClick={onChoose}>
        <span class="line">
          <span class="chip">{t[message.Kind]}</span>
          <bdi class="ellipsis fill">{message.Name}</bdi>
          {message.Push.Status !== 'None' && <PushBadge status={message.Push.Status} />}
          <span class="muted small">
            <Time at={message.SentTime} />
          </span>
        </span>
        <span class="ellipsis muted small mono">
          <bdi>{message.MessageBody.slice(0, BODY_CHARACTERS)}</bdi>
        </span>
      </button>
    </div>
  );
}
