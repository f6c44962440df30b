/** The name and the input of the execution for one due time (rules.md 12.19). */
import { createHash } from 'node:crypto';
import { JsonFault, MAX_DEPTH, parseJson, stringifyJson } from '../base/json.ts';
import type { JsonObject, JsonValue } from '../base/json.ts';
import { MAX_NAME } from '../api/names.ts';

/** `-20260101T030000Z` */
const TIME_CHARACTERS = 17;
/** `-` and the digits of a digest, which make up for the cut end of a long name. */
const DIGEST_CHARACTERS = 17;

/** `nightly-20260101T030000Z`. The same schedule and due time always have the same name, and others have another one. */
export function executionNameOf(scheduleName: string, dueMs: number): string {
  const time = new Date(dueMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const room = MAX_NAME - TIME_CHARACTERS;
  if (scheduleName.length <= room) return `${scheduleName}-${time}`;
  const digest = createHash('sha256').update(scheduleName).digest('hex');
  const cut = scheduleName.slice(0, room - DIGEST_CHARACTERS);
  return `${cut}-${digest.slice(0, DIGEST_CHARACTERS - 1)}-${time}`;
}

export interface StartInput {
  readonly value: JsonObject;
  readonly text: string;
}

/** `{"triggerTime","triggerName","payload"}`. The payload is a JSON value if its text is JSON, and the text itself if not. */
export function inputOf(scheduleName: string, dueMs: number, payload: string): StartInput {
  const value = {
    triggerTime: new Date(dueMs).toISOString().replace('.000Z', 'Z'),
    triggerName: scheduleName,
    payload: payloadOf(payload),
  };
  return { value, text: stringifyJson(value) };
}

function payloadOf(text: string): JsonValue {
  try {
    return parseJson(text, MAX_DEPTH, 'refuse');
  } catch (error) {
    if (error instanceof JsonFault) return text;
    throw error;
  }
}

/** Why a payload that begins like JSON is none; null for JSON, and for a text that does not begin like it. */
export function payloadFault(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    parseJson(text, MAX_DEPTH, 'refuse');
    return null;
  } catch (error) {
    if (error instanceof JsonFault) return error.message;
    throw error;
  }
}
