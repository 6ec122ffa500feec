import type { ControlConfig } from '../../../model/control.ts'
import { malformed } from '../../../model/error.ts'
import type { Probe, TopologyPart } from '../../../model/product.ts'
import type { Reading } from '../../../model/series.ts'
import { wordOf } from '../../answers.ts'
import type { Command, RedisClient } from '../../redis/client.ts'
import { isRing } from '../config.ts'
import { agesOf, followersKey, type Reports, readFollowers, withReports } from '../followers.ts'
import { nodeFacts, type RingControl, readRing } from '../ringDocument.ts'
import { readTtl, type TtlControl } from '../ttlDocument.ts'

export type ControlLink = {
  config: ControlConfig
  client: RedisClient
  copies: { name: string; client: RedisClient }[]
  /** The cached read, and when it was made (ms of the monotonic clock); null where it must be read again. */
  text: Held<{ text: string | null; wrong: string | null }>
  followers: Held<Record<string, string>>
  /** When each report was seen to come. */
  reports: Reports | null
  /** Until when it is read at every poll, because it has just changed. */
  lively: number
}
type Held<T> = { at: number; value: T } | null

/** Redis counts each GET, HGET and HGETALL as a lookup of its clients: a document that rests is read this often. */
const TEXT_MS = 10_000
/** Followers report every few seconds, and are fresh for 15. */
const FOLLOWERS_MS = 5_000
/** After a change its followers are watched as they move. */
const LIVELY_MS = 30_000
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
  emits: { metrics: ['ring_version', 'ttl_policy_seconds', 'ttl_policy_jitter'], topology: ['rings'] },
  everyMs: 1_000,
  cost: 'a PING a second, GET or HGET each 10 s and HGETALL of a few fields each 5 s; each second for 30 s after a change',
  vital: true,
  async read(link, _cursor, signal) {
    const { config, client } = link
    const now = performance.now()
    const due = (held: Held<unknown>, everyMs: number) => held === null || now < link.lively || now - held.at >= everyMs
    const [askText, askFollowers] = [due(link.text, TEXT_MS), due(link.followers, FOLLOWERS_MS)]
    const commands: Command[] = [['PING']]
    if (askText) commands.push(config.ring ? ['GET', config.key] : ['HGET', config.key, config.ttl.name])
    if (askFollowers) commands.push(['HGETALL', followersKey(config.key)])
    const [, ...answers] = await client.pipeline(commands, signal)
    if (askText) {
      const text = answers.shift()
      // A command's own error (WRONGTYPE: the key is something else) is about the document; the server is there.
      const value = {
        text: typeof text === 'string' ? text : null,
        wrong: text instanceof Error ? text.message.slice(0, 200) : null,
      }
      if (link.text && link.text.value.text !== value.text) link.lively = now + LIVELY_MS
      link.text = { at: now, value }
    }
    if (askFollowers) {
      const reports = answers.shift()
      const value = Array.isArray(reports) ? pairs(reports) : {}
      link.reports = withReports(link.reports, value, performance.now())
      link.followers = { at: now, value }
    }
    return {
      config: withoutRedis(config),
      ...link.text!.value,
      followers: link.followers!.value,
      ages: agesOf(link.reports!, performance.now()),
    }
  },
  forget(link) {
    link.text = null
    link.followers = null
    link.lively = performance.now() + LIVELY_MS
  },
  parse(raw, { at }) {
    const followers = readFollowers(raw.followers, at, raw.ages)
    const { samples, topology } = isRing(raw.config) ? ring(raw.config, raw, followers) : ttl(raw.config as TtlControl, raw, followers)
    return { samples, records: [], topology }
  },
}

type Parts = { samples: Reading[]; topology: TopologyPart }
type Followers = ReturnType<typeof readFollowers>

function ring(config: RingControl, raw: ControlRaw, followers: Followers): Parts {
  const { live, error } = attempt(raw, (text) => readRing(config, text))
  const control = { target: config.redis.name, key: config.key }
  const samples = error ? [] : [{ metric: 'ring_version', labels: { ring: config.ring.name }, value: live.version }]
  const { name } = config.ring
  const shared = { name, version: live.version, control, followers, ...expected(config), ...(error ? { error } : {}) }
  return { samples, topology: { rings: [{ ...shared, spec: live.spec, nodes: nodeFacts(config, live.spec) }] } }
}

function ttl(config: TtlControl, raw: ControlRaw, followers: Followers): Parts {
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
const withoutRedis = ({ copies: _, ...config }: ControlConfig): ControlConfig => ({
  ...config,
  redis: { kind: 'redis', name: config.redis.name },
})

function pairs(list: unknown[]): Record<string, string> {
  if (list.length % 2) throw malformed('expected fields and values', String(list.length))
  return Object.fromEntries(Array.from({ length: list.length / 2 }, (_, i) => [wordOf(list[i * 2]), wordOf(list[i * 2 + 1])]))
}
