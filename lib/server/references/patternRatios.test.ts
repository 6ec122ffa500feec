import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { randomOf } from '../../../test/random.ts'
import type { Log } from '../../model/log.ts'
import type { Access } from '../../model/reference.ts'
import type { Store } from '../../model/store.ts'
import { hash64 } from '../../rings/hashes/hash64.ts'
import { computePatterns } from './computePatterns.ts'
import { createPatternRatios } from './patternRatios.ts'
import { SegmentLog } from './segmentLog.ts'

const NOW = 1_767_225_600_000
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-patterns-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A cache without a limit; `measured` is what its own counters say. */
function ratios(measured: number) {
  const perSecond = (value: number) => [{ metric: '', labels: {}, points: [[NOW - 20_000, value]] as [number, number][] }]
  const query: Store['query'] = ({ metric }) => perSecond(metric === 'cache_hits_total' ? measured * 1_000 : (1 - measured) * 1_000)
  return createPatternRatios({
    store: { query },
    sources: () => ['cache'],
    live: () => ({ policy: 'allkeys-lru', keys: 100, maxBytes: null, emptyBytes: 0, bytesPerKey: 1 }),
    log: () => ({ folder, since: 0 }),
    compute: async (question) => computePatterns(question),
    now: () => NOW,
    logger: { error: (details: unknown) => expect(details).toBeNull() } as unknown as Log,
  })
}

test('each pattern has its own hit ratio, as long as the model fits what is measured', async () => {
  const random = randomOf(5)
  const access = (i: number): Access => {
    // One of four reads asks for a key that nobody asked for before.
    const key = i % 4 === 0 ? `scan:${i}` : `page:${Math.floor(100 * random())}`
    return {
      at: NOW - 60_000 + 5 * i,
      ...hash64(Buffer.from(key)),
      op: 0,
      size: 1,
      ttlMs: Number.NaN,
      keyBytes: 6,
      pattern: `${key.split(':')[0]}:*`,
    }
  }
  const log = new SegmentLog(folder, { keepMs: 3_600_000, rowsMax: 1_000_000 }, () => NOW)
  await log.add({ list: Array.from({ length: 12_000 }, (_, i) => access(i)), rate: 1, gets: 12_000 })
  await log.close()
  const fits = ratios(0.745)
  fits.tick()
  await fits.idle()
  expect(fits.of('cache', 'page:*')).toMatchObject({ value: 1, readsShare: 0.75 })
  expect(fits.of('cache', 'page:*')!.readsPerSecond).toBeCloseTo(150, 0)
  expect(fits.of('cache', 'scan:*')).toMatchObject({ value: 0, low: 0 })
  expect(fits.of('cache', 'scan:*')!.high).toBeLessThan(0.03)
  expect(fits.of('cache', 'other:*')).toBeNull()
  const misfits = ratios(0.6)
  misfits.tick()
  await misfits.idle()
  expect(misfits.of('cache', 'page:*')).toBeNull()
})
