/**
 * The consoles of the other processes that serve together with this one: workers of one server, or nodes of one store. A list shows what
 * happens in all of them, so a process asks the others for their changes while someone watches a list. A session that was ended at one is
 * ended at all.
 */
import { isJsonObject } from '../base/json.ts';
import type { JsonValue } from '../base/json.ts';
import { inBackground } from '../base/isolated.ts';
import type { Ports } from '../base/ports.ts';
import type { Peers } from '../cluster/peers.ts';
import type { Changes, ChangeBatch, Cursors } from './changes.ts';

export interface OtherConsoles {
  /** The changes of the other processes, of each since its cursor. The own process may be among them. */
  changesSince(cursors: Cursors): Promise<readonly ChangeBatch[]>;
  endSession(id: string): Promise<void>;
}

const CHANGES = 'console.changes';
const SESSION_END = 'console.sessionEnd';
/** A process that does not answer by then has ended, or its changes come with the next answer. */
const PATIENCE_MS = 2_000;
/** Between two questions while someone watches. */
const PAUSE_MS = 250;

/** The others, asked through the channel for questions between processes. */
export function consolesOfPeers(peers: Pick<Peers, 'askAll'>): OtherConsoles {
  return {
    changesSince: async (cursors) =>
      (await peers.askAll(CHANGES, cursors, PATIENCE_MS)) as unknown as readonly ChangeBatch[],
    endSession: async (id) => {
      await peers.askAll(SESSION_END, id, PATIENCE_MS);
    },
  };
}

/** Answers the others from now on. `endSession` forgets a session here. */
export function serveConsoles(peers: Pick<Peers, 'serve'>, changes: Changes, endSession: (id: string) => void): void {
  peers.serve(CHANGES, (cursors) => Promise.resolve(changes.batchSince(cursorsOf(cursors)) as unknown as JsonValue));
  peers.serve(SESSION_END, (id) => {
    if (typeof id === 'string') endSession(id);
    return Promise.resolve(true);
  });
}

function cursorsOf(value: JsonValue): Cursors {
  return isJsonObject(value) ? (value as Cursors) : {};
}

/** Asks the others for their changes while someone watches, and passes them on to the lists of this process. */
export class ChangeReader {
  readonly #others: Pick<OtherConsoles, 'changesSince'>;
  readonly #changes: Changes;
  readonly #ports: Pick<Ports, 'scheduler' | 'observer'>;
  #cursors: Record<string, number> = {};
  /** By process, how often messages had changed there by its last answer. */
  readonly #messages = new Map<string, number>();
  #watchers = 0;
  #isAsking = false;
  #cancel = (): void => {};

  constructor(
    others: Pick<OtherConsoles, 'changesSince'>,
    changes: Changes,
    ports: Pick<Ports, 'scheduler' | 'observer'>,
  ) {
    this.#others = others;
    this.#changes = changes;
    this.#ports = ports;
  }

  /** Someone watches a list until the result is called. */
  watch(): () => void {
    this.#watchers++;
    if (this.#watchers === 1) {
      // Changes of the time in which no one watched are of no use to anyone: each screen has read its list since.
      this.#cursors = {};
      this.#messages.clear();
      if (!this.#isAsking) this.#ask();
    }
    return () => {
      this.#watchers--;
      if (this.#watchers === 0) this.#cancel();
    };
  }

  #ask(): void {
    this.#isAsking = true;
    inBackground(this.#ports.observer, 'a question about the changes of other processes', async () => {
      try {
        for (const batch of await this.#others.changesSince(this.#cursors)) this.#take(batch);
      } finally {
        this.#isAsking = false;
        if (this.#watchers > 0) this.#cancel = this.#ports.scheduler.after(PAUSE_MS, () => this.#ask());
      }
    });
  }

  #take({ process, until, changes, flows, lost, messages }: ChangeBatch): void {
    if (process === this.#changes.process) return;
    this.#cursors[process] = until;
    for (const change of changes) this.#changes.pass(change);
    for (const flow of flows) this.#changes.passFlow(flow);
    if (lost > 0) this.#changes.passMissed(lost);
    // Those before its first answer may have come after a list was read.
    if (messages !== (this.#messages.get(process) ?? 0)) this.#changes.passMessages();
    this.#messages.set(process, messages);
  }
}
