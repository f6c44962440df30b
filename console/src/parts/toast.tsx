/** Short news at the edge of the page: what an action has done. A fault that needs a decision belongs beside its button instead. */
import { signal } from '@preact/signals';

interface News {
  readonly id: number;
  readonly text: string;
  readonly isFault: boolean;
}

const news = signal<readonly News[]>([]);
let lastId = 0;
const SHOWN_MS = 6_000;

/** Shows a sentence for some seconds. */
export function say(text: string, { isFault = false } = {}): void {
  lastId++;
  const own: News = { id: lastId, text, isFault };
  news.value = [...news.value.slice(-3), own];
  setTimeout(() => {
    news.value = news.value.filter((each) => each !== own);
  }, SHOWN_MS);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {news.value.map(({ id, text, isFault }) => (
        <p key={id} class={isFault ? 'toast fault' : 'toast'}>
          {text}
        </p>
      ))}
    </div>
  );
}
