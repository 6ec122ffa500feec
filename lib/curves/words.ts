import { count, duration, text } from '../format/format.ts'
import { isSegmented, type Question, type Ttl } from './question.ts'
import type { ServerModel } from './server.ts'

/** How the answer was made, in a sentence. */
export function methodText(question: Question, sampledKeys: number, samplingRate: number): string {
  const { policy, samples = 5, steady } = question
  const rule = isSegmented(policy)
    ? "memcached's segmented LRU in slab classes"
    : `Redis's own rule ${policy}${/lru|lfu|lrm|ttl/.test(policy) ? ` with ${samples} samples` : ''}`
  const keys =
    samplingRate < 1
      ? `${count(sampledKeys)} keys, ${text(samplingRate, 'ratio')} of all, chosen by their hash`
      : `all ${count(sampledKeys)} keys`
  const start = steady ? 'the first half of the time only warms the cache up' : 'from an empty cache, every miss filled at once'
  return `Simulated by ${rule} on ${keys}: ${start}.`
}

/** What the answer rests on and what its band holds, in a sentence or two. */
export function basisText(
  { policy, sizes, ttl, parts = [], local }: Question,
  server: ServerModel,
  about: { requests: number; spanMs: number; samplingRate: number },
): string {
  const given = [
    ttl === undefined ? 'TTLs as the source has them' : ttlText(ttl),
    ...parts.flatMap(({ match, ttl }) => (ttl === undefined ? [] : [`of ${JSON.stringify(match)} ${ttlText(ttl)}`])),
  ].join(', ')
  const holds = [
    'the error of the model',
    'chance in what is evicted',
    ...(policy.endsWith('-lfu') ? ["where the server's full minute falls"] : []),
    ...(about.samplingRate < 1 ? ['the choice of the sampled keys'] : []),
    ...(server.slackBytes > 0 && sizes.bytes ? [`${text(server.slackBytes, 'bytes')} more or less of memory besides the keys`] : []),
  ]
  const before = local
    ? `, behind ${local.processes && local.processes > 1 ? `${local.processes} local caches` : 'a local cache'} of ${count(local.keys)} entries for ${duration(local.ttlMs)}`
    : ''
  return `${count(about.requests)} gets in ${duration(about.spanMs)}, ${given}${before}. The band holds ${new Intl.ListFormat('en').format(holds)}.`
}

const ttlText = (ttl: Ttl | null): string =>
  ttl === null
    ? 'no TTL'
    : `a TTL of ${duration(ttl.ms)}${ttl.jitter ? ` ± ${text(ttl.jitter, 'ratio')}` : ''}${ttl.refreshOnRead ? ', renewed by each read' : ''}`
