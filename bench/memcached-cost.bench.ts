import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { memcachedConfig } from '../lib/products/memcached/config.ts'
import { type MemcachedLink, openMemcached } from '../lib/products/memcached/link.ts'
import { memcached } from '../lib/products/memcached/product.ts'
import { randomOf } from '../test/random.ts'
import { ask, type MemcachedServer, startMemcached } from '../test/servers.ts'
import type { Bench, Row } from './table.ts'

const KEYS = 100_000
const ROUNDS = 60
const OPS_PER_SECOND = 20_000
const PHASE_MS = 1_250
const PHASES = 3

/** CPU time that memcached has used, µs: of all its threads. */
async function cpuOf(server: MemcachedServer): Promise<number> {
  const stats = await ask(server.about.port, 'stats\r\nquit\r\n', (text) => text.includes('\nEND'))
  const of = (name: string) => Number(new RegExp(`^STAT ${name} ([\\d.]+)`, 'm').exec(stats)?.[1])
  return (of('rusage_user') + of('rusage_system')) * 1e6
}

const probeOf = (id: string) => memcached.probes.find((probe) => probe.id === id)!
const poll = async (link: MemcachedLink, id: string) => {
  const probe = probeOf(id)
  return probe.parse(await probe.read(link, null, AbortSignal.timeout(5_000)), { cursor: null, at: Date.now() })
}

/** Mean CPU of one poll, µs: memcached's and this process's. */
async function costOf(server: MemcachedServer, link: MemcachedLink, id: string): Promise<{ server: number; own: number }> {
  for (let i = 0; i < 5; i++) await poll(link, id)
  const [start, ownStart] = [await cpuOf(server), process.cpuUsage()]
  for (let i = 0; i < ROUNDS; i++) await poll(link, id)
  const own = process.cpuUsage(ownStart)
  return { server: ((await cpuOf(server)) - start) / ROUNDS, own: (own.user + own.system) / ROUNDS }
}

/** Reads at a steady rate until it is disposed of. */
function startReads(port: number) {
  const random = randomOf(1)
  const socket = connect(port, '127.0.0.1')
  socket.resume()
  const timer = setInterval(() => {
    const keys = Array.from({ length: OPS_PER_SECOND / 200 }, () => `get product:${Math.floor(KEYS * random() ** 3)}\r\n`)
    socket.write(keys.join(''))
  }, 5)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      socket.destroy()
    },
  }
}

/** memcached's CPU as part of a core, with all probes at their own rhythm and without any: phases in turn, so that a busy machine burdens both. */
async function underLoad(server: MemcachedServer, link: MemcachedLink): Promise<{ without: number; with: number }> {
  using _reads = startReads(server.about.port)
  const spent = { without: 0, with: 0 }
  const phase = async (watched: boolean) => {
    const [start, from] = [await cpuOf(server), performance.now()]
    const end = from + PHASE_MS
    const beats = watched
      ? memcached.probes
          .filter((probe) => (probe.wanted?.(link) ?? true) === true)
          .map(async (probe) => {
            for (; performance.now() < end; await sleep(Math.min(probe.everyMs, Math.max(0, end - performance.now()))))
              await poll(link, probe.id)
          })
      : []
    await Promise.all([...beats, sleep(PHASE_MS)])
    spent[watched ? 'with' : 'without'] += ((await cpuOf(server)) - start) / (performance.now() - from) / 1_000
  }
  for (let i = 0; i < PHASES; i++) {
    await phase(false)
    await phase(true)
  }
  return { without: spent.without / PHASES, with: spent.with / PHASES }
}

export const bench: Bench = {
  name: 'memcached-cost',
  title: 'what watching costs a memcached of 100,000 keys in twenty slab classes',
  async run(): Promise<Row[]> {
    await using server = await startMemcached({ megabytes: 256 })
    const { port, address } = server.about
    const sets = Array.from({ length: KEYS }, (_, i) => {
      const size = 40 + ((i * 7_919) % 2_000)
      return `set product:${i} 0 ${600 + (i % 300)} ${size} noreply\r\n${'x'.repeat(size)}\r\n`
    })
    await ask(port, `${sets.join('')}version\r\n`, (text) => text.includes('VERSION'))
    const link = openMemcached(memcachedConfig.parse({ kind: 'memcached', name: 'bench', address, monitor: 'bursts' }))
    await poll(link, 'stats')
    const costs = new Map<string, { server: number; own: number }>()
    for (const id of ['stats', 'slabs', 'settings', 'keys', 'largest']) costs.set(id, await costOf(server, link, id))
    await poll(link, 'stats')
    const load = await underLoad(server, link)
    await memcached.close(link)
    const perSecond = [...costs].reduce((sum, [id, { server }]) => sum + (server * 1_000) / probeOf(id).everyMs, 0)
    return [
      ...[...costs].map(
        ([id, { server }]): Row => ({ what: `memcached CPU: ${probeOf(id).feature}, one poll`, value: server, unit: 'µs' }),
      ),
      { what: 'memcached CPU: all of these at their rhythm, each second', value: perSecond, unit: 'µs', goal: { most: 2_000 } },
      { what: 'Evenkeel CPU: a sample of 2,000 keys', value: costs.get('keys')!.own, unit: 'µs' },
      { what: `memcached's part of a core at ${OPS_PER_SECOND} reads/s`, value: load.without * 100, unit: '%' },
      { what: 'and what all probes add, bursts of watch too', value: (load.with - load.without) * 100, unit: '%', goal: { most: 1.5 } },
    ]
  },
}
