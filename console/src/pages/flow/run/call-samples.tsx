/** The call that the dialog makes, as text for a shell and for programs. */
import { useState } from 'preact/hooks';
import { SAMPLE_KINDS, SAMPLE_TITLES, apiUrl, callSample } from '../../../parts/call-samples.ts';
import type { ApiCall, SampleKind } from '../../../parts/call-samples.ts';
import { CopyButton } from '../../../parts/copy-button.tsx';
import { runTexts } from './texts.ts';

export interface CallSamplesProps {
  readonly call: ApiCall;
  /** False: the server takes calls without a signature. */
  readonly signs: boolean;
  readonly region: string;
}

export function CallSamples({ call, signs, region }: CallSamplesProps) {
  const t = runTexts();
  const [kind, setKind] = useState<SampleKind>('curl');
  const text = callSample(kind, call, { url: apiUrl(), signs, region });
  return (
    <details class="call-samples">
      <summary>{t.copyAs}</summary>
      <div class="row">
        <select
          aria-label={t.copyAs}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as SampleKind)}
        >
          {SAMPLE_KINDS.map((each) => (
            <option key={each} value={each}>
              {SAMPLE_TITLES[each]}
            </option>
          ))}
        </select>
        <span class="muted small fill">{signs && t.copyHelp}</span>
        <CopyButton text={text} />
      </div>
      <pre class="sample" tabIndex={0} aria-label={SAMPLE_TITLES[kind]}>
        {text}
      </pre>
    </details>
  );
}
