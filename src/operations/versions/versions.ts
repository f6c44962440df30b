/**
 * What the operations on versions and aliases share: how they stand in replies, and the parameter `RoutingConfigurations`.
 *
 * Times are written with milliseconds and `Z` as in every other reply; the vendor's samples of the lists, with seconds and
 * `+08:00`, contradict its samples of the single ones (api.md 1.5).
 */
import { apiError, invalidArgument } from '../../api/error.ts';
import { isVersionNumber } from '../../api/names.ts';
import { formatTime } from '../../base/clock.ts';
import { isJsonArray, isJsonObject, JsonFault, memberOf, parseJson } from '../../base/json.ts';
import type { JsonObject, JsonValue } from '../../base/json.ts';
import { nearest } from '../../base/suggest.ts';
import type { FlowAlias, Route, VersionSummary } from '../../store/flows.ts';
import { existingFlow } from '../flows/flows.ts';
import { excerpt } from '../decode/parameters.ts';
import type { OperationServices } from '../services.ts';

const MAX_ROUTES = 2;
const MAX_WEIGHT = 1_000_000;
/** Far more than two routes need. */
const MAX_CHARACTERS = 4096;
const MEMBERS = ['Version', 'Weight'];
/** `Limit` of both lists; the record names neither a range nor a default, so these are those of ListFlows. */
export const PAGE_LIMIT = { min: 1, max: 1000, default: 60 } as const;

/** Members of a version in replies (api.md 4.6, 4.7). */
export function versionReply({ version, description, createdMs }: VersionSummary): JsonObject {
  return { Version: String(version), Description: description, CreatedTime: formatTime(createdMs) };
}

/**
 * Members of an alias in replies (api.md 4.9 to 4.11, 4.13).
 * @param weight how a weight is written: ListFlowAliases has texts where all others have numbers.
 */
export function aliasReply(alias: FlowAlias, weight: (weight: number) => JsonValue): JsonObject {
  return {
    Name: alias.name,
    Description: alias.description,
    RoutingConfigurations: alias.routes.map((route) => ({
      Version: String(route.version),
      Weight: weight(route.weight),
    })),
    CreatedTime: formatTime(alias.createdMs),
  };
}

/**
 * The parameter `RoutingConfigurations`: `[{"Version":"1","Weight":30}]`, one or two (decisions.md 4.8). The sum of the
 * weights means nothing by itself.
 * @throws {ApiError} `InvalidArgument` that says what is wrong and where.
 */
export function routesOf(text: string): readonly Route[] {
  if (text.length > MAX_CHARACTERS) throw wrong(`has more than ${MAX_CHARACTERS} characters`);
  const value = parsed(text);
  if (!isJsonArray(value)) throw wrong('is not a JSON array like [{"Version":"1","Weight":30}]');
  if (value.length === 0 || value.length > MAX_ROUTES) {
    throw wrong(`has ${value.length} entries; an alias routes to one or two versions`);
  }
  const routes = value.map((item, i) => routeOf(item, `[${i}]`));
  if (routes.length === 2 && routes[0]?.version === routes[1]?.version) {
    throw wrong(`names the version ${routes[0]?.version} twice; two entries lead to two versions`);
  }
  if (routes.every((route) => route.weight === 0)) throw wrong('has no Weight above 0, so nothing would be routed');
  return routes;
}

/** The error of an alias with a route to a version that is not there. */
export async function absentRoute(services: OperationServices, flowName: string, routes: readonly Route[]) {
  await existingFlow(services, flowName);
  for (const { version } of routes) {
    if ((await services.flows.getVersion(flowName, version)) === null) {
      return apiError('FlowVersionNotExists', String(version), flowName);
    }
  }
  // Published since the store looked.
  return apiError('ConcurrentUpdateError');
}

/** The error of an alias that is not there: its flow may be what is missing. */
export async function absentAlias(services: OperationServices, flowName: string, name: string) {
  await existingFlow(services, flowName);
  return apiError('FlowAliasNotExists', name, flowName);
}

function parsed(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonFault) throw wrong(`is not JSON (${error.message})`);
    throw error;
  }
}

function routeOf(item: JsonValue, place: string): Route {
  if (!isJsonObject(item)) throw wrong(`has no object at ${place}`);
  for (const key of Object.keys(item)) {
    if (MEMBERS.includes(key)) continue;
    const meant = nearest(key, MEMBERS);
    throw wrong(
      `has an unknown member ${excerpt(key)} at ${place}${meant === null ? '' : ` (did you mean "${meant}"?)`}`,
    );
  }
  return { version: versionOf(memberOf(item, 'Version') ?? null, place), weight: weightOf(item, place) };
}

function versionOf(value: JsonValue, place: string): number {
  if (value === null) throw wrong(`has no Version at ${place}`);
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && isVersionNumber(text)) return Number(text);
  throw wrong(`has a Version at ${place} that is not the number of one, such as "1"`);
}

function weightOf(item: JsonObject, place: string): number {
  const value = memberOf(item, 'Weight') ?? null;
  if (value === null) throw wrong(`has no Weight at ${place}`);
  // As text, because ListFlowAliases writes it so, and what one reply says another call should take.
  const weight = typeof value === 'string' && /^\d{1,7}$/.test(value) ? Number(value) : value;
  if (typeof weight === 'number' && Number.isInteger(weight) && weight >= 0 && weight <= MAX_WEIGHT) return weight;
  throw wrong(`has a Weight at ${place} that is not a whole number from 0 to ${MAX_WEIGHT}`);
}

function wrong(what: string) {
  return invalidArgument(`RoutingConfigurations ${what}.`);
}
