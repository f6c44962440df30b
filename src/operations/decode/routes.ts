/** The parameter `RoutingConfigurations`: the versions that an alias routes to (rules.md 5.8). */
import { isVersionNumber } from '../../api/names.ts';
import { isJsonArray, memberOf } from '../../base/json.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Route } from '../../store/flows.ts';
import { emptyFault } from './faults.ts';
import { JsonParameter } from './json-parameter.ts';

/** The limits of the contract. */
export interface RouteLimits {
  readonly maxEntries: number;
  readonly maxWeight: number;
}

/** Far more than the routes need. */
const MAX_CHARACTERS = 4096;

/**
 * The routes in `[{"Version":"1","Weight":30}]`, JSON text of one or two. Weights are relative to their sum.
 * @throws {ApiError} `InvalidArgument` that says what is wrong and where.
 */
export function routesOf(text: string, parameter: string, { maxEntries, maxWeight }: RouteLimits): readonly Route[] {
  if (text === '') throw emptyFault(parameter);
  const json = new JsonParameter(parameter);
  if (text.length > MAX_CHARACTERS) throw json.wrong(`has more than ${MAX_CHARACTERS} characters`);
  const value = json.parse(text);
  if (!isJsonArray(value)) throw json.wrong('is not a JSON array like [{"Version":"1","Weight":30}]');
  if (value.length === 0 || value.length > maxEntries) {
    throw json.wrong(`has ${value.length} entries; an alias routes to one or two versions`);
  }
  const routes = json.list(value, '', ['Version', 'Weight'], (item, place) => ({
    version: versionOf(json, item, place),
    weight: weightOf(json, item, place, maxWeight),
  }));
  if (routes.length === 2 && routes[0]?.version === routes[1]?.version) {
    throw json.wrong(`names the version ${routes[0]?.version} twice; two entries lead to two versions`);
  }
  if (routes.every((route) => route.weight === 0)) {
    throw json.wrong('has no Weight above 0, so nothing would be routed');
  }
  return routes;
}

function versionOf(json: JsonParameter, item: JsonObject, place: string): number {
  const value = memberOf(item, 'Version') ?? null;
  if (value === null) throw json.wrong(`has no Version at ${place}`);
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && isVersionNumber(text)) return Number(text);
  throw json.wrong(`has a Version at ${place} that is not the number of one, such as "1"`);
}

function weightOf(json: JsonParameter, item: JsonObject, place: string, maxWeight: number): number {
  const value = memberOf(item, 'Weight') ?? null;
  if (value === null) throw json.wrong(`has no Weight at ${place}`);
  // Also as text, because ListFlowAliases replies it so and a caller may send back the reply.
  const weight = typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : value;
  if (typeof weight === 'number' && Number.isInteger(weight) && weight >= 0 && weight <= maxWeight) return weight;
  throw json.wrong(`has a Weight at ${place} that is not a whole number from 0 to ${maxWeight}`);
}
