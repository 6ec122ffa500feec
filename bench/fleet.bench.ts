import { setTimeout as sleep } from 'node:timers/promises'
import { startFleet } from '../demo/fleet.ts'
import { startEvenkeel } from '../e2e/evenkeel.ts'
import { ensureBuild } from '../scripts/boot/build.mjs'
import { ask } from '../test/servers.ts'
import { cpuSeconds } from './processUsage.ts'
import type { Bench } from './table.ts'

const SECONDS = 30

/** CPU time that Redis reports, µs. */
async function redisCpu(port: number): Promise<number> {
  const info = await ask(port, 'INFO cpu\r\nPING end\r\n', (text) => text.endsWith('end\r\n'))
  const of = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1])
  return (of('used_cpu_user') + of('used_cpu_sys')) * 1e6
}

export const bench: Bench = {
  name: 'fleet',
  title: 'the demo: how soon it is ready, and what it and watching it cost',
  async run() {
    await ensureBuild()
    const started = performance.now()
    const evenkeel = await startEvenkeel({ fleet: { pagesPerSecond: 240 } })
    const ready = (performance.now() - started) / 1000
    await sleep(5_000)
    const store = evenkeel.fleet.ports['sessions-replica']!
    const before = { fleet: process.cpuUsage(), evenkeel: cpuSeconds(evenkeel.pid), redis: await redisCpu(store) }
    await sleep(SECONDS * 1000)
    const used = process.cpuUsage(before.fleet)
    const own = (cpuSeconds(evenkeel.pid) - before.evenkeel) / SECONDS
    const watched = ((await redisCpu(store)) - before.redis) / SECONDS
    await evenkeel.stop()

    // The same replica with nobody watching: what replication and its own housekeeping take.
    const alone = await startFleet({ pagesPerSecond: 240 })
    await sleep(5_000)
    const idle = await redisCpu(alone.ports['sessions-replica']!)
    await sleep(SECONDS * 1000)
    const unwatched = ((await redisCpu(alone.ports['sessions-replica']!)) - idle) / SECONDS
    await alone.stop()
    return [
      { what: 'from the second start to ready', value: ready, unit: 's', goal: { most: 10 } },
      { what: 'traffic and application servers', value: (used.user + used.system) / 1e4 / SECONDS, unit: '% of a core' },
      { what: 'Evenkeel on the whole of it', value: own * 100, unit: '% of a core' },
      { what: 'Redis CPU for every probe of a store, each second', value: watched - unwatched, unit: 'µs' },
    ]
  },
}
