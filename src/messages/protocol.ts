/** The protocol of Message Service, in requests to the real service and in pushes to subscribers. */
import { hash } from 'node:crypto';

export const MNS_VERSION = '2015-06-06';
export const MNS_NAMESPACE = 'http://mns.aliyuncs.com/doc/v1/';

/** The MD5 of a message body as the service writes it: upper-case hex. */
export function bodyDigest(body: string): string {
  return hash('md5', body, 'hex').toUpperCase();
}
