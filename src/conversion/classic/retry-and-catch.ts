/** Converts retry and catch of a task (rules.md 10.19). */
import { RETRY } from '../../language/classic/retry-and-catch.ts';
import type { MapNode } from '../../language/text/document.ts';
import { textOf } from '../../language/text/document.ts';
import type { Outcome } from '../outcome.ts';
import { YamlMap } from '../yaml-text.ts';
import { field, mapsField, numberField } from './model.ts';
import type { Step } from './model.ts';

export function retryRules(outcome: Outcome, step: Step): YamlMap[] {
  return mapsField(step.node, 'retry').map((rule) => {
    const numberOf = ({ key, absent }: { key: string; absent: number }) => numberField(rule, key) ?? absent;
    const attempts = numberOf(RETRY.maxAttempts);
    const interval = numberOf(RETRY.intervalSeconds);
    const rate = numberOf(RETRY.backoffRate);
    const cap = numberOf(RETRY.maxBackoffSeconds);
    const written = new YamlMap()
      .set('Errors', errorNames(outcome, rule))
      .set('MaxAttempts', attempts)
      .set('IntervalSeconds', interval);
    if (rate !== 1) written.set('BackoffRate', rate);
    const longest = interval * Math.max(1, rate ** Math.max(0, attempts - 1));
    if (longest > cap) written.set('MaxBackoffSeconds', cap);
    return written;
  });
}

/** Returns a catch rule without its OutputConstructor. */
export function catchRule(outcome: Outcome, rule: MapNode, next: string): YamlMap {
  return new YamlMap().set('Errors', errorNames(outcome, rule)).set('Next', next);
}

/** For a result that is not an object, the classic language has FnF.InvalidLocal; here the merging expression fails. */
function errorNames(outcome: Outcome, rule: MapNode): string[] {
  const node = field(rule, 'errors');
  const names = new Set<string>();
  for (const item of node?.kind === 'list' ? node.items : []) {
    const name = textOf(item) ?? '';
    if (name === 'FnF.InvalidLocal') outcome.note(item, 'FnF.InvalidLocal is FnF.RuntimeError here');
    names.add(name === 'FnF.InvalidLocal' ? 'FnF.RuntimeError' : name);
  }
  return [...names];
}
