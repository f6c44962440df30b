/** A worker as the main process sees it: its process, the link to it, and the connections that go there. */
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Scheduler } from '../base/scheduler.ts';
import { Link } from './link.ts';
import { DUTIES } from './ports.ts';
import type { WorkerDuties } from './ports.ts';
import { remotePort } from './remote-port.ts';

/** The program that a worker runs. */
export interface WorkerProgram {
  /** A module of Node. */
  readonly file: string;
  readonly args: readonly string[];
}

/** How a process ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export class WorkerProcess {
  /** From 1; the worker that replaces another one has another number. */
  readonly number: number;
  readonly link: Link;
  readonly duties: WorkerDuties;
  readonly ended: Promise<WorkerEnd>;
  readonly #child: ChildProcess;

  constructor(number: number, { file, args }: WorkerProgram, scheduler: Pick<Scheduler, 'soon'>) {
    const { fork } = process.getBuiltinModule('node:child_process');
    this.number = number;
    // Structured clone sends a text as its bytes; JSON would escape it once more.
    const child = fork(file, [...args, String(number)], { serialization: 'advanced' });
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      // A process that could not be started has no exit.
      child.on('error', () => {
        if (child.pid === undefined) resolve({ code: null, signal: null });
      });
    });
    this.link = new Link(
      {
        send: (text) => {
          if (child.connected) child.send(text, undefined, undefined, () => undefined);
        },
        onText: (take) =>
          child.on('message', (message) => {
            if (typeof message === 'string') take(message);
          }),
        onEnd: (take) => void this.ended.then(take),
      },
      scheduler,
    );
    this.duties = remotePort(this.link, DUTIES);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The connection stays open here as well, until the worker has it. */
  pass(connection: number, socket: Socket): void {
    if (this.#child.connected) this.#child.send({ connection }, socket, { keepOpen: true }, () => undefined);
  }

  /** Asks the worker to end; what it has under way is lost. */
  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
