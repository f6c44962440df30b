/** The stream of one run of a distributed Map: how far it is, at first and whenever that has changed. */
import { mapRunReply } from '../../operations/map-runs/replies.ts';
import type { Ports } from '../../base/ports.ts';
import type { Executions } from '../../runtime/executions.ts';
import type { Changes } from '../changes.ts';
import type { EventStream } from './event-stream.ts';
import { Rereading } from './rereading.ts';

/** Items may end by the thousand in a second. A person sees a number change a few times in it. */
const GATHER_MS = 200;

export interface MapRunStreamOptions {
  readonly flow: string;
  readonly execution: string;
  readonly mapRun: string;
  readonly executions: Pick<Executions, 'mapRun'>;
  readonly changes: Pick<Changes, 'watchMapRun'>;
  /** How often to look although nothing was reported, because the run may be of another process; null: not at all. */
  readonly lookMs: number | null;
  readonly ports: Pick<Ports, 'scheduler' | 'observer'>;
}

/** Writes the stream until it ends. */
export class MapRunStream {
  readonly #options: MapRunStreamOptions;
  readonly #stream: EventStream;
  readonly #rereading: Rereading;
  /** The last that was sent; empty before the first. */
  #sent = '';
  #unwatch = (): void => {};

  constructor(stream: EventStream, options: MapRunStreamOptions) {
    this.#options = options;
    this.#stream = stream;
    const { lookMs, ports } = options;
    this.#rereading = new Rereading({
      stream,
      read: (isWoken) => this.#readChange(isWoken),
      gatherMs: GATHER_MS,
      lookMs,
      ports,
    });
  }

  begin(): void {
    const { changes, flow, execution, mapRun } = this.#options;
    this.#unwatch = changes.watchMapRun(flow, execution, mapRun, () => this.#rereading.wake());
    this.#rereading.begin();
  }

  /** The stream has ended. */
  end(): void {
    this.#unwatch();
    this.#rereading.end();
  }

  /** @param isWoken something has happened, perhaps to an item: then the run is sent also if it is as it was */
  async #readChange(isWoken: boolean): Promise<void> {
    const { executions, flow, execution, mapRun } = this.#options;
    const run = await executions.mapRun(flow, execution, mapRun);
    const text = JSON.stringify(mapRunReply(run, execution));
    if (text === this.#sent && !isWoken) return;
    this.#sent = text;
    await this.#stream.send('mapRun', text);
  }
}
