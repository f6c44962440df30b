/**
 * Reads a thing of the store again when something has happened to it. Changes that come close together are one read, no two reads run at
 * a time, and the next one waits until the browser has taken what the last one sent.
 */
import { ApiError } from '../../api/error.ts';
import { inBackground } from '../../base/isolated.ts';
import type { Ports } from '../../base/ports.ts';
import type { EventStream } from './event-stream.ts';

export interface RereadingOptions {
  readonly stream: EventStream;
  /**
   * Reads, and sends what is new. `isWoken`: something has happened since the last read; false for a look, which reads as little as it
   * can. Rejects with an `ApiError` whose code says that the thing does not exist when it is gone.
   */
  readonly read: (isWoken: boolean) => Promise<void>;
  /** Changes that come closer together, in milliseconds, are one read. */
  readonly gatherMs: number;
  /** How often to look although nothing was reported, because the change may be of another process; null: not at all. */
  readonly lookMs: number | null;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
}

export class Rereading {
  readonly #options: RereadingOptions;
  /** Something has happened since the last read began, or it is time to look. */
  #isDirty = true;
  /** Something has happened. */
  #isWoken = false;
  #isReading = false;
  #cancel = (): void => {};

  constructor(options: RereadingOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#read();
  }

  /** Something has happened. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isDirty) return;
    this.#isDirty = true;
    if (!this.#isReading) this.#readAfter(this.#options.gatherMs);
  }

  /** The stream has ended. */
  end(): void {
    this.#cancel();
  }

  #readAfter(ms: number): void {
    this.#cancel();
    this.#cancel = this.#options.ports.scheduler.after(ms, () => this.#read());
  }

  #read(): void {
    const { stream, ports, gatherMs, lookMs } = this.#options;
    inBackground(ports.observer, 'a stream of the console', async () => {
      this.#isReading = true;
      try {
        await this.#readOnce();
      } catch (error) {
        // The browser opens another stream, which may have more luck.
        stream.close();
        throw error;
      } finally {
        this.#isReading = false;
      }
      if (stream.isEnded) return;
      if (this.#isDirty) this.#readAfter(gatherMs);
      else if (lookMs !== null) this.#lookAfter(lookMs);
    });
  }

  #lookAfter(ms: number): void {
    this.#cancel();
    this.#cancel = this.#options.ports.scheduler.after(ms, () => {
      this.#isDirty = true;
      this.#read();
    });
  }

  async #readOnce(): Promise<void> {
    const isWoken = this.#isWoken;
    this.#isWoken = false;
    this.#isDirty = false;
    try {
      await this.#options.read(isWoken);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code.endsWith('NotExists')) await sendAbsent(this.#options.stream);
      // Anything else may pass: the browser opens another stream, which says what is wrong.
      else this.#options.stream.close();
    }
  }
}

/** Says that there is no such thing, or that there is no longer. */
export async function sendAbsent(stream: EventStream): Promise<void> {
  await stream.send('absent', '{}');
  stream.finish();
}
