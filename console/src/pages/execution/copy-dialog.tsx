/** The execution as text to copy: a test for the test kit, or a call that starts one with the same input. */
import { useState } from 'preact/hooks';
import { session } from '../../app/session.ts';
import { Button } from '../../parts/button.tsx';
import { SAMPLE_KINDS, SAMPLE_TITLES, callSample } from '../../parts/call-samples.ts';
import type { SampleKind } from '../../parts/call-samples.ts';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { asTest, whyNoTest } from './model/as-test.ts';
import { executionTexts } from './texts.ts';
import type { LoadedExecution } from './use-execution.ts';

type CopyKind = 'test' | SampleKind;

export function CopyDialog({ loaded, onClose }: { readonly loaded: LoadedExecution; readonly onClose: () => void }) {
  const t = executionTexts();
  const [kind, setKind] = useState<CopyKind>('test');
  const why = whyNoTest(loaded.history);
  const isTest = kind === 'test';
  const reason = !isTest || why === null ? null : why === 'running' ? t.testRunning : t.testMaps;
  const text = reason !== null ? '' : isTest ? testOf(loaded) : callOf(kind, loaded);
  return (
    <Dialog title={t.copyTitle} onClose={onClose} isWide>
      <div class="row" role="group" aria-label={t.copyTitle}>
        {(['test', ...SAMPLE_KINDS] as const).map((each) => (
          <Button key={each} isPressed={kind === each} onClick={() => setKind(each)}>
            {each === 'test' ? t.copyTest : SAMPLE_TITLES[each]}
          </Button>
        ))}
      </div>
      <p class="muted">{reason ?? (isTest ? t.copyTestHelp : t.copyCallHelp)}</p>
      {text !== '' && (
        <>
          <p class="row end">
            <CopyButton text={text} />
          </p>
          <pre class="code-block" tabIndex={0}>
            {text}
          </pre>
        </>
      )}
    </Dialog>
  );
}

function testOf({ flow, name, described, history, isExpress }: LoadedExecution): string {
  const { data } = described;
  return asTest(history, {
    flow,
    execution: name,
    definition: data?.FlowDefinition ?? '',
    mode: isExpress ? 'Express' : 'Standard',
    environment: (data?.Environment.Variables ?? []).map(({ Name, Value }) => ({ name: Name, value: Value })),
  });
}

function callOf(kind: SampleKind, { flow, described, isExpress }: LoadedExecution): string {
  const input = described.data?.Input ?? '';
  const parameters = { FlowName: flow, ...(input !== '' && { Input: input }) };
  const action = isExpress ? 'StartSyncExecution' : 'StartExecution';
  // The console is one level below the API.
  const url = new URL('../', location.href.replace(/#.*/, '')).href;
  const { value } = session;
  return callSample(kind, { action, parameters }, { url, signs: value?.auth !== 'off', region: value?.region ?? '' });
}
