/** The flow that is about to be created. */
import { ownStorage } from '../../app/own-storage.ts';
import { route } from '../../app/router.ts';
import { language } from '../../texts/texts.ts';
import { NEW_FLOW, readDraft } from '../flow/draft.ts';
import { definitionName } from './definition-name.ts';
import { EXAMPLES } from './examples.ts';

export interface NewFlow {
  readonly name: string;
  readonly mode: 'Standard' | 'Express';
  readonly description: string;
  readonly text: string;
}

export const BLANK = `Type: StateMachine
SpecVersion: v1
Name: my-flow
StartAt: Begin
States:
  - Type: Pass
    Name: Begin
    End: true
`;

export function blankFlow(): NewFlow {
  return { name: 'my-flow', mode: 'Standard', description: '', text: BLANK };
}

/** The draft of before, or the example in the address, or the first one. */
export function firstFlow(): NewFlow {
  const draft = readDraft(ownStorage('sessionStorage'), NEW_FLOW);
  if (draft !== null) return { ...blankFlow(), name: definitionName(draft.text) ?? '', text: draft.text };
  const { query } = route.peek();
  const example = EXAMPLES.find(({ name }) => name === query.get('example')) ?? EXAMPLES[0];
  if (example === undefined || query.get('from') === 'empty') return blankFlow();
  const { name, mode, definition: text, about } = example;
  return { name, mode, description: about[language.peek()], text };
}
