/** The versions that an alias leads to, with their weights, as a form. */
import { isAliasName } from '../../../../../src/api/names.ts';

const MOST_WEIGHT = 1_000_000;

export interface Route {
  readonly version: string;
  readonly weight: number;
}

/** Texts of the form's fields. */
export interface RoutingForm {
  readonly name: string;
  readonly first: string;
  readonly firstWeight: string;
  /** Empty: the alias leads to the first version only. */
  readonly second: string;
  readonly secondWeight: string;
}

export type RoutingFault = 'wrongName' | 'wrongWeights' | 'sameVersions' | 'needsVersion';

/** The first fault of a form; null for none. */
export function routingFault({ name, first, firstWeight, second, secondWeight }: RoutingForm): RoutingFault | null {
  if (!isAliasName(name)) return 'wrongName';
  if (first === '') return 'needsVersion';
  if (second === '') return null;
  if (second === first) return 'sameVersions';
  const weights = [firstWeight, secondWeight].map(weightOf);
  if (weights.some((weight) => weight === null) || weights.every((weight) => weight === 0)) return 'wrongWeights';
  return null;
}

/** Null for a text that is no weight. */
function weightOf(text: string): number | null {
  const value = /^\d{1,7}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value <= MOST_WEIGHT ? value : null;
}

/** The parameter `RoutingConfigurations` of a form without a fault. */
export function routingText({ first, firstWeight, second, secondWeight }: RoutingForm): string {
  const routes =
    second === ''
      ? [{ Version: first, Weight: 100 }]
      : [
          { Version: first, Weight: weightOf(firstWeight) },
          { Version: second, Weight: weightOf(secondWeight) },
        ];
  return JSON.stringify(routes);
}

/** The parts of all starts that each route gets, from 0 to 1. */
export function shares(routes: readonly Route[]): readonly number[] {
  const sum = routes.reduce((before, { weight }) => before + weight, 0);
  return routes.map(({ weight }) => (sum === 0 ? 0 : weight / sum));
}
