/**
 * The stream of lists: which executions start and end, and which flows change. It is bounded: when more changes than a page shows
 * come at once, the stream counts the rest, and the browser reads its page again.
 */
import { formatTime } from '../../base/clock.ts';
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import type { Change, Changes, ListWatcher } from '../changes.ts';
import type { ChangeReader } from '../other-consoles.ts';
import type { ListChange } from '../protocol.ts';
import type { EventStream } from './event-stream.ts';

/** Changes of one message. */
const MOST_CHANGES = 200;
const MOST_FLOWS = 200;
const MOST_REMEMBERED = 1_000;
/** Between two messages. */
const GATHER_MS = 120;

export interface ListStreamOptions {
  readonly changes: Changes;
  /** Reads the changes of other processes; null: there are none. */
  readonly reader: Pick<ChangeReader, 'watch'> | null;
  /** Whether the caller may see the executions of a flow. */
  readonly maySee: (flow: string) => boolean;
  /** Whether the caller may see messages. */
  readonly maySeeMessages: () => boolean;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
}

export class ListStream implements ListWatcher {
  readonly #options: ListStreamOptions;
  readonly #stream: EventStream;
  #pending: ListChange[] = [];
  #lost = 0;
  /** By flow, whether the caller may see it: since the last message, because policies know the time. */
  readonly #visible = new Map<string, boolean>();
  readonly #flows = new Set<string>();
  #hasMessages = false;
  #isScheduled = false;
  #cancel = (): void => {};
  #unwatch = (): void => {};

  constructor(stream: EventStream, options: ListStreamOptions) {
    this.#options = options;
    this.#stream = stream;
  }

  begin(): void {
    const { changes, reader } = this.#options;
    void this.#stream.send('hello', JSON.stringify({ server: changes.process }));
    const unwatch = changes.watchList(this);
    const unwatchOthers = reader?.watch();
    this.#unwatch = () => {
      unwatch();
      unwatchOthers?.();
    };
  }

  end(): void {
    this.#unwatch();
    this.#cancel();
  }

  changed({ timeMs, ...change }: Change): void {
    // A change that the caller may not see is not counted either.
    if (!this.#maySee(change.flow)) return;
    if (this.#pending.length >= MOST_CHANGES) this.#lost++;
    else this.#pending.push({ ...change, time: formatTime(timeMs) });
    this.#schedule();
  }

  flowChanged(flow: string): void {
    if (!this.#maySee(flow)) return;
    if (this.#flows.size >= MOST_FLOWS && !this.#flows.has(flow)) this.#lost++;
    else this.#flows.add(flow);
    this.#schedule();
  }

  messagesChanged(): void {
    this.#hasMessages = true;
    this.#schedule();
  }

  missed(changes: number): void {
    this.#lost += changes;
    this.#schedule();
  }

  #maySee(flow: string): boolean {
    let may = this.#visible.get(flow);
    if (may === undefined) {
      may = this.#options.maySee(flow);
      if (this.#visible.size >= MOST_REMEMBERED) this.#visible.clear();
      this.#visible.set(flow, may);
      // A later look at the policies begins with the next message.
      this.#schedule();
    }
    return may;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#stream.isEnded) return;
    this.#isScheduled = true;
    const { scheduler, observer } = this.#options.ports;
    this.#cancel = scheduler.after(GATHER_MS, () => {
      inBackground(observer, 'a stream of the console', async () => {
        await this.#flush();
        this.#isScheduled = false;
        if (this.#pending.length > 0 || this.#lost > 0 || this.#flows.size > 0 || this.#hasMessages) this.#schedule();
      });
    });
  }

  /** Resolves when the browser has read enough: until then changes gather. */
  async #flush(): Promise<void> {
    const changes = this.#pending;
    const lost = this.#lost;
    const flows = [...this.#flows];
    const hasMessages = this.#hasMessages && this.#options.maySeeMessages();
    this.#pending = [];
    this.#lost = 0;
    this.#flows.clear();
    this.#hasMessages = false;
    this.#visible.clear();
    if (changes.length > 0 || lost > 0) await this.#stream.send('changes', JSON.stringify({ changes, lost }));
    if (flows.length > 0) await this.#stream.send('flows', JSON.stringify({ flows }));
    if (hasMessages) await this.#stream.send('messages', '{}');
  }
}
