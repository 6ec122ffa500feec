import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Daemon } from '../../../test/daemon.ts'
import { describeWith } from '../../../test/live.ts'
import { startPrometheus, startVictoriaMetrics } from '../../../test/servers.ts'
import { createStore } from '../store.ts'
import { createOutbound, type Outbound } from './outbound.ts'

const log = { info() {}, warn() {}, error() {} }
const RECEIVERS = [
  ['prometheus', () => startPrometheus({ jobs: {} }), null],
  // It shows samples ten seconds after it took them, unless it is asked to flush.
  ['victoria-metrics', () => startVictoriaMetrics(), '/internal/force_flush'],
] as const

for (const [program, start, flush] of RECEIVERS)
  describeWith([program], `${program} as the receiver of remote write`, () => {
    let server: Daemon & { about: { url: string } }
    let outbound: Outbound
    beforeAll(async () => {
      server = await start()
      outbound = createOutbound({ url: `${server.about.url}/api/v1/write`, headers: {}, monotonic: () => performance.now(), log })
    })
    afterAll(async () => {
      await outbound.close()
      await server.stop()
    })

    it('holds what the store holds: each sample at its time, a gap as a gap', async () => {
      const store = createStore({ path: ':memory:', onSample: outbound.add })
      const from = Math.floor(Date.now() / 1_000 - 60) * 1_000
      const hostile = 'a "quoted" {é}\n\\'
      for (let second = 0; second < 60; second++) {
        if (second >= 20 && second < 40) continue
        store.append(hostile, from + second * 1_000, [{ metric: 'cache_hits_total', value: second * 10 }], 1_000)
      }
      outbound.tick()
      await vi.waitFor(() => expect(outbound.state()).toEqual({ written: 40, dropped: 0, waiting: 0, failing: null }))
      const query = new URLSearchParams({ query: 'cache_hits_total[2m]', time: String((from + 60_000) / 1_000) })
      type Answer = { data: { result: { metric: Record<string, string>; values: [number, string][] }[] } }
      const ask = async () => ((await (await fetch(`${server.about.url}/api/v1/query?${query}`)).json()) as Answer).data.result
      if (flush) await fetch(`${server.about.url}${flush}`)
      const result = await vi.waitUntil(async () => {
        const answered = await ask()
        return answered[0]?.values.length === 40 ? answered : null
      }, 10_000)
      expect(result.map(({ metric }) => metric)).toEqual([{ __name__: 'cache_hits_total', target: hostile }])
      const [held] = store.query({ metric: 'cache_hits_total', labels: {}, from, to: from + 60_000 })
      const points = held!.points.filter(([, value]) => value !== null)
      expect(result[0]!.values.map(([at, value]) => [Math.round(at * 1_000), Number(value)])).toEqual(points)
      store.close()
    })
  })
