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
import { NEW_FLOW, newFlowDraft } from '../flow/draft.ts';
import type { NewFlow } from '../flow/draft.ts';
import { useDraftStore } from '../flow/use-draft-store.ts';
import { AslImport } from './asl-import.tsx';
import type { AslSource } from './asl-import.tsx';
import { definitionName, isStatesLanguage, nameOfFile } from './definition-name.ts';
import { EXAMPLES } from './examples.ts';
import type { FlowExample } from './examples.ts';
import { FileDrop } from './file-drop.tsx';
import { BLANK, blankFlow, exampleFlow, firstFlow } from './new-flow.ts';
import { NewFlowForm } from './new-flow-form.tsx';
import { newFlowTexts } from './new-flow-texts.ts';

interface Offer {
  readonly flow: NewFlow;
  /** The example that it is, or the file that it came from. */
  readonly example?: string;
  readonly file?: string;
}

export function NewFlowPage() {
  const t = newFlowTexts();
  const [first] = useState(firstFlow);
  const [flow, setFlow] = useState(first.flow);
  /** The flow that a source has put there. Another text is the work of the person. */
  const [given, setGiven] = useState(first.given);
  const [pending, setPending] = useState<Offer | null>(null);
  const [asl, setAsl] = useState<AslSource>({ text: '', name: '', isNew: false });
  const tabs = [
    { id: 'example', title: t.example },
    { id: 'file', title: t.file },
    { id: 'asl', title: t.asl },
    { id: 'empty', title: t.empty },
  ];
  const source = chosenTab(tabs, 'from');
  const storeDraft = useDraftStore(NEW_FLOW);
  const put = ({ flow: next, example, file }: Offer): void => {
    setFlow(next);
    setGiven(next);
    setPending(null);
    storeDraft(newFlowDraft({ flow: next, given: next }));
    if (file !== undefined) say(t.loaded(file));
    setQuery({ example }, { replace: true });
  };
  const offer = (next: Offer): void => {
    if (flow.text === given?.text || flow.text === next.flow.text) put(next);
    else setPending(next);
  };
  const takeFile = (file: string, text: string): void => {
    if (isStatesLanguage(text)) {
      setAsl({ text, name: nameOfFile(file), isNew: true });
      setQuery({ from: 'asl' });
      return;
    }
    const name = definitionName(text) ?? nameOfFile(file);
    offer({ flow: { ...flow, name: isName(name) ? name : flow.name, text, description: '' }, file });
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
          {source === 'example' && (
            <Examples
              text={flow.text}
              onChoose={(example) => offer({ flow: exampleFlow(example), example: example.name })}
            />
          )}
          {source === 'file' && <FileDrop onText={takeFile} />}
          {source === 'asl' && (
            <AslImport
              source={asl}
              given={given?.text ?? ''}
              onSource={setAsl}
              onConverted={(text) => {
                // Standard is the mode of most state machines there, and has the longer waits.
                const converted = {
                  name: definitionName(text) ?? flow.name,
                  mode: 'Standard',
                  description: '',
                  text,
                } as const;
                offer({ flow: converted });
              }}
            />
          )}
          {source === 'empty' && (
            <div class="row">
              <p class="muted fill">{t.blankAbout}</p>
              <Button isDisabled={flow.text === BLANK} onClick={() => offer({ flow: blankFlow() })}>
                {t.blank}
              </Button>
            </div>
          )}
        </div>
        <NewFlowForm
          flow={flow}
          onChange={(next) => {
            setFlow(next);
            storeDraft(newFlowDraft({ flow: next, given }));
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

function Examples({ text, onChoose }: { readonly text: string; readonly onChoose: (example: FlowExample) => void }) {
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
            onChoose={() => onChoose(example)}
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
