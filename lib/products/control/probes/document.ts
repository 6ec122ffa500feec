import type { ControlConfig } from '../../../model/control.ts'
import { malformed } from '../../../model/error.ts'
import type { Probe, TopologyPart } from '../../../model/product.ts'
import type { Reading } from '../../../model/series.ts'
import { wordOf } from '../../answers.ts'
import type { RedisClient } from '../../redis/client.ts'
import { isRing } from '../config.ts'
import { agesOf, followersKey, type Heard, hear, readFollowers } from '../followers.ts'
import { nodeFacts, type RingControl, readRing } from '../ringDocument.ts'
import { readTtl, type TtlControl } from '../ttlDocument.ts'

export type ControlLink = { config: ControlConfig; client: RedisClient; heard: Heard | null }
/** The document's text, null when there is none, and the followers' reports by field. The configuration rides along: parsing is pure. */
export type ControlRaw = {
  config: ControlConfig
  text: string | null
  wrong: string | null
  followers: Record<string, string>
  ages?: Record<string, number>
}

export const document: Probe<ControlLink, ControlRaw> = {
  id: 'document',
  feature: 'control document',
  everyMs: 1_000,
  cost: 'one GET or HGET and one HGETALL of a few fields: some 20 µs of Redis CPU',
  vital: true,
  async read(link, _cursor, signal) {
    const { config, client } = link
    const [text, reports] = await client.pipeline(
      [config.ring ? ['GET', config.key] : ['HGET', config.key, config.ttl.name], ['HGETALL', followersKey(config.key)]],
      signal,
    )
    const followers = Array.isArray(reports) ? pairs(reports) : {}
    const seen = performance.now()
    link.heard = hear(link.heard, followers, seen)
    // A command's own error (WRONGTYPE: the key is something else) is about the document; the server is there.
    return {
      config: withoutRedis(config),
      text: typeof text === 'string' ? text : null,
      wrong: text instanceof Error ? text.message.slice(0, 200) : null,
      followers,
      ages: agesOf(link.heard, seen),
    }
  },
  parse(raw, { at }) {
    const followers = readFollowers(raw.followers, at, raw.ages)
    const { samples, topology } = isRing(raw.config) ? ring(raw.config, raw, followers) : ttl(raw.config as TtlControl, raw, followers)
    return { samples, records: [], topology }
  },
}

type Told = { samples: Reading[]; topology: TopologyPart }
type Followers = ReturnType<typeof readFollowers>

function ring(config: RingControl, raw: ControlRaw, followers: Followers): Told {
  const { live, error } = attempt(raw, (text) => readRing(config, text))
  const control = { target: config.redis.name, key: config.key }
  const samples = error ? [] : [{ metric: 'ring_version', labels: { ring: config.ring.name }, value: live.version }]
  const { name } = config.ring
  const shared = { name, version: live.version, control, followers, ...expected(config), ...(error ? { error } : {}) }
  return { samples, topology: { rings: [{ ...shared, spec: live.spec, nodes: nodeFacts(config, live.spec) }] } }
}

function ttl(config: TtlControl, raw: ControlRaw, followers: Followers): Told {
  const { live, error } = attempt(raw, (text) => readTtl(config, text))
  const control = { target: config.redis.name, key: config.key }
  const labels = { policy: config.ttl.name }
  const samples = error
    ? []
    : [
        { metric: 'ttl_policy_seconds', labels, value: live.ttlMs / 1000 },
        { metric: 'ttl_policy_jitter', labels, value: live.jitter },
      ]
  const { match, ttlMs, jitter, version } = live
  const policy = { name: config.ttl.name, match, ttlMs, jitter, version, control, followers, ...expected(config) }
  return { samples, topology: { ttls: [{ ...policy, ...(error ? { error } : {}) }] } }
}

/** A document that cannot be read is shown beside the configuration's values, with the reason: applications keep the last one they read. */
function attempt<T>(raw: ControlRaw, read: (text: string | null) => T): { live: T; error?: string } {
  if (raw.wrong) return { live: read(null), error: raw.wrong }
  try {
    return { live: read(raw.text) }
  } catch (error) {
    return { live: read(null), error: error instanceof Error ? error.message : String(error) }
  }
}

const expected = ({ followersExpected }: ControlConfig) => (followersExpected === undefined ? {} : { followersExpected })

/** A raw answer may be saved as a fixture: how to reach the server stays out of it. */
const withoutRedis = (config: ControlConfig): ControlConfig => ({ ...config, redis: { kind: 'redis', name: config.redis.name } })

function pairs(list: unknown[]): Record<string, string> {
  if (list.length % 2) throw malformed('expected fields and values', String(list.length))
  return Object.fromEntries(Array.from({ length: list.length / 2 }, (_, i) => [wordOf(list[i * 2]), wordOf(list[i * 2 + 1])]))
}
