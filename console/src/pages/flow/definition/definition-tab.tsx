/**
 * The definition of a flow, edited. Unsaved changes are a draft of the browser's tab; a change by someone else meanwhile is shown
 * before it is overwritten.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ownStorage } from '../../../app/own-storage.ts';
import { call } from '../../../api/client.ts';
import { useShortcuts } from '../../../app/keyboard.ts';
import { route } from '../../../app/router.ts';
import { LazyDiffView } from '../../../editor/lazy-editor.tsx';
import { useCheck } from '../../../editor/use-check.ts';
import { Button } from '../../../parts/button.tsx';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { FaultNotice } from '../../../parts/notice.tsx';
import { shownTime, timeMs } from '../../../parts/time.tsx';
import { say } from '../../../parts/toast.tsx';
import { useAction } from '../../../parts/use-action.ts';
import { ConflictDialog } from '../conflict-dialog.tsx';
import { readDraft } from '../draft.ts';
import type { Draft } from '../draft.ts';
import type { Flow } from '../flow-source.ts';
import { useDraftStore } from '../use-draft-store.ts';
import { DefinitionPane, ViewChoice } from './definition-pane.tsx';
import { languageOf } from './language-of.ts';
import type { Place } from './problem-list.tsx';
import { definitionTexts } from './texts.ts';

export interface DefinitionTabProps {
  readonly flow: Flow;
  readonly isGone: boolean;
  readonly onSaved: () => void;
}

function draftOf(flow: Flow): Draft {
  return { text: flow.Definition, base: flow.Definition };
}

type Open = 'changes' | { readonly theirs: Flow };

export function DefinitionTab({ flow, isGone, onSaved }: DefinitionTabProps) {
  const t = definitionTexts();
  const [restored] = useState(() => readDraft(ownStorage('sessionStorage'), flow.Name));
  const [draft, setDraft] = useState<Draft>(restored ?? draftOf(flow));
  const store = useDraftStore(flow.Name);
  const [goTo, setGoTo] = useState<Place | null>(placeInAddress);
  const [open, setOpen] = useState<Open | null>(null);
  const { text, base } = draft;
  const isChanged = text !== base;
  const check = useCheck(text, { mode: flow.ExecutionMode, name: flow.Name });
  const change = (next: Draft): void => {
    setDraft(next);
    store(next);
  };
  // At once after the rendering: an effect that came later would take away what someone has typed meanwhile.
  useLayoutEffect(() => {
    // Without changes of one's own, the editor follows the flow.
    if (!isChanged) setDraft(draftOf(flow));
  }, [flow]);
  useLeaveWarning(isChanged);
  /** `known`: the definition that the person knows to be saved. Another one is shown before it is replaced. */
  const save = useAction(async (known: string) => {
    if (!isChanged || isGone) return;
    const firstError = check.isCurrent ? check.diagnostics.find(({ severity }) => severity === 'error') : undefined;
    if (firstError !== undefined) {
      setGoTo({ line: firstError.line, column: firstError.column });
      throw new Error(t.hasErrors);
    }
    const now = await call('DescribeFlow', { Name: flow.Name });
    if (now.Definition !== known && now.Definition !== text) {
      setOpen({ theirs: now });
      return;
    }
    await call('UpdateFlow', { Name: flow.Name, Definition: text });
    setOpen(null);
    // The person may have typed while the call was under way.
    setDraft((current) => {
      const next = { text: current.text, base: text };
      store(next);
      return next;
    });
    say(t.saved);
    onSaved();
  });
  useShortcuts([{ keys: 'Mod+s', about: t.saveKeys, inFields: true, run: () => void save.run(base) }]);
  const isOvertaken = isChanged && flow.Definition !== base && flow.Definition !== text;
  return (
    <section class="definition-tab" aria-label={t.text}>
      <div class="row definition-tools">
        <ViewChoice />
        <span class="fill muted small" role="status">
          {isChanged ? (restored?.text === text ? t.restored : t.unsaved) : ''}
        </span>
        <CopyButton text={text} label={t.copy} />
        <Button kind="quiet" onClick={() => download(flow.Name, text)}>
          {t.download}
        </Button>
        {isChanged && (
          <>
            <Button kind="quiet" onClick={() => setOpen('changes')}>
              {t.compare}
            </Button>
            <Button
              kind="quiet"
              onClick={() => {
                change(draftOf(flow));
                say(t.discarded);
              }}
            >
              {t.discard}
            </Button>
          </>
        )}
        <Button
          kind="primary"
          isDisabled={!isChanged || isGone}
          isBusy={save.isBusy}
          onClick={() => void save.run(base)}
        >
          {t.save}
        </Button>
      </div>
      {isOvertaken && !isGone && (
        <div class="notice row" role="status">
          <span class="fill">{t.changedMeanwhile(shownTime(timeMs(flow.LastModifiedTime) ?? 0))}</span>
          <Button onClick={() => setOpen({ theirs: flow })}>{t.showDifference}</Button>
        </div>
      )}
      {save.fault !== null && open === null && <FaultNotice fault={save.fault} />}
      <DefinitionPane
        text={text}
        onChange={(next) => {
          save.clear();
          change({ ...draft, text: next });
        }}
        check={check}
        goTo={goTo}
      />
      {open === 'changes' && (
        <Dialog title={t.compareTitle} isWide onClose={() => setOpen(null)}>
          <LazyDiffView a={base} b={text} language={languageOf(text)} labels={{ a: t.savedText, b: t.mine }} />
        </Dialog>
      )}
      {open !== null && open !== 'changes' && (
        <ConflictDialog
          texts={t}
          theirs={open.theirs.Definition}
          save={save}
          isWide
          onClose={() => setOpen(null)}
          onTake={() => {
            change(draftOf(open.theirs));
            setOpen(null);
          }}
        >
          <LazyDiffView
            a={open.theirs.Definition}
            b={text}
            language={languageOf(text)}
            labels={{ a: t.theirs, b: t.mine }}
          />
        </ConflictDialog>
      )}
    </section>
  );
}

/** A link may name a line: `?line=12`. */
function placeInAddress(): Place | null {
  const line = Number(route.peek().query.get('line') ?? 0);
  return Number.isInteger(line) && line > 0 ? { line, column: 1 } : null;
}

/** Asks before the page is closed or loaded again. Other screens of the console find the draft again. */
function useLeaveWarning(isChanged: boolean): void {
  const latest = useRef(isChanged);
  latest.current = isChanged;
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (latest.current) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, []);
}

function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = `${name}.${languageOf(text)}`;
  link.click();
  URL.revokeObjectURL(link.href);
}
