/** The parameters of a request, out of its query and its body, whatever form the body has (wire.md 3, 11.3). */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, apiError, invalidArgument } from '../../api/error.ts';
import { parseJsonParameters } from './json-parameters.ts';
import { parseParameters } from './form-parameters.ts';

const FORM = 'application/x-www-form-urlencoded';

/**
 * Reads the parameters in the body.
 * @throws {ApiError} `UnsupportedMediaType`, or `InvalidArgument` for a body that is not what its type says.
 */
export function parseBodyParameters(headers: IncomingHttpHeaders, body: Buffer): Map<string, string> {
  const contentType = headers['content-type'] ?? FORM;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const { message } = apiError('UnsupportedMediaType');
    throw new ApiError('UnsupportedMediaType', `${message} Bodies with a Content-Encoding are not read.`);
  }
  if (contentType === FORM) return parseParameters(body.toString('latin1'));
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === FORM || mediaType === '') return parseParameters(body.toString('latin1'));
  if (mediaType !== 'application/json') throw apiError('UnsupportedMediaType');
  if (!isUtf8(body)) throw invalidArgument('The body is not valid UTF-8.');
  return parseJsonParameters(body.toString('utf8'));
}
