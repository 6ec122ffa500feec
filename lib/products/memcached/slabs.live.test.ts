import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { CAUSE } from '../../../test/cause.ts'
import { describeWith } from '../../../test/live.ts'
import { randomOf } from '../../../test/random.ts'
import { judge } from '../../../test/series.ts'
import { startMemcached } from '../../../test/servers.ts'
import { slabImbalance } from '../../detectors/cache/slab-imbalance.ts'
import type { Point, Series } from '../../model/series.ts'
import { windowOfSeries } from '../../store/window.ts'
import { memcachedActuator } from './actuator.ts'
import { memcachedConfig } from './config.ts'
import { memcached } from './product.ts'

const STEP_MS = 500
const soon = () => AbortSignal.timeout(2_000)

/** Fills the server with small items, then reads and fills large ones. */
async function startTraffic(port: number) {
  const socket = connect(port, '127.0.0.1')
  const lines = createInterface(socket)[Symbol.asyncIterator]()
  const line = async () => String((await lines.next()).value)
  const small = 'x'.repeat(60)
  for (let i = 0; i < 120_000; i++) socket.write(`set s:${i} 0 0 60${i === 119_999 ? '' : ' noreply'}\r\n${small}\r\n`)
  expect(await line()).toBe('STORED')
  const random = randomOf(1)
  const counts = { hits: 0, misses: 0 }
  let running = true
  const large = 'y'.repeat(4_000)
  const reading = (async () => {
    while (running) {
      for (let i = 0; i < 100; i++) {
        const key = `b:${Math.floor(1_500 * random() ** 3)}`
        socket.write(`get ${key}\r\n`)
        if ((await line()) === 'END') {
          counts.misses++
          socket.write(`set ${key} 0 0 4000\r\n${large}\r\n`)
          await line()
        } else {
          counts.hits++
          await line()
          await line()
        }
      }
      await sleep(20)
    }
  })()
  /** The hit ratio over some time from now on. */
  const hitRatio = async (ms: number) => {
    const before = { ...counts }
    await sleep(ms)
    const [hits, misses] = [counts.hits - before.hits, counts.misses - before.misses]
    return hits / (hits + misses)
  }
  return {
    hitRatio,
    async [Symbol.asyncDispose]() {
      running = false
      await reading.catch(() => {})
      socket.destroy()
    },
  }
}

describeWith(['memcached'], 'slab classes', () => {
  test('whose memory lies idle are found, and even out once pages are moved', { timeout: 60_000 }, async () => {
    await using server = await startMemcached({ megabytes: 16, args: ['-o', 'slab_automove=0,slab_automove_window=3'] })
    const config = memcachedConfig.parse({ kind: 'memcached', name: 'm', address: server.about.address })
    const probe = memcached.probes.find(({ id }) => id === 'slabs')!
    const link = memcached.open(config)
    const series = new Map<string, Series & { points: Point[] }>()
    const poll = async () => {
      const at = Date.now()
      for (const { metric, labels, value } of probe.parse(await probe.read(link, null, soon()), { cursor: null, at }).samples) {
        const key = `${metric} ${labels?.class}`
        if (!series.has(key)) series.set(key, { metric, labels: { target: 'm', ...labels }, stepMs: STEP_MS, points: [] })
        series.get(key)!.points.push([at, value])
      }
      return at
    }
    /** Polls until the rule says so. */
    const until = async (is: string) => {
      for (let end = performance.now() + 20_000; ; await sleep(STEP_MS)) {
        const at = await poll()
        const verdicts = judge(slabImbalance, windowOfSeries([...series.values()], [], at - 150_000, at), {}, { over: '4s' })
        if (verdicts[0]?.is === is || performance.now() > end) return verdicts
      }
    }
    await using traffic = await startTraffic(server.about.port)
    expect(await until('found')).toMatchObject([
      {
        is: 'found',
        subject: { target: 'm' },
        summary: expect.stringMatching(/evicts items of up to .* while \d+ pages .* some idle for/),
      },
    ])
    const starved = await traffic.hitRatio(2_000)
    await memcachedActuator.write(config, [{ name: 'config/slab_automove', expect: '0', value: '1' }], soon(), CAUSE)
    expect(await until('clear')).toMatchObject([{ is: 'clear' }])
    expect(await traffic.hitRatio(2_000)).toBeGreaterThan(starved + 0.1)
    await memcached.close(link)
  })
})
