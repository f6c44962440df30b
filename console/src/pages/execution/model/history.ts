/**
 * The history of an execution as a tree: lines with visits of states, which have parts and lines inside. A *line* is one way through
 * a scope: the flow itself, a branch, an item. A *visit* is one activation of a state. A *part* is a piece of the time of a visit: an
 * attempt of a task, the delay before the next one, a Map run.
 *
 * Events come in order, each once; each changes a few objects and none that has ended long ago, except a redrive, which opens again
 * what the end of the execution had closed. The place of an event is found by its cause (rules.md 13.4): the line that continues from
 * an event is remembered by the event.
 */
import { callOf, failureOf, indexOfItem, startsFlow, stateType } from './events.ts';
import type { StreamedEvent } from './events.ts';

/** `Aborted`: ended by the end of something around it. `Running` is refined to a wait by {@link isWaiting}. */
export type Outcome = 'Running' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Aborted';

export interface Line {
  /** The event that opened it. */
  readonly id: number;
  readonly kind: 'flow' | 'branch' | 'item';
  readonly index: number;
  /** The visit that it runs in; null for the flow. */
  readonly owner: Visit | null;
  readonly visits: Visit[];
  /** The visit that it is in. */
  current: Visit | null;
  status: Outcome;
  readonly startMs: number;
  endMs: number | null;
  /** The event that ended it; 0 while it is open. */
  end: number;
}

export interface Part {
  readonly kind: 'attempt' | 'delay' | 'run';
  /** The event that began it. */
  readonly id: number;
  /** Of an attempt: 1 for the first. */
  readonly number: number;
  /** Of an attempt: the action or resource, and the mode. */
  readonly called: string;
  readonly mode: string;
  readonly startMs: number;
  /** Of an attempt: when the service accepted the work; from then on it waits for a callback. */
  acceptedMs: number | null;
  /** The event by which the service accepted the work; 0 for none. */
  accepted: number;
  endMs: number | null;
  end: number;
  status: Outcome;
  /** It continues the work of the part before it, after a redrive. */
  readonly isContinued: boolean;
  /** A redrive has left it out. */
  isUndone: boolean;
}

/** The lines inside a visit, one group each time the state started. */
export interface Round {
  /** The StateStarted that began it. */
  readonly id: number;
  readonly lines: Line[];
  /** Those that have not ended, in the order in which they were opened. */
  readonly open: Line[];
  readonly counts: Counts;
  isUndone: boolean;
}

export type Counts = Record<Outcome, number>;

/** The time of a visit: more than one span if a redrive has continued it. */
export interface Span {
  readonly startMs: number;
  endMs: number | null;
  status: Outcome;
}

export interface Visit {
  /** Its StateEntered. */
  readonly id: number;
  readonly name: string;
  readonly line: Line;
  /** Its place in the line. */
  readonly place: number;
  readonly spans: Span[];
  readonly parts: Part[];
  readonly rounds: Round[];
  /** The events of StateStarted. */
  readonly starts: number[];
  status: Outcome;
  /** The event that ended it; 0 while it is open. */
  end: number;
  /** Its last event so far. */
  last: number;
  /** A failure that a catch rule took: the next state. */
  caughtBy: string | null;
  /** The failure came from inside it. */
  failedInside: boolean;
}

export const ENDS: ReadonlySet<string> = new Set([
  'ExecutionSucceeded',
  'ExecutionFailed',
  'ExecutionTimedOut',
  'ExecutionStopped',
]);
const STOPPED = 'The execution was stopped.';
const EXECUTION_TIMEOUT = 'FnF.ExecutionTimeout';

export class History {
  /** `events[i].id === i + 1`. */
  readonly events: StreamedEvent[] = [];
  /** Times of the events, milliseconds since 1970. */
  readonly times: number[] = [];
  /** The visit of each event; null for events of the execution and for events that have no place. */
  readonly visitOf: (Visit | null)[] = [];
  /** Of each event: a redrive has left it out. */
  readonly undone: boolean[] = [];
  /** All visits, in the order in which they were entered. */
  readonly visits: Visit[] = [];
  /** Parts in which another execution was started, and Map runs. */
  readonly children: { readonly visit: Visit; readonly part: Part }[] = [];
  root: Line | null = null;
  /** Status of the execution by its events. */
  status: 'Running' | 'Succeeded' | 'Failed' | 'TimedOut' | 'Stopped' = 'Running';
  /** The event that ended it; 0 while it runs. */
  end = 0;
  redrives = 0;
  /** Raised with each change, for those who remember what they derived. */
  version = 0;
  /** The line that continues from each event. */
  readonly #lineAfter: (Line | null)[] = [];

  get lastId(): number {
    return this.events.length;
  }

  /**
   * Takes events. Those that are there already change nothing. False if there is a gap: the caller asks again for the events from
   * `lastId + 1` on.
   */
  append(events: readonly StreamedEvent[]): boolean {
    const before = this.lastId;
    let isWhole = true;
    for (const event of events) {
      if (event.id <= this.lastId) continue;
      if (event.id !== this.lastId + 1) {
        isWhole = false;
        break;
      }
      this.#take(event);
    }
    if (this.lastId > before) this.version++;
    return isWhole;
  }

  event(id: number): StreamedEvent | undefined {
    return this.events[id - 1];
  }

  /** Milliseconds since 1970. */
  timeOf(id: number): number {
    return this.times[id - 1] ?? 0;
  }

  get startMs(): number {
    return this.times[0] ?? 0;
  }

  get lastMs(): number {
    return this.times.at(-1) ?? 0;
  }

  #take(event: StreamedEvent): void {
    const { id, cause } = event;
    const at = this.#lineAfter[cause - 1] ?? null;
    this.events.push(event);
    // A clock that is set back does not turn the bars around.
    this.times.push(Math.max(this.times.at(-1) ?? 0, Date.parse(event.time) || 0));
    this.visitOf.push(null);
    this.undone.push(false);
    this.#lineAfter.push(at);
    const type = stateType(event.type);
    if (type === 'ExecutionStarted') {
      if (id === 1) this.root = this.#openLine(event, 'flow', 0, null);
      else this.#redrive(id);
      this.#lineAfter[id - 1] = this.root;
    } else if (ENDS.has(type)) this.#executionEnded(id, type);
    else if (type === 'StateEntered') this.#stateEntered(event, at);
    else if (type === 'BranchExited' || type === 'IterationExited') this.#lineExited(event, at);
    else if (type.startsWith('State') && isFailure(type)) this.#stateFailed(event, type, at);
    else this.#inVisit(event, type, at);
  }

  #openLine({ id }: StreamedEvent, kind: Line['kind'], index: number, owner: Visit | null): Line {
    return {
      ...{ id, kind, index, owner, visits: [], current: null },
      ...{ status: 'Running', startMs: this.timeOf(id), endMs: null, end: 0 },
    };
  }

  #stateEntered({ id, step }: StreamedEvent, line: Line | null): void {
    if (line === null) return;
    // A state that is still open here has been left without an event of its own.
    if (line.current !== null) this.#closeVisit(line.current, id, 'Aborted');
    const visit: Visit = {
      ...{ id, name: step, line, place: line.visits.length },
      ...{ spans: [{ startMs: this.timeOf(id), endMs: null, status: 'Running' }], parts: [], rounds: [], starts: [] },
      ...{ status: 'Running', end: 0, last: id, caughtBy: null, failedInside: false },
    };
    line.visits.push(visit);
    line.current = visit;
    this.visits.push(visit);
    this.visitOf[id - 1] = visit;
  }

  #inVisit(event: StreamedEvent, type: string, at: Line | null): void {
    const { id } = event;
    // StepExited follows the end of the step.
    const visit = type === 'StateExited' ? (this.visitOf[event.cause - 1] ?? null) : visitAt(at, event.step);
    if (visit === null) return;
    this.visitOf[id - 1] = visit;
    visit.last = id;
    this.#lineAfter[id - 1] = visit.line;
    switch (type) {
      case 'StateStarted':
        this.#endPart(visit, id, 'Succeeded');
        visit.starts.push(id);
        visit.failedInside = false;
        return;
      case 'TaskScheduled': {
        // A call that a redrive makes again takes the place of the one that ended with the execution.
        const before = visit.parts.at(-1);
        if (before?.kind === 'attempt' && before.endMs === null) before.isUndone = true;
        this.#endPart(visit, id, before?.kind === 'delay' ? 'Succeeded' : 'Aborted');
        const { called, mode, attempt } = callOf(event);
        this.#addPart(visit, { kind: 'attempt', id, number: attempt, called, mode });
        return;
      }
      case 'MapRunStarted':
        this.#addPart(visit, { kind: 'run', id, number: 1, called: '', mode: '' });
        return;
      case 'TaskSubmitted': {
        const call = visit.parts.at(-1);
        if (call?.kind === 'attempt' && call.acceptedMs === null) {
          call.acceptedMs = this.timeOf(id);
          call.accepted = id;
        }
        return;
      }
      case 'TaskSucceeded':
      case 'MapRunSucceeded':
        this.#endPart(visit, id, 'Succeeded');
        return;
      case 'TaskFailed':
      case 'TaskSubmitFailed':
      case 'TaskTimedOut':
      case 'MapRunFailed':
        this.#endPart(visit, id, type === 'TaskTimedOut' ? 'TimedOut' : 'Failed');
        if (failureOf(event).retrySeconds !== null) this.#beginDelay(visit, id);
        return;
      case 'BranchEntered':
      case 'IterationEntered':
        this.#lineEntered(event, type, visit);
        return;
      case 'StateSucceeded':
        this.#closeVisit(visit, id, 'Succeeded');
        return;
      default:
        return;
    }
  }

  #lineEntered(event: StreamedEvent, type: string, visit: Visit): void {
    const start = visit.starts.at(-1) ?? visit.id;
    let round = visit.rounds.at(-1);
    if (round === undefined || round.id !== start) {
      const counts = { Running: 0, Succeeded: 0, Failed: 0, TimedOut: 0, Aborted: 0 };
      round = { id: start, lines: [], open: [], counts, isUndone: false };
      visit.rounds.push(round);
    }
    const line = this.#openLine(event, type === 'BranchEntered' ? 'branch' : 'item', indexOfItem(event), visit);
    round.lines.push(line);
    round.open.push(line);
    round.counts.Running++;
    this.#lineAfter[event.id - 1] = line;
  }

  #lineExited(event: StreamedEvent, at: Line | null): void {
    let line = at;
    while (line !== null && line.owner?.name !== event.step) line = line.owner?.line ?? null;
    const owner = line?.owner ?? null;
    if (line === null || owner === null) return;
    if (line.current !== null) this.#closeVisit(line.current, event.id, 'Aborted');
    this.#closeLine(line, event.id, 'Succeeded');
    this.visitOf[event.id - 1] = owner;
    owner.last = event.id;
    this.#lineAfter[event.id - 1] = owner.line;
  }

  #stateFailed(event: StreamedEvent, type: string, at: Line | null): void {
    const { id, step } = event;
    const around = visitAround(at, step);
    const inside = around === null ? null : innermostOpen(around, step);
    if (type === 'StateAborted' || (inside !== null && inside !== around)) {
      const visit = inside ?? visitAt(at, step);
      if (visit !== null) this.#abort(event, visit);
      return;
    }
    const visit = visitAt(at, step);
    if (visit === null) return;
    const failure = failureOf(event);
    if (isEnding(failure) && !this.#hasFailed(visit)) return this.#abort(event, visit);
    const status = type === 'StateTimedOut' || failure.error === 'FnF.TaskTimeout' ? 'TimedOut' : 'Failed';
    this.visitOf[id - 1] = visit;
    visit.last = id;
    if (failure.retrySeconds !== null) {
      this.#lineAfter[id - 1] = visit.line;
      this.#closeInside(visit, id);
      this.#endPart(visit, id, 'Failed');
      this.#beginDelay(visit, id);
      return;
    }
    visit.caughtBy = failure.caughtBy;
    this.#closeVisit(visit, id, status);
    const { owner } = visit.line;
    this.#lineAfter[id - 1] = visit.line;
    if (visit.caughtBy !== null || owner === null) return;
    this.#closeLine(visit.line, id, 'Failed');
    owner.failedInside = true;
    this.#lineAfter[id - 1] = owner.line;
  }

  /** A failure of the visit or of a line inside it is in the history, and its end follows. */
  #hasFailed({ last, failedInside }: Visit): boolean {
    return failedInside || /(?:Failed|TimedOut)$/.test(this.event(last)?.type ?? '');
  }

  #abort({ id }: StreamedEvent, visit: Visit): void {
    this.visitOf[id - 1] = visit;
    visit.last = id;
    this.#lineAfter[id - 1] = visit.line;
    this.#closeVisit(visit, id, 'Aborted');
    if (visit.line.owner !== null) this.#closeLine(visit.line, id, 'Aborted');
  }

  #executionEnded(id: number, type: string): void {
    this.end = id;
    const status = type.slice('Execution'.length);
    this.status = status as History['status'];
    const { root } = this;
    if (root === null) return;
    // The limit of events ends an execution with every state that is entered.
    if (root.current !== null) this.#closeVisit(root.current, id, 'Aborted');
    root.status = status === 'Stopped' ? 'Aborted' : (status as Outcome);
    root.endMs = this.timeOf(id);
    root.end = id;
    this.#lineAfter[id - 1] = root;
  }

  #addPart(visit: Visit, facts: Pick<Part, 'kind' | 'id' | 'number' | 'called' | 'mode'>): void {
    const part: Part = {
      ...facts,
      startMs: this.timeOf(facts.id),
      ...{ acceptedMs: null, accepted: 0, endMs: null, end: 0, status: 'Running' },
      ...{ isContinued: false, isUndone: false },
    };
    visit.parts.push(part);
    if (part.kind === 'run' || (part.kind === 'attempt' && startsFlow(part.called))) {
      this.children.push({ visit, part });
    }
  }

  #beginDelay(visit: Visit, id: number): void {
    this.#addPart(visit, { kind: 'delay', id, number: 0, called: '', mode: '' });
  }

  #endPart(visit: Visit, id: number, status: Outcome): void {
    const part = visit.parts.at(-1);
    if (part === undefined || part.endMs !== null) return;
    part.endMs = this.timeOf(id);
    part.end = id;
    // A delay that is over has done all that it can do.
    part.status = part.kind === 'delay' && status !== 'Aborted' ? 'Succeeded' : status;
  }

  #closeVisit(visit: Visit, id: number, status: Outcome): void {
    this.#endPart(visit, id, status);
    this.#closeInside(visit, id);
    visit.status = status;
    visit.end = id;
    const span = visit.spans.at(-1);
    if (span !== undefined) {
      span.endMs = this.timeOf(id);
      span.status = status;
    }
    if (visit.line.current === visit) visit.line.current = null;
  }

  /** Lines that are still open end with the state around them. */
  #closeInside(visit: Visit, id: number): void {
    for (const line of [...(visit.rounds.at(-1)?.open ?? [])]) {
      if (line.current !== null) this.#closeVisit(line.current, id, 'Aborted');
      this.#closeLine(line, id, 'Aborted');
    }
  }

  #closeLine(line: Line, id: number, status: Outcome): void {
    const round = roundOf(line);
    if (line.endMs !== null || round === undefined) return;
    round.open.splice(round.open.indexOf(line), 1);
    round.counts.Running--;
    round.counts[status]++;
    line.status = status;
    line.endMs = this.timeOf(id);
    line.end = id;
  }

  /** States that ended without success continue; the innermost one that failed by itself begins anew. */
  #redrive(id: number): void {
    const { root, end } = this;
    this.redrives++;
    this.status = 'Running';
    this.end = 0;
    this.undone[end - 1] = true;
    if (root === null) return;
    root.status = 'Running';
    root.endMs = null;
    root.end = 0;
    this.#reopen(root, id);
  }

  #reopen(line: Line, id: number): void {
    const visit = line.visits.at(-1);
    if (visit === undefined || visit.end === 0 || visit.status === 'Succeeded' || visit.caughtBy !== null) return;
    this.undone[visit.end - 1] = true;
    const isOwn = visit.status !== 'Aborted' && !visit.failedInside;
    if (isOwn) this.#undoInside(visit, id);
    const inside = isOwn ? [] : (visit.rounds.at(-1)?.lines ?? []);
    visit.status = 'Running';
    visit.end = 0;
    visit.failedInside = false;
    visit.spans.push({ startMs: this.timeOf(id), endMs: null, status: 'Running' });
    line.current = visit;
    if (!isOwn) this.#goOn(visit, id);
    for (const inner of inside) {
      if (inner.status === 'Succeeded') continue;
      const round = roundOf(inner);
      if (round === undefined || inner.endMs === null) continue;
      round.counts[inner.status]--;
      round.counts.Running++;
      round.open.push(inner);
      inner.status = 'Running';
      inner.endMs = null;
      inner.end = 0;
      this.#reopen(inner, id);
    }
  }

  /** The last part of a visit continues, unless its work ended with the execution: then another call follows. */
  #goOn(visit: Visit, id: number): void {
    const part = visit.parts.at(-1);
    if (part === undefined || part.status !== 'Aborted') return;
    if (part.kind === 'run' || part.mode === 'WaitForSystemCallback') {
      part.isUndone = true;
      this.undone[part.id - 1] = true;
      if (part.accepted > 0) this.undone[part.accepted - 1] = true;
      return;
    }
    const startMs = this.timeOf(id);
    const acceptedMs = part.acceptedMs === null ? null : startMs;
    visit.parts.push({
      ...part,
      ...{ startMs, acceptedMs, endMs: null, end: 0, status: 'Running', isContinued: true },
    });
  }

  /** The events since a failed state was entered are left out, also those of the lines inside it. */
  #undoInside(visit: Visit, until: number): void {
    for (const part of visit.parts) part.isUndone = true;
    for (const round of visit.rounds) round.isUndone = true;
    for (let id = visit.id + 1; id < until; id++) {
      for (let at = this.visitOf[id - 1] ?? null; at !== null; at = at.line.owner) {
        if (at !== visit) continue;
        this.undone[id - 1] = true;
        break;
      }
    }
  }
}

function isFailure(type: string): boolean {
  return type === 'StateFailed' || type === 'StateTimedOut' || type === 'StateAborted';
}

/** Classic flows have one event for a step that fails and for one that is aborted because the execution ends. */
function isEnding({ error, cause, retrySeconds, caughtBy }: ReturnType<typeof failureOf>): boolean {
  if (retrySeconds !== null || caughtBy !== null) return false;
  return cause === STOPPED || error === EXECUTION_TIMEOUT;
}

/** The visit of a name in which a line is, or one of the lines around it. */
function visitAt(line: Line | null, name: string): Visit | null {
  for (let at = line; at !== null; at = at.owner?.line ?? null) if (at.current?.name === name) return at.current;
  return null;
}

/** The visit, in a line or around it, that has open lines with a visit of a name inside, or is one itself. */
function visitAround(line: Line | null, name: string): Visit | null {
  for (let at = line; at !== null; at = at.owner?.line ?? null) {
    if (at.current !== null && innermostOpen(at.current, name) !== null) return at.current;
  }
  return null;
}

/** States are aborted from the inside out, and from the last line to the first. */
function innermostOpen(visit: Visit, name: string): Visit | null {
  const open = visit.rounds.at(-1)?.open ?? [];
  for (let place = open.length - 1; place >= 0; place--) {
    const inner = open[place]?.current ?? null;
    const found = inner === null ? null : innermostOpen(inner, name);
    if (found !== null) return found;
  }
  return visit.name === name && !open.some(({ current }) => current !== null) ? visit : null;
}

function roundOf(line: Line): Round | undefined {
  const { owner, id } = line;
  return owner?.rounds.findLast(({ lines }) => (lines[0]?.id ?? 0) <= id);
}

/** True for an open visit that waits: for a callback, for the next attempt, or for a Map run. */
export function isWaiting({ end, parts }: Pick<Visit, 'end' | 'parts'>): boolean {
  const part = parts.at(-1);
  if (end !== 0 || part === undefined || part.endMs !== null) return false;
  return part.kind !== 'attempt' || part.acceptedMs !== null;
}

/** A redrive has left out the state around a line, or one further out. */
export function isUndone(line: Line): boolean {
  for (let at: Line | null = line; at !== null; at = at.owner?.line ?? null)
    if (roundOf(at)?.isUndone === true) return true;
  return false;
}

/** The attempts of a visit. One that a redrive has continued is one attempt, of which this is the first piece. */
export function attemptsOf({ parts }: Visit): readonly Part[] {
  return parts.filter(({ kind, isContinued }) => kind === 'attempt' && !isContinued);
}

/** The last piece of an attempt: the one with its end. */
export function lastPieceOf({ parts }: Visit, attempt: Part): Part {
  return parts.findLast(({ id }) => id === attempt.id) ?? attempt;
}

/** The latest lines inside a visit. */
export function linesOf(visit: Visit): readonly Line[] {
  return visit.rounds.at(-1)?.lines ?? [];
}

/**
 * The visits whose failure ended the execution, from the outside in: the last one is where it began. Empty for an execution that
 * did not fail by a state.
 */
export function failedVisits({ root }: Pick<History, 'root'>): readonly Visit[] {
  const found: Visit[] = [];
  for (let line = root; line !== null; ) {
    const visit = line.visits.at(-1);
    if (visit === undefined || (visit.status !== 'Failed' && visit.status !== 'TimedOut') || visit.caughtBy !== null)
      break;
    found.push(visit);
    line = linesOf(visit).find(({ status }) => status === 'Failed') ?? null;
  }
  return found;
}
