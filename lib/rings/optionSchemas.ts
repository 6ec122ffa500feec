import { z } from 'zod'
import type { RingAlgorithm, RingOptions } from '../model/ring.ts'
import { RING_SIZE_MAX, RING_SIZE_MIN } from './algorithms/envoyRingHash.ts'
import {
  ENVOY_FUNCTIONS,
  ENVOY_KEY_HASHES,
  HAPROXY_FUNCTIONS,
  HAPROXY_HASH_KEYS,
  HAPROXY_INPUTS,
  JUMP_CLIENTS,
  KETAMA_CLIENTS,
  MODULO_CLIENTS,
  MODULO_HASHES,
  RENDEZVOUS_CLIENTS,
  SHARD_INPUTS,
  TWEMPROXY_HASHES,
} from './choices.ts'
import { releaseOf } from './version.ts'

const none = z.strictObject({})

const haproxy = z.strictObject({
  function: z.enum(HAPROXY_FUNCTIONS).optional(),
  avalanche: z.boolean().optional(),
  input: z.enum(HAPROXY_INPUTS).optional(),
  version: z
    .string()
    .regex(/^\d{1,3}\.\d{1,3}(\.\d{1,3})?([-+~].*)?$/, 'expected a version as `show info` prints it, like "2.6.12"')
    .optional(),
})

const envoyKey = {
  keyHash: z.enum(ENVOY_KEY_HASHES).optional(),
  hashTag: z.literal('{}').optional(),
  hashBalanceFactor: z
    .int()
    .min(100)
    .max(2 ** 32 - 1)
    .optional(),
}
const hashTagIsMurmurs = ({ keyHash, hashTag }: { keyHash?: string; hashTag?: string }) => hashTag === undefined || keyHash === 'murmur2'
const HASH_TAG_ONLY = { path: ['hashTag'], error: 'only keyHash murmur2 has it' }

const envoyRingHash = z
  .strictObject({
    minimumRingSize: z.int().min(1).max(RING_SIZE_MAX).optional(),
    maximumRingSize: z.int().min(1).max(RING_SIZE_MAX).optional(),
    function: z.enum(ENVOY_FUNCTIONS).optional(),
    ...envoyKey,
  })
  .refine(hashTagIsMurmurs, HASH_TAG_ONLY)
  .refine(({ minimumRingSize = RING_SIZE_MIN, maximumRingSize = RING_SIZE_MAX }) => minimumRingSize <= maximumRingSize, {
    path: ['minimumRingSize'],
    error: 'expected at most maximumRingSize',
  })

const isPrime = (value: number): boolean => {
  if (value < 2) return false
  for (let by = 2; by * by <= value; by++) if (value % by === 0) return false
  return true
}
const envoyMaglev = z
  .strictObject({
    tableSize: z.int().min(2).max(5_000_011).refine(isPrime, 'expected a prime').optional(),
    ...envoyKey,
  })
  .refine(hashTagIsMurmurs, HASH_TAG_ONLY)

const twemproxy = z.strictObject({
  hash: z.enum(TWEMPROXY_HASHES).optional(),
  hashTag: z
    .string()
    .regex(/^[\x21-\x7e]{2}$/, 'expected two characters, as in hash_tag: "{}"')
    .optional(),
})

const modulo = z
  .strictObject({
    client: z.enum(MODULO_CLIENTS).optional(),
    hash: z.enum(MODULO_HASHES).optional(),
    version: z
      .string()
      .regex(/^\d{1,3}\.\d{1,3}/, 'expected a version like "1.59"')
      .optional(),
  })
  .superRefine(({ client = 'libmemcached', hash, version }, issues) => {
    if (hash !== undefined && client !== 'libmemcached')
      issues.addIssue({ code: 'custom', path: ['hash'], message: `only libmemcached has a choice of hashes; ${client} has its own` })
    if (version !== undefined && client !== 'python-memcached')
      issues.addIssue({ code: 'custom', path: ['version'], message: 'only python-memcached differs by version' })
  })

const rendezvous = z
  .strictObject({
    client: z.enum(RENDEZVOUS_CLIENTS, `expected one of ${RENDEZVOUS_CLIENTS.join(', ')}`),
    version: z
      .string()
      .regex(/^\d{1,3}\.\d{1,3}(\.\d{1,3})?/, 'expected a version like "2.6.3"')
      .refine((version) => releaseOf(version) >= 2_005_002, 'how releases before 2.5.2 hash is not known')
      .optional(),
    ...envoyKey,
  })
  .superRefine(({ client, version, keyHash, hashTag }, issues) => {
    if (version !== undefined && client !== 'caddy')
      issues.addIssue({ code: 'custom', path: ['version'], message: 'only caddy differs by version' })
    if (keyHash !== undefined && client !== 'envoy') issues.addIssue({ code: 'custom', path: ['keyHash'], message: 'only envoy has it' })
    if (hashTag !== undefined && (client !== 'envoy' || keyHash !== 'murmur2'))
      issues.addIssue({ code: 'custom', path: ['hashTag'], message: 'only envoy with keyHash murmur2 has it' })
  })

const jump = z
  .strictObject({
    client: z.enum(JUMP_CLIENTS, `expected one of ${JUMP_CLIENTS.join(', ')}`),
    hashTag: z.string().length(2, 'expected two characters, like "{}"').optional(),
    hashStop: z.string().min(1).max(100).optional(),
    seed: z.string().min(1).max(300).optional(),
  })
  .superRefine(({ client, hashTag, hashStop, seed }, issues) => {
    for (const [name, value] of Object.entries({ hashTag, hashStop, seed }))
      if (value !== undefined && client !== 'memcached-proxy')
        issues.addIssue({ code: 'custom', path: [name], message: 'only memcached-proxy has it' })
    if (hashTag !== undefined && hashStop !== undefined)
      issues.addIssue({ code: 'custom', path: ['hashStop'], message: 'expected a tag or a stop, not both' })
  })

/**
 * Schemas of the options of each algorithm; strict: an unknown option or value is refused. They stand apart from the algorithms because a
 * page that computes a known ring needs no parser.
 */
export const optionSchemas: Record<RingAlgorithm, z.ZodType<RingOptions>> = {
  'haproxy-consistent': haproxy.extend({ hashKey: z.enum(HAPROXY_HASH_KEYS).optional() }),
  'haproxy-map': haproxy,
  'nginx-consistent': none,
  'nginx-hash': none,
  'envoy-ring-hash': envoyRingHash,
  'envoy-maglev': envoyMaglev,
  'twemproxy-ketama': twemproxy,
  'twemproxy-modula': twemproxy,
  'varnish-shard': z.strictObject({ replicas: z.int().min(1).max(100_000).optional(), input: z.enum(SHARD_INPUTS).optional() }),
  'varnish-hash': z.strictObject({
    version: z
      .string()
      .regex(/^\d{1,3}\.\d{1,3}/, 'expected a version like "7.1.1"')
      .optional(),
  }),
  ketama: z.strictObject({ client: z.enum(KETAMA_CLIENTS).optional() }),
  libmemcached: z.strictObject({ weighted: z.boolean().optional() }),
  modulo,
  dalli: none,
  rendezvous,
  jump,
  'redis-rb': z.strictObject({
    version: z
      .string()
      .regex(/^\d{1,3}(\.\d{1,3})*/, 'expected a version like "4.8.0"')
      .optional(),
  }),
  predis: none,
  groupcache: z.strictObject({ replicas: z.int().min(1).max(100_000).optional() }),
  'redis-cluster': none,
}
