/** Finds the bucket of a name: by the settings, or in Object Storage Service with the key of the cloud. */
import type { Ids } from '../base/ids.ts';
import type { Clock } from '../base/clock.ts';
import { CloudAccess } from '../actions/cloud-access.ts';
import type { BucketSetting, CloudCredentials, ServicePlace, Settings } from '../config/settings.ts';
import { bucketName } from './faults.ts';
import { FolderBucket } from './folder/folder-bucket.ts';
import { ObjectFault } from './ports.ts';
import type { ServiceParts } from './service/attempts.ts';
import { ServiceBucket } from './service/service-bucket.ts';
import { ossSigner, s3Signer } from './service/signers.ts';
import type { Bucket } from './store.ts';
import { join } from 'node:path';

export interface BucketParts extends ServiceParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly buckets: readonly BucketSetting[];
  readonly cloud: Settings['cloud'];
  readonly cloudActions: Settings['cloudActions'];
  readonly ossEndpoint: Settings['ossEndpoint'];
  readonly region: string;
}

/** The use that a Map run makes of a bucket, as the action whose right covers it (`cloud.actions`). */
export type Use = 'OSS:GetObject' | 'OSS:PutObject';

/** Any name that is one part of a path; a service has narrower rules, and answers by them. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;
/** A name that can be part of a host name. */
const HOST_NAME = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** Amazon S3 allows dots. */
const DOTTED_NAME = /^[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9])){1,61}[a-z0-9]$/;

/** The bucket of this name. Nothing is called yet. @throws {ObjectFault} `Unusable` */
export function findBucket(name: string, use: Use, parts: BucketParts): Bucket {
  const what = bucketName(name);
  if (!NAME.test(name)) {
    throw new ObjectFault('Unusable', `${what}: a name of a bucket has letters, digits, ".", "_" and "-"; correct it`);
  }
  const setting = parts.buckets.find(({ pattern }) => matches(pattern, name));
  if (setting === undefined) return cloudBucket(name, use, parts);
  const { place, pattern } = setting;
  if (place.kind === 'folder') {
    return new FolderBucket(name, pattern.includes('*') ? join(place.path, name) : place.path, parts);
  }
  if (place.kind === 's3') return s3Bucket(name, place, parts);
  const credentials = place.credentials ?? keyOfCloud(name, use, parts);
  return ossBucket(name, place, credentials, parts);
}

function matches(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[^A-Za-z0-9]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

const PUBLIC: ServicePlace = { kind: 'oss', endpoint: null, region: null, credentials: null, isPathStyle: null };

function cloudBucket(name: string, use: Use, parts: BucketParts): Bucket {
  if (parts.cloud === null) {
    throw new ObjectFault(
      'Unusable',
      `this server does not know ${bucketName(name)}: add it to the setting objects.buckets, or set cloud.accessKeyId and ` +
        'cloud.accessKeySecret if it is in Object Storage Service',
    );
  }
  return ossBucket(name, PUBLIC, keyOfCloud(name, use, parts), parts);
}

/** The key of the cloud. Flows may use it only as far as `cloud.actions` says. */
function keyOfCloud(name: string, use: Use, { cloud, cloudActions }: BucketParts): CloudCredentials {
  const key = new CloudAccess(cloud, cloudActions).keyFor('OSS', use);
  if (!('ok' in key)) return key;
  throw new ObjectFault('Unusable', `${bucketName(name)} cannot be used: ${key.cause}`);
}

function ossBucket(name: string, place: ServicePlace, credentials: CloudCredentials, parts: BucketParts): Bucket {
  refuseName(name, HOST_NAME, '3 to 63 of a-z, 0-9 and "-"');
  const region = place.region ?? parts.region;
  const endpoint = place.endpoint ?? parts.ossEndpoint ?? `https://oss-${region}.aliyuncs.com`;
  const sign = ossSigner(
    { clock: parts.clock, bucket: name, endpoint, region, isPathStyle: place.isPathStyle },
    credentials,
  );
  return new ServiceBucket(name, { kind: 'oss', sign, isSigned: true }, parts);
}

function s3Bucket(name: string, place: ServicePlace, parts: BucketParts): Bucket {
  const region = place.region ?? 'us-east-1';
  const endpoint = place.endpoint ?? `https://s3.${region}.amazonaws.com`;
  // Most compatible stores have no host name for each bucket.
  const isPathStyle = place.isPathStyle ?? place.endpoint !== null;
  if (!isPathStyle) refuseName(name, DOTTED_NAME, '3 to 63 of a-z, 0-9, "-" and "."');
  const sign = s3Signer({ clock: parts.clock, bucket: name, endpoint, region, isPathStyle }, place.credentials);
  return new ServiceBucket(name, { kind: 's3', sign, isSigned: place.credentials !== null }, parts);
}

function refuseName(name: string, form: RegExp, rule: string): void {
  if (!form.test(name))
    throw new ObjectFault('Unusable', `${bucketName(name)}: a name of a bucket there has ${rule}; correct it`);
}
