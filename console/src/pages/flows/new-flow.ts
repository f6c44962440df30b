/** The flow that is about to be created. */
import { ownStorage } from '../../app/own-storage.ts';
import { route } from '../../app/router.ts';
import { language } from '../../texts/texts.ts';
import { readNewFlow } from '../flow/draft.ts';
import type { NewFlow, NewFlowDraft } from '../flow/draft.ts';
import { EXAMPLES } from './examples.ts';
import type { FlowExample } from './examples.ts';

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
export function firstFlow(): NewFlowDraft {
  const draft = readNewFlow(ownStorage('sessionStorage'));
  if (draft !== null) return draft;
  const { query } = route.peek();
  const example = EXAMPLES.find(({ name }) => name === query.get('example')) ?? EXAMPLES[0];
  const flow = example === undefined || query.get('from') === 'empty' ? blankFlow() : exampleFlow(example);
  return { flow, given: flow };
}

export function exampleFlow({ name, mode, definition: text, about }: FlowExample): NewFlow {
  return { name, mode, description: about[language.peek()], text };
}
