/**
 * Creates a flow: from an example, from a file, from a definition in Amazon States Language, or from a text of one's own. Each source
 * puts a text into the editor; the flow is created from what the editor has.
 */
import { useState } from 'preact/hooks';
import { isName } from '../../../../src/api/names.ts';
import { setQuery, to } from '../../app/router.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Tabs, chosenTab } from '../../parts/tabs.tsx';
import { say } from '../../parts/toast.tsx';
import { language } from '../../texts/texts.ts';
import { NEW_FLOW } from '../flow/draft.ts';
import { useDraftStore } from '../flow/use-draft-store.ts';
import { AslImport } from './asl-import.tsx';
import { definitionName, isStatesLanguage, nameOfFile } from './definition-name.ts';
import { EXAMPLES } from './examples.ts';
import type { FlowExample } from './examples.ts';
import { FileDrop } from './file-drop.tsx';
import { BLANK, blankFlow, firstFlow } from './new-flow.ts';
import type { NewFlow } from './new-flow.ts';
import { NewFlowForm } from './new-flow-form.tsx';
import { newFlowTexts } from './new-flow-texts.ts';

interface Offer {
  readonly flow: NewFlow;
  /** The example that it is; null for another source. */
  readonly example: string | null;
}

export function NewFlowPage() {
  const t = newFlowTexts();
  const [flow, setFlow] = useState<NewFlow>(firstFlow);
  /** The text that a source put into the editor. Another text there is the work of the person. */
  const [given, setGiven] = useState(flow.text);
  const [pending, setPending] = useState<Offer | null>(null);
  const [asl, setAsl] = useState({ text: '', name: '' });
  const tabs = [
    { id: 'example', title: t.example },
    { id: 'file', title: t.file },
    { id: 'asl', title: t.asl },
    { id: 'empty', title: t.empty },
  ];
  const source = chosenTab(tabs, 'from');
  const storeDraft = useDraftStore(NEW_FLOW);
  const store = (text: string, base: string): void => storeDraft({ text, base, baseTime: '' });
  const put = ({ flow: next, example }: Offer): void => {
    setFlow(next);
    setGiven(next.text);
    setPending(null);
    store(next.text, next.text);
    setQuery({ example }, { replace: true });
  };
  const offer = (next: NewFlow, example: string | null = null): void => {
    if (flow.text === given || flow.text === next.text) put({ flow: next, example });
    else setPending({ flow: next, example });
  };
  const takeFile = (file: string, text: string): void => {
    if (isStatesLanguage(text)) {
      setAsl({ text, name: nameOfFile(file) });
      setQuery({ from: 'asl' });
      return;
    }
    const name = definitionName(text) ?? nameOfFile(file);
    offer({ ...flow, name: isName(name) ? name : flow.name, text, description: '' });
    say(t.loaded(file));
  };
  return (
    <>
      <div class="flow-title">
        <nav class="crumbs">
          <a href={to.flows()}>{t.flows}</a>
        </nav>
        <h1>{t.title}</h1>
      </div>
      <div class="new-layout">
        <div class="new-source">
          <Tabs tabs={tabs} label={t.source} parameter="from" />
          {source === 'example' && <Examples text={flow.text} onChoose={offer} />}
          {source === 'file' && <FileDrop onText={takeFile} />}
          {source === 'asl' && (
            <AslImport
              text={asl.text}
              name={asl.name}
              onText={(text) => setAsl({ ...asl, text })}
              onConverted={(text) =>
                // Standard is the mode of most state machines there, and has the longer waits.
                offer({ name: definitionName(text) ?? flow.name, mode: 'Standard', description: '', text })
              }
            />
          )}
          {source === 'empty' && (
            <div class="row">
              <p class="muted fill">{t.blankAbout}</p>
              <Button isDisabled={flow.text === BLANK} onClick={() => offer(blankFlow())}>
                {t.blank}
              </Button>
            </div>
          )}
        </div>
        <NewFlowForm
          flow={flow}
          onChange={(next) => {
            setFlow(next);
            store(next.text, given);
          }}
          onCreated={() => storeDraft(null)}
        />
      </div>
      {pending !== null && (
        <Dialog
          title={t.replaceTitle}
          onClose={() => setPending(null)}
          actions={
            <Button kind="primary" onClick={() => put(pending)}>
              {t.replace}
            </Button>
          }
        >
          <p>{t.replaceAbout}</p>
        </Dialog>
      )}
    </>
  );
}

function Examples({
  text,
  onChoose,
}: {
  readonly text: string;
  readonly onChoose: (flow: NewFlow, example: string) => void;
}) {
  const t = newFlowTexts();
  return (
    <>
      <p class="muted small">{t.choose}</p>
      <ul class="examples">
        {EXAMPLES.map((example) => (
          <ExampleCard
            key={example.name}
            example={example}
            isChosen={text === example.definition}
            onChoose={() =>
              onChoose(
                {
                  name: example.name,
                  mode: example.mode,
                  description: example.about[language.value],
                  text: example.definition,
                },
                example.name,
              )
            }
          />
        ))}
      </ul>
    </>
  );
}

function ExampleCard({
  example: { title, about, mode },
  isChosen,
  onChoose,
}: {
  readonly example: FlowExample;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  return (
    <li>
      <button type="button" class="example card" aria-pressed={isChosen} onClick={onChoose}>
        <span class="example-title">{title[language.value]}</span>
        <span class="chip">{mode}</span>
        <span class="small muted">{about[language.value]}</span>
      </button>
    </li>
  );
}
