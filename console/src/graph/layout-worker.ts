/** The entry of the layout worker: lays out graphs beside the page's thread, one question after the other. */
import type { ScopeQuestion } from './layout-question.ts';
import { layOut } from './layout.ts';
import type { Layout } from './layout.ts';

export interface WorkerQuestion {
  readonly id: number;
  /** A {@link ScopeQuestion} as JSON: a text is sent faster than an object. */
  readonly question: string;
}

export type WorkerAnswer =
  | { readonly id: number; readonly layout: Layout }
  | { readonly id: number; readonly fault: string };

self.addEventListener('message', ({ data }: MessageEvent<WorkerQuestion>) => self.postMessage(answer(data)));

function answer({ id, question }: WorkerQuestion): WorkerAnswer {
  try {
    return { id, layout: layOut(JSON.parse(question) as ScopeQuestion) };
  } catch (error) {
    return { id, fault: String(error) };
  }
}
