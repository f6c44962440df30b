/** The fault of an answer that is not a success: its error document as XML, or nothing. */
import { beginning } from '../../base/text.ts';
import type { Answer } from '../../outbound/transport.ts';
import { xmlTextOf } from '../../outbound/xml.ts';
import { changed } from '../faults.ts';
import { ObjectFault } from '../ports.ts';

/** The needs of a call, for the message about a missing right. */
export interface Needed {
  /** The subject of the message: `object "a" of bucket "b"`. */
  readonly what: string;
  readonly work: 'read' | 'list' | 'write';
  readonly kind: 'oss' | 's3';
  readonly isSigned: boolean;
}

const RIGHTS = {
  oss: { read: 'oss:GetObject', list: 'oss:ListObjects', write: 'oss:PutObject' },
  s3: { read: 's3:GetObject', list: 's3:ListBucket', write: 's3:PutObject' },
} as const;

export function refusal(needed: Needed, { status, body }: Answer): ObjectFault {
  const { what, work } = needed;
  const xml = body.toString();
  const code = xmlTextOf(xml, 'Code') ?? '';
  const message = xmlTextOf(xml, 'Message') ?? '';
  const said = [code, beginning(message)].filter((text) => text !== '').join(': ');
  const answer = `the service answered with status ${status}${said === '' ? '' : ` (${said})`}`;
  if (status === 412) return changed(what);
  if (status === 404) {
    const missing = code === 'NoSuchBucket' ? 'the bucket does not exist' : 'it does not exist';
    return new ObjectFault('Missing', `${what}: ${missing}; check bucket, key and region. ${sentence(answer)}`);
  }
  if (status === 401 || status === 403) return new ObjectFault('Forbidden', forbidden(needed, code, answer));
  if (status >= 300 && status < 400) {
    return new ObjectFault(
      'Unusable',
      `${what}: the bucket is elsewhere; correct endpoint and region in the setting objects.buckets. ${sentence(answer)}`,
    );
  }
  return new ObjectFault('Unusable', `this server cannot ${work} ${what}: ${answer}`);
}

/** Codes of a key or a signature that is wrong, so that no right would help. */
const WRONG_KEYS: ReadonlySet<string> = new Set(['SignatureDoesNotMatch', 'InvalidAccessKeyId', 'InvalidSecurity']);

function forbidden({ what, work, kind, isSigned }: Needed, code: string, answer: string): string {
  let advice = `the key of this server needs the right ${RIGHTS[kind][work]} on it`;
  if (!isSigned) {
    advice =
      'the calls are not signed; set accessKeyId and accessKeySecret of the bucket in the setting objects.buckets';
  } else if (WRONG_KEYS.has(code)) {
    advice = 'the access key or its secret is wrong; correct it in the settings';
  }
  return `this server may not ${work} ${what}: ${advice}. ${sentence(answer)}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
