/**
 * `millrace doctor`: examines a data folder that no server uses, says what is wrong, and repairs it with `--fix`
 * (docs/operations.md).
 */
import { systemClock } from '../base/clock.ts';
import { systemPorts } from '../base/ports.ts';
import { createObserver } from '../base/observer.ts';
import { createCompiler } from '../compiler/compiler.ts';
import type { Settings } from '../config/settings.ts';
import { unreadableExecutions } from '../runtime/durable/readability.ts';
import type { Finding, OpenExamination, StoreFile } from '../store/store-file.ts';
import { examineFolder } from './data-folder.ts';
import type { DoctorFinding } from './data-folder.ts';
import type { Host } from './host.ts';
import { StartFault } from './host.ts';
import { readSettings } from './settings.ts';
import { startFaultForStore, storeFileOf } from './store-file.ts';

/** Exit codes of this command. */
export const DOCTOR_EXIT = { healthy: 0, found: 1, unable: 2 } as const;

export interface DoctorOptions {
  /** Repair what can be repaired, after a copy of the store. */
  readonly fix: boolean;
  /** Print JSON. */
  readonly json: boolean;
}

/** Prints what is wrong. Returns a code of {@link DOCTOR_EXIT}. */
export async function doctor(host: Host, { fix, json }: DoctorOptions): Promise<number> {
  try {
    const settings = await readSettings(host);
    const store = await storeFileOf(host, settings);
    const found = await examine(settings, store);
    if (!fix || found.every((each) => each.fix === null)) {
      const said = found.map((each) => each.said);
      host.out(json ? jsonOf(store, said) : textOf(store, said, fix));
      return exitCodeOf(said);
    }
    const copy = `${store.file}.before-doctor-${new Date(systemClock.nowMs()).toISOString().replace(/[:.]/g, '-')}`;
    startFaultForStore(() => store.copyTo(copy));
    const repaired = repair(settings, store);
    const left = (await examine(settings, store)).map((each) => each.said);
    host.out(json ? jsonOf(store, left, { repaired, copy }) : repairText(store, copy, repaired, left));
    return exitCodeOf(left);
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    host.err(`millrace: ${error.message}\n`);
    return DOCTOR_EXIT.unable;
  }
}

function exitCodeOf(findings: readonly Finding[]): number {
  return findings.some(({ level }) => level === 'fault') ? DOCTOR_EXIT.found : DOCTOR_EXIT.healthy;
}

/** All findings. The store is closed again. @throws {StartFault} when it cannot be examined */
async function examine(settings: Settings, store: StoreFile): Promise<readonly DoctorFinding[]> {
  const examination = startFaultForStore(() => store.examine(false));
  try {
    const stuck = await stuckExecutions(settings, examination);
    return [...withoutExecutions(settings, examination), ...stuck.map((said) => ({ said, fix: null }))];
  } finally {
    examination.close();
  }
}

function withoutExecutions(settings: Settings, examination: OpenExamination): readonly DoctorFinding[] {
  const ofStore = examination.findings().map(({ run, ...said }) => ({ said, fix: run }));
  return [...examineFolder(settings), ...ofStore];
}

/**
 * Repairs in the order of the findings, and looks again after each round, because a repair can show another fault. Returns what was
 * repaired.
 */
function repair(settings: Settings, store: StoreFile): readonly Finding[] {
  const repaired: Finding[] = [];
  const examination = startFaultForStore(() => store.examine(true));
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const known = new Set(repaired.map(({ what }) => what));
      const found = withoutExecutions(settings, examination).filter(
        ({ fix, said }) => fix !== null && !known.has(said.what),
      );
      if (found.length === 0) break;
      for (const { fix, said } of found) {
        if (fix !== null) startFaultForStore(fix);
        repaired.push(said);
      }
    }
    return repaired;
  } finally {
    examination.close();
  }
}

const ROUNDS = 5;

/** Running executions that a start of the server could not continue. */
async function stuckExecutions(settings: Settings, { executions }: OpenExamination): Promise<readonly Finding[]> {
  if (executions === null) return [];
  const ports = systemPorts(createObserver({}));
  const compiler = createCompiler(ports.scheduler);
  try {
    const stuck = await unreadableExecutions({ executions, ports, compiler, limits: settings.limits });
    return stuck.map(({ record, reason }) => ({
      level: 'fault',
      what: `The execution ${record.flowName}/${record.name} is stuck: ${reason}.`,
      means: 'It runs, and this version cannot continue it. A newer version may be able to.',
      repair: null,
      advice: `End it with "millrace call StopExecution FlowName=${record.flowName} ExecutionName=${record.name}" if no newer version can continue it.`,
    }));
  } finally {
    await compiler.close();
  }
}

function jsonOf(
  { file }: StoreFile,
  findings: readonly Finding[],
  done: { readonly repaired: readonly Finding[]; readonly copy: string } | null = null,
): string {
  const plainly = ({ level, what, means, repair: does, advice }: Finding) => ({
    Level: level,
    What: what,
    Means: means,
    Repair: does,
    Advice: advice,
  });
  const repaired = done === null ? {} : { Repaired: done.repaired.map(plainly), Copy: done.copy };
  return `${JSON.stringify({ Store: file, Findings: findings.map(plainly), ...repaired }, null, 2)}\n`;
}

function textOf({ file }: StoreFile, findings: readonly Finding[], fix: boolean): string {
  const lines = findings.map((finding) => textOfFinding(finding, fix));
  const isRepairable = !fix && findings.some(({ repair: does }) => does !== null);
  const next = isRepairable ? ' "millrace doctor --fix" copies the store first, and then does what is said above.' : '';
  return `${lines.join('')}${file}: ${summary(findings)}.${next}\n`;
}

function repairText({ file }: StoreFile, copy: string, repaired: readonly Finding[], left: readonly Finding[]): string {
  const lines = repaired.map(({ what, repair: does }) => `repaired: ${what}\n  --fix ${does ?? ''}.\n`);
  const rest = left.map((finding) => textOfFinding(finding, true));
  return `${file} was copied to ${copy}.\n${lines.join('')}${rest.join('')}${file}: ${summary(left)}.\n`;
}

function textOfFinding({ level, what, means, repair: does, advice }: Finding, fix: boolean): string {
  const remedy = does === null || fix ? (advice ?? '') : `--fix ${does}.`;
  return `${level}: ${what}\n  ${means}\n${remedy === '' ? '' : `  ${remedy}\n`}`;
}

function summary(findings: readonly Finding[]): string {
  const faults = findings.filter(({ level }) => level === 'fault').length;
  const notes = findings.length - faults;
  const told = notes === 0 ? '' : `, ${notes} ${notes === 1 ? 'note' : 'notes'}`;
  return faults === 0 ? `healthy${told}` : `${faults} ${faults === 1 ? 'fault' : 'faults'}${told}`;
}
