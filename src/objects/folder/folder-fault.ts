/** The faults of a bucket that is a folder, from the errors of the disk. */
import { bucketName, objectName } from '../faults.ts';
import { ObjectFault } from '../ports.ts';

type Work = 'read' | 'list' | 'write';

/** The fault for an error of the file system. Any other error, a fault included, is returned as it is. */
export function folderFault(error: unknown, bucket: string, key: string | null, work: Work): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const what = key === null ? bucketName(bucket) : objectName(bucket, key);
  switch (error.code) {
    case 'ENOTDIR':
      if (work === 'write') return new ObjectFault('Unusable', behindFile(what));
      return new ObjectFault('Missing', missing(what, key, work));
    case 'ENOENT':
      return new ObjectFault('Missing', missing(what, key, work));
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ObjectFault(
        'Forbidden',
        `the user of this server may not ${work} ${what} (${error.code}); give it the right to ${work} in the folder of the bucket`,
      );
    case 'EISDIR':
      return new ObjectFault('Malformed', `${what} is a folder; name a file`);
    case 'ENAMETOOLONG':
    case 'EINVAL':
    case 'ELOOP':
      return new ObjectFault('Unusable', `${what} can be no file of the folder (${error.code}); choose another key`);
    default:
      return new ObjectFault(
        'Unavailable',
        `this server cannot ${work} ${what}: ${error.code}; check the disk of the folder`,
      );
  }
}

function behindFile(what: string): string {
  return `${what} cannot be written: a part of the key before its last "/" is a file, or the folder of the bucket is one; choose another prefix`;
}

function missing(what: string, key: string | null, work: Work): string {
  if (key === null)
    return `the folder of ${what} is not there; make it, or correct its path in the setting objects.buckets`;
  if (work === 'read') return `${what} is not there: the folder of the bucket, or the file in it; check bucket and key`;
  return `${what} cannot be written: the folder of the bucket is not there; make it, or correct its path in the setting objects.buckets`;
}
