/** The kind of one entry of the setting `objects.buckets`. */
import * as v from 'valibot';
import * as k from './kinds.ts';

const bucketMembers = k.mapping({
  type: k.word('oss', 's3', 'folder'),
  endpoint: v.optional(k.origin),
  region: v.optional(k.matching(/^[a-z0-9-]{1,64}$/, 'a region such as cn-hangzhou')),
  accessKeyId: v.optional(k.text),
  accessKeySecret: v.optional(k.secret),
  securityToken: v.optional(k.secret),
  pathStyle: v.optional(k.flag),
  path: v.optional(k.text),
});
type BucketMembers = v.InferOutput<typeof bucketMembers>;

const SERVICE_MEMBERS = [
  'endpoint',
  'region',
  'accessKeyId',
  'accessKeySecret',
  'securityToken',
  'pathStyle',
] as const satisfies readonly (keyof BucketMembers)[];

/** Where the objects of a bucket are. */
export const bucket = v.pipe(
  bucketMembers,
  v.check(({ type, path }) => type !== 'folder' || path !== undefined, 'needs "path", the folder'),
  v.check(({ type, path }) => type === 'folder' || path === undefined, 'has "path", which is only for the type folder'),
  v.check(
    (given) => given.type !== 'folder' || SERVICE_MEMBERS.every((name) => given[name] === undefined),
    'is a folder, which has no other member than "path"',
  ),
  v.check(
    ({ accessKeyId, accessKeySecret }) => (accessKeyId === undefined) === (accessKeySecret === undefined),
    'needs both "accessKeyId" and "accessKeySecret", or neither',
  ),
  v.check(
    ({ accessKeyId, securityToken }) => securityToken === undefined || accessKeyId !== undefined,
    'has "securityToken" without "accessKeyId" and "accessKeySecret"',
  ),
);
