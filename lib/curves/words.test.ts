import { expect, test } from 'vitest'
import type { Question } from './question.ts'
import { serverOf } from './server.ts'
import { basisText, methodText } from './words.ts'

const lfu: Question = {
  policy: 'volatile-lfu',
  samples: 10,
  ttl: { ms: 60_000, jitter: 0.1, refreshOnRead: true },
  sizes: { bytes: [2e6] },
  steady: true,
}
const plain = (text: string) => text.replaceAll(/\s/g, ' ')

test('the method says the rule, the keys and the start', () => {
  expect(plain(methodText(lfu, 8_192, 0.25))).toBe(
    "Simulated by Redis's own rule volatile-lfu with 10 samples on 8192 keys, 25.0 % of all, chosen by their hash: the first half of the time only warms the cache up.",
  )
  expect(plain(methodText({ policy: 'memcached', sizes: { keys: [1] } }, 20, 1))).toBe(
    "Simulated by memcached's segmented LRU in slab classes on all 20 keys: from an empty cache, every miss filled at once.",
  )
})

test('the basis says what is given to the keys and what the band holds', () => {
  const about = { requests: 5_000, spanMs: 3_600_000, samplingRate: 0.25 }
  const parts: Question['parts'] = [{ match: 'a:*', ttl: null }, { match: 'b:*', ttl: { ms: 5_000 } }, { match: 'c:*' }]
  expect(plain(basisText({ policy: 'allkeys-lru', parts, sizes: { keys: [1] } }, serverOf(lfu), about))).toMatch(
    /^5000 gets in 1 h, TTLs as the source has them, of "a:\*" no TTL, of "b:\*" a TTL of 5 s\. /,
  )
  expect(plain(basisText({ ...lfu, local: { keys: 100, ttlMs: 5_000 } }, serverOf(lfu), about))).toBe(
    "5000 gets in 1 h, a TTL of 1 min ± 10.0 %, renewed by each read, behind a local cache of 100 entries for 5 s. The band holds the error of the model, chance in what is evicted, where the server's full minute falls, the choice of the sampled keys, and 48.8 KiB more or less of memory besides the keys.",
  )
})
