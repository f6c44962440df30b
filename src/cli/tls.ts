/** Reads the TLS certificate and key that the settings name. */
import { loadTls } from '../base/node-http.ts';
import { reasonOf } from '../base/text.ts';
import type { ReadText } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { StartFault } from './host.ts';

/**
 * The PEM texts; null for plain HTTP. Checks them at the start of the server, because faults would otherwise show only at the
 * first handshake.
 * @throws {StartFault}
 */
export function readTls({ tls }: Settings, read: ReadText): { cert: string; key: string } | null {
  if (tls === null) return null;
  const texts = { cert: readPem('tls.certificate', tls.certFile, read), key: readPem('tls.key', tls.keyFile, read) };
  try {
    loadTls().createSecureContext(texts);
  } catch (error) {
    throw new StartFault(
      `the certificate ${tls.certFile} and the key ${tls.keyFile} cannot be used together: ${reasonOf(error)}`,
      { cause: error },
    );
  }
  return texts;
}

function readPem(setting: string, file: string, read: ReadText): string {
  try {
    return read(file);
  } catch (error) {
    throw new StartFault(`the file of the setting ${setting} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}
