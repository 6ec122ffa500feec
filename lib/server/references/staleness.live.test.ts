import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { describeWith } from '../../../test/live.ts'
import { randomOf } from '../../../test/random.ts'
import { startRedis } from '../../../test/servers.ts'
import type { Staleness } from '../../model/staleness.ts'
import { createRedisClient } from '../../products/redis/client.ts'
import { redisConfig } from '../../products/redis/config.ts'
import { ReferenceTap } from '../../products/redis/monitor/tap.ts'
import { computeStaleness } from './computeStaleness.ts'
import { SegmentLog } from './segmentLog.ts'

const TTL_MS = 300
const KEYS = 60
const soon = () => AbortSignal.timeout(4_000)

describeWith(['redis-server'], 'how old reads are', () => {
  it('how old what is read through a real Redis is, is told by MONITOR alone', async () => {
    await using server = await startRedis()
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-stale-'))
    const config = redisConfig.parse({ kind: 'redis', name: 'a', url: server.about.url, monitor: 'bursts' })
    const client = createRedisClient(config)
    const log = new SegmentLog(folder, { keepMs: 3_600_000, rowsMax: 1_000_000 }, Date.now)
    const tap = new ReferenceTap(config, new Set(), new Map())
    const random = randomOf(3)
    // What an application reads through: the value of each key at its origin is of the last of its changes, every 400 ms on average.
    const versions = new Array<number>(KEYS).fill(0)
    let [hits, old] = [0, 0]
    const read = async () => {
      const key = Math.floor(random() ** 2 * KEYS)
      const value = await client.call(['GET', `price:${key}`], soon())
      if (value === null) {
        await client.call(['SET', `price:${key}`, `v${versions[key]}`, 'PX', String(TTL_MS)], soon())
        return
      }
      hits++
      if (String(value) !== `v${versions[key]}`) old++
    }
    try {
      await sleep(200)
      const until = Date.now() + 4_000
      for (let last = Date.now(); Date.now() < until; ) {
        await Promise.all(Array.from({ length: 5 }, read))
        const now = Date.now()
        for (let key = 0; key < KEYS; key++) if (random() < (now - last) / 400) versions[key]!++
        last = now
        await log.add(tap.drain())
        await sleep(8)
      }
      await sleep(200)
      await log.add(tap.drain())
      expect(tap.ended).toBeNull()
    } finally {
      tap.stop('enough')
      await client.close()
      await log.close()
    }
    const { patterns } = computeStaleness({ folder, since: 0 })
    rmSync(folder, { recursive: true })
    expect(patterns).toMatchObject([{ pattern: 'price:*', found: { by: 'values', ttlMs: TTL_MS } }])
    const found = patterns[0]!.found as Staleness
    const truth = old / hits
    expect(truth).toBeGreaterThan(0.1)
    // Keys and moments of one run: the interval holds it, or misses it by little.
    expect(found.low, JSON.stringify({ found, truth, hits })).toBeLessThan(truth + 0.02)
    expect(found.high, JSON.stringify({ found, truth, hits })).toBeGreaterThan(truth - 0.02)
    expect(found.high - found.low).toBeLessThan(0.25)
  }, 20_000)
})
