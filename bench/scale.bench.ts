import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureBuild } from '../scripts/boot/build.mjs'
import { launch } from '../scripts/launch.ts'
import { freePort } from '../test/daemon.ts'
import { cpuSeconds, residentMiB } from './processUsage.ts'
import { RedisImitations } from './redisImitations.ts'
import { straightLine } from './straightLine.ts'
import type { Bench, Row } from './table.ts'

/** Caches of each run: the whole line, or those that the environment names (`EVENKEEL_BENCH_TARGETS=100,250`). */
const SIZES = (process.env.EVENKEEL_BENCH_TARGETS ?? '100,250,500,1000,2000').split(',').map(Number)
/** Until the first samples of keys are full and every rule has learned. A quarter of an hour (900) until each series has its whole window in memory. */
const WARM_UP_S = Number(process.env.EVENKEEL_BENCH_WARM_UP ?? 30)
const MEASURED_S = 20
/** Of each list: of fewer, the one in a hundred that takes longest would be whichever met the longest search for garbage. */
const CALLS = 200
/** Of a server that is far behind fewer calls are made. */
const CALLS_S = 20
const LISTS = ['targets', 'findings', 'pools'] as const

type Measured = {
  targets: number
  cores: number
  pollsPerSecond: number
  /** Of looks each half second: between two searches for garbage it grows by a third. */
  memoryMiB: { median: number; most: number }
  heapMiB: number
  lagMs: number
  calls: Record<(typeof LISTS)[number], { p50: number; p99: number }>
}

const part = (sorted: readonly number[], share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!

/** What `prom-client` tells of the process: its event loop's delay is that since the last time it was asked. */
async function metricsOf(url: string): Promise<(name: string) => number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return (name) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1])
}

async function callTimes(url: string): Promise<Measured['calls']> {
  const calls: Partial<Measured['calls']> = {}
  for (const list of LISTS) {
    const times: number[] = []
    const until = performance.now() + CALLS_S * 1_000
    for (let i = 0; i < CALLS && performance.now() < until; i++) {
      const began = performance.now()
      const answer = await fetch(`${url}/api/v1/${list}`)
      await answer.arrayBuffer()
      if (answer.status !== 200) throw new Error(`GET ${list}: ${answer.status}`)
      times.push(performance.now() - began)
      // As people ask, not as fast as it answers: between two calls the picture has changed.
      await sleep(50)
    }
    times.sort((a, b) => a - b)
    calls[list] = { p50: part(times, 0.5), p99: part(times, 0.99) }
  }
  return calls as Measured['calls']
}

async function measured(targets: number): Promise<Measured> {
  await using imitations = await RedisImitations.start()
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'))
  const [host, port] = ['127.0.0.1', await freePort()]
  const config = join(home, 'evenkeel.json')
  writeFileSync(
    config,
    JSON.stringify({
      auth: { mode: 'none' },
      listen: `${host}:${port}`,
      data: join(home, 'data'),
      learning: '5s',
      targets: Array.from({ length: targets }, (_, i) => ({ kind: 'redis', name: `cache-${i}`, role: 'cache', url: imitations.url(i) })),
    }),
  )
  const server = launch({ config, host, port, quiet: true })
  try {
    await server.ready(120_000)
    await sleep(WARM_UP_S * 1_000)
    await metricsOf(server.url)
    const pid = server.process.pid!
    const before = { cpu: cpuSeconds(pid), polls: await imitations.polls(), at: performance.now() }
    const memory: number[] = []
    while (performance.now() - before.at < MEASURED_S * 1_000) {
      await sleep(500)
      memory.push(residentMiB(pid))
    }
    memory.sort((a, b) => a - b)
    const seconds = (performance.now() - before.at) / 1_000
    const cores = (cpuSeconds(pid) - before.cpu) / seconds
    const pollsPerSecond = ((await imitations.polls()) - before.polls) / seconds / targets
    const metric = await metricsOf(server.url)
    return {
      targets,
      cores,
      pollsPerSecond,
      memoryMiB: { median: part(memory, 0.5), most: memory.at(-1)! },
      heapMiB: metric('nodejs_heap_size_used_bytes') / 2 ** 20,
      lagMs: metric('nodejs_eventloop_lag_p99_seconds') * 1_000,
      calls: await callTimes(server.url),
    }
  } finally {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

const rowsOf = ({ targets, cores, pollsPerSecond, memoryMiB, heapMiB, lagMs, calls }: Measured): Row[] => {
  const of = `${targets.toLocaleString('en-US')} caches`
  return [
    { what: `${of}: CPU for 1,000`, value: (cores / targets) * 1_000, unit: 'cores', goal: { most: 0.6 } },
    { what: `${of}: polls a second of each`, value: pollsPerSecond, goal: { least: 0.95 } },
    { what: `${of}: memory of the process, median`, value: memoryMiB.median, unit: 'MiB', goal: { most: 400 } },
    { what: `${of}: memory of the process, most`, value: memoryMiB.most, unit: 'MiB' },
    { what: `${of}: of which JavaScript's heap in use`, value: heapMiB, unit: 'MiB' },
    { what: `${of}: delay of the event loop, 99 of 100`, value: lagMs, unit: 'ms' },
    ...LISTS.flatMap((list): Row[] => [
      { what: `${of}: GET ${list}, median`, value: calls[list].p50, unit: 'ms' },
      { what: `${of}: GET ${list}, 99 of 100`, value: calls[list].p99, unit: 'ms', goal: { most: 250 } },
    ]),
  ]
}

export const bench: Bench = {
  name: 'scale',
  title: 'the built server on many busy caches, each polled once a second: what it costs, and whether that is a line',
  async run() {
    await ensureBuild()
    const runs: Measured[] = []
    for (const targets of SIZES) runs.push(await measured(targets))
    const rows = runs.flatMap(rowsOf)
    if (runs.length < 3) return rows
    // Of what was polled: where a machine could not keep the rhythm, the cost is that of fewer polls.
    const { slope, rSquared } = straightLine(runs.map(({ targets, pollsPerSecond, cores }) => [targets * pollsPerSecond, cores]))
    return [
      ...rows,
      { what: 'CPU of a further 1,000 polls a second', value: slope * 1_000, unit: 'cores', goal: { most: 0.6 } },
      { what: 'how much of the cost a straight line tells (R²)', value: rSquared, goal: { least: 0.97 } },
    ]
  },
}
