/** Reads the parameters in the body of a request, which is a form or JSON (rules.md 2.3, 2.5). */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, apiError, invalidArgument } from '../../api/error.ts';
import { parseJsonParameters } from './json-parameters.ts';
import { parseParameters } from './form-parameters.ts';

const FORM = 'application/x-www-form-urlencoded';

export type BodyType = 'form' | 'json';

/**
 * The type of a request's body, by its `Content-Type`; without one it is a form.
 * @throws {ApiError} `UnsupportedMediaType`
 */
export function bodyTypeOf(headers: IncomingHttpHeaders): BodyType {
  const contentType = headers['content-type'] ?? FORM;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const { message } = apiError('UnsupportedMediaType');
    throw new ApiError('UnsupportedMediaType', `${message} Send the body without Content-Encoding.`);
  }
  if (contentType === FORM) return 'form';
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === FORM || mediaType === '') return 'form';
  if (mediaType !== 'application/json') throw apiError('UnsupportedMediaType');
  return 'json';
}

/** Reads the parameters in a body. @throws {ApiError} `InvalidArgument` for a body that does not have its type */
export function parseBodyParameters(type: BodyType, body: Buffer): Map<string, string> {
  if (type === 'form') return parseParameters(body.toString('latin1'));
  if (!isUtf8(body)) throw invalidArgument('The body is not valid UTF-8.');
  return parseJsonParameters(body.toString('utf8'));
}
