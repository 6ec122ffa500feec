import { setTimeout as sleep } from 'node:timers/promises'
import { createLeases, LEASE_MS, type Leases } from '../lib/cluster/leases.ts'
import { createLeaseTable } from '../lib/cluster/leaseTable.ts'
import { createDatabase, type Database } from '../lib/store/postgres/connection.ts'
import { migrate } from '../lib/store/postgres/migrations/migrations.ts'
import { startPostgres } from '../test/postgres.ts'
import type { Bench, Row } from './table.ts'

const TARGETS = 10_000
const ROUND_MS = 1_000
const LONGEST_MS = 15_000
const log = { info() {}, warn() {}, error() {} }
const names = Array.from({ length: TARGETS }, (_, i) => `cache-${i}`)

type Imitated = { name: string; leases: Leases; database: Database; alive: boolean; loop: Promise<void>; roundMs: number[] }

/** A replica that deals and polls nothing: as many statements to the database as a real one makes for its leases. */
function startReplica(url: string, name: string): Imitated {
  const database = createDatabase({ url, replica: name, deadlineMs: 3_000 })
  const table = createLeaseTable({ database, session: name, name, lastsMs: LEASE_MS })
  const monotonic = () => performance.now()
  const cells = names.map((target) => [target])
  const leases = createLeases({ table, session: name, cells, monotonic, wall: Date.now, now: Date.now, caughtUp: async () => {}, mayLeave: () => true, drained: async () => {}, onDealt() {}, log }) // biome-ignore format: one line
  const one: Imitated = { name, leases, database, alive: true, loop: Promise.resolve(), roundMs: [] }
  one.loop = (async () => {
    while (one.alive) {
      const began = performance.now()
      await leases.round()
      one.roundMs.push(performance.now() - began)
      await sleep(Math.max(0, ROUND_MS - (performance.now() - began)))
    }
  })()
  return one
}

/** Seconds until these have everything among them, none more than one above another. */
async function dealt(replicas: readonly Imitated[]): Promise<number> {
  for (const began = performance.now(); performance.now() - began < 60_000; await sleep(100)) {
    const loads = replicas.map(({ leases }) => names.filter((name) => leases.owns(name)).length)
    if (loads.reduce((sum, load) => sum + load, 0) === TARGETS && Math.max(...loads) - Math.min(...loads) <= 1)
      return (performance.now() - began) / 1_000
  }
  return Number.POSITIVE_INFINITY
}

export const bench: Bench = {
  name: 'replicas',
  title: `Replicas: ${TARGETS.toLocaleString('en-US')} targets dealt among three, one of them killed, and back; polls are imitated`,
  async run() {
    await using server = await startPostgres()
    const { url } = server.about
    const first = createDatabase({ url, replica: 'bench' })
    await migrate(first)
    await first.close()
    const replicas = ['keel-1', 'keel-2', 'keel-3'].map((name) => startReplica(url, name))
    const atStart = await dealt(replicas)
    const [victim, ...left] = replicas as [Imitated, ...Imitated[]]
    victim.alive = false
    await victim.loop
    const afterKill = await dealt(left)
    const back = startReplica(url, 'keel-4')
    const afterReturn = await dealt([...left, back])
    const rounds = [...left, back].flatMap(({ roundMs }) => roundMs).sort((a, b) => a - b)
    for (const one of [...left, back]) one.alive = false
    await Promise.all([...left, back].map(({ loop }) => loop))
    await Promise.all([victim, ...left, back].map(({ database }) => database.close()))
    const row = (what: string, seconds: number): Row => ({ what, value: seconds, unit: 's', goal: { most: LONGEST_MS / 1_000 } })
    return [
      row('dealt evenly after three have started', atStart),
      row('evenly among two after one was killed', afterKill),
      row('evenly among three after another has come', afterReturn),
      { what: 'a round of one replica, p99', value: rounds[Math.floor(rounds.length * 0.99)]!, unit: 'ms' },
    ]
  },
}
