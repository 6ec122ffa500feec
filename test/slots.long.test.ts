import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster } from 'ioredis'
import { expect, test } from 'vitest'
import { slotMoves } from '../lib/advisors/slot-moves.ts'
import { createChanges } from '../lib/changes/changes.ts'
import { slotImbalance } from '../lib/detectors/cache/slot-imbalance.ts'
import { createBus } from '../lib/engine/bus.ts'
import { createEngine } from '../lib/engine/engine.ts'
import { createFleet } from '../lib/engine/fleet.ts'
import type { TargetConfig } from '../lib/model/product.ts'
import { redisConfig } from '../lib/products/redis/config.ts'
import { redis } from '../lib/products/redis/product.ts'
import { createStore } from '../lib/store/store.ts'
import { describeWith } from './live.ts'
import { startCluster } from './redisFamilies.ts'

/** So few that most slots are empty: those that are moved are moved within half a minute. */
const KEYS = 600
const log = { info() {}, warn() {}, error: (fields: object, text: string) => console.error(text, fields) }

describeWith(['redis-server'], 'a Cluster of which one master does most', () => {
  test('is found, relieved by the plan that is proposed, and judged inside the predicted band', async () => {
    await using nodes = await startCluster([8_600, 3_900, 3_884])
    const client = new Cluster([{ host: '127.0.0.1', port: nodes[0]!.about.port }])
    await Promise.all(Array.from({ length: KEYS }, (_, k) => client.set(`k:${k}`, 'x'.repeat(100))))
    const traffic = { over: false, wrong: 0 }
    const running = (async () => {
      for (let i = 0; !traffic.over; i++) {
        if (i % 20 === 0) await sleep(20)
        const read = await client.get(`k:${Math.floor(KEYS * Math.random())}`).catch(() => null)
        if (read === null) traffic.wrong++
      }
    })()
    const config = redisConfig.parse({ kind: 'redis', name: 'shop', cluster: [nodes[0]!.about.url], role: 'cache', monitor: 'never' })
    const store = createStore({ path: ':memory:' })
    const bus = createBus((error) => console.error(error))
    const fleet = createFleet({ targets: [{ config: config as TargetConfig, product: redis }], edges: [], poll: { everyMs: 1_000, timeoutMs: 900 }, store, bus, log }) // biome-ignore format: one line
    const changes = createChanges({ store, fleet, mode: () => 'tune', bus, log })
    const engine = createEngine({ fleet, rules: {}, detectors: [slotImbalance], advisors: [slotMoves], store, bus, describe: changes.describe, inFlight: changes.inFlight, learningMs: 0, log }) // biome-ignore format: one line
    engine.onTick(() => changes.tick())
    const until = async <T>(what: () => T | null | undefined | false, seconds: number): Promise<T> => {
      for (const end = Date.now() + seconds * 1_000; ; await sleep(250)) {
        const value = what()
        if (value) return value
        if (Date.now() > end)
          throw new Error(`not within ${seconds} s: ${JSON.stringify(store.findings.list().map(({ summary }) => summary))}`)
      }
    }
    try {
      engine.start()
      const proposal = await until(() => store.proposals.list().find(({ state }) => state === 'open'), 200)
      expect(proposal).toMatchObject({ advisor: 'slot-moves', prediction: { metric: 'cluster_load_imbalance' } })
      const { before, low, high } = proposal.prediction!
      console.log(
        `predicted ${before.toFixed(2)} -> ${proposal.prediction!.after.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}); ${proposal.because}`,
      )
      expect(before).toBeGreaterThan(1.4)
      const { change: id } = await changes.apply(proposal.id, 'ann')
      const ended = await until(() => {
        const change = store.changes.get(id!)
        return change?.endedAt !== undefined && change
      }, 500)
      console.log(JSON.stringify(ended.measured), ended.outcome)
      expect(ended).toMatchObject({ state: 'kept', verdict: 'improved' })
      expect(ended.measured!.after).toBeGreaterThanOrEqual(low)
      expect(ended.measured!.after).toBeLessThanOrEqual(high)
      expect(traffic.wrong).toBe(0)
    } finally {
      traffic.over = true
      await running
      client.disconnect()
      await engine.stop()
      await changes.stop()
      store.close()
    }
  }, 800_000)
})
