/** Loads the editor when it is first shown. Until then, and if it does not load, a plain field takes its place. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { Loading } from '../parts/notice.tsx';
import type { DiffViewProps, EditorProps } from './editor.tsx';
import { editorTexts } from './texts.ts';

interface Parts {
  readonly Editor: ComponentType<EditorProps>;
  readonly DiffView: ComponentType<DiffViewProps>;
}

let loaded: Parts | null = null;

async function loadParts(): Promise<Parts> {
  const { Editor, DiffView } = await import('./editor.tsx');
  loaded = { Editor, DiffView };
  return loaded;
}

/** The parts of the editor; null while they load. `isLost`: they did not load, and `load` tries again. */
function useParts(): { readonly parts: Parts | null; readonly isLost: boolean; load(): void } {
  const [state, setState] = useState<{ parts: Parts | null; isLost: boolean }>({ parts: loaded, isLost: false });
  const load = (): void => {
    setState({ parts: null, isLost: false });
    loadParts().then(
      (parts) => setState({ parts, isLost: false }),
      () => setState({ parts: null, isLost: true }),
    );
  };
  useEffect(() => {
    if (state.parts === null) load();
  }, []);
  return { ...state, load };
}

export function LazyEditor(props: EditorProps) {
  const { parts, isLost, load } = useParts();
  const t = editorTexts();
  if (parts !== null) return <parts.Editor {...props} />;
  const { value, onChange, isReadOnly = false, label = t.definition } = props;
  return (
    <div class="editor plain">
      {isLost && (
        <p class="notice fault" role="alert">
          {t.notLoaded} <Button onClick={load}>{t.retry}</Button>
        </p>
      )}
      <textarea
        aria-label={label}
        spellcheck={false}
        readOnly={isReadOnly}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}

export function LazyDiffView(props: DiffViewProps) {
  const { parts, isLost, load } = useParts();
  const t = editorTexts();
  if (parts !== null) return <parts.DiffView {...props} />;
  if (!isLost) return <Loading />;
  return (
    <div class="notice fault" role="alert">
      <p>{t.diffNotLoaded}</p>
      <Button onClick={load}>{t.retry}</Button>
    </div>
  );
}
