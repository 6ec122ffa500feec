import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { randomOf } from '../../../test/random.ts'
import { curves } from '../../curves/curves.ts'
import type { Access, Accesses } from '../../model/reference.ts'
import { accessOf } from '../../products/accessLog/loggedAccess.ts'
import { hash64 } from '../../rings/hashes/hash64.ts'
import { readLog } from './readLog.ts'
import { SegmentLog } from './segmentLog.ts'

const NOW = 1_767_225_600_000
const TTL_MS = 40_000
const [READS, KEYS, HELD] = [30_000, 4_000, 800]

/** The ratios that a log of these accesses predicts. */
async function ratios(accesses: Accesses): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-logged-'))
  const log = new SegmentLog(folder, { keepMs: 3_600_000, rowsMax: 1_000_000 }, () => NOW)
  await log.add(accesses)
  await log.close()
  const { references } = readLog({ folder, since: 0, evicts: true })
  const answer = curves(references, { policy: 'allkeys-lru', samples: 5, sizes: { keys: [200, HELD, 3_000] }, steady: true })
  rmSync(folder, { recursive: true })
  if (answer.tooLittle !== undefined) throw new Error(answer.tooLittle)
  return answer.curves.points.map(({ hitRatio }) => hitRatio)
}

test('a log that tells of reads alone predicts what a reporter of reads and fills does', async () => {
  const random = randomOf(3)
  /** Of the application: the least recently read first, with when it ends. */
  const cache = new Map<string, number>()
  const reported: Access[] = []
  const logged: Access[] = []
  for (let i = 0; i < READS; i++) {
    const at = NOW - 120_000 + 4 * i
    const key = `product:${Math.floor(KEYS ** random() - 1)}`
    const access = { at, ...hash64(Buffer.from(key)), op: 0, size: 0, ttlMs: Number.NaN, keyBytes: key.length, pattern: '' }
    reported.push(access)
    const ends = cache.get(key) ?? 0
    cache.delete(key)
    if (ends <= at) reported.push({ ...access, at: at + 1, op: 1, size: 500, ttlMs: TTL_MS })
    cache.set(key, ends <= at ? at + TTL_MS : ends)
    if (cache.size > HELD) cache.delete(cache.keys().next().value!)
    const fields = new Map([
      ['t', `${at / 1_000}`],
      ['key', key],
      ['st', '200'],
      ['ttl', `${TTL_MS / 1_000}`],
    ])
    logged.push(accessOf(fields, { cache: 'cache', key: 'key', pool: null, ttlMs: null }, at) as Access)
  }
  const [byReport, byLog] = [await ratios({ list: reported, rate: 1, gets: READS }), await ratios({ list: logged, rate: 1, gets: READS })]
  for (const [i, ratio] of byLog.entries()) expect(Math.abs(ratio - byReport[i]!), `size ${i}`).toBeLessThan(0.01)
  expect(byLog[2]! - byLog[0]!).toBeGreaterThan(0.1)
})
