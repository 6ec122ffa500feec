import { setTimeout as sleep } from 'node:timers/promises'
import type { PolledFleet } from '../engine/fleet.ts'
import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'
import { createDatabase, type Listener } from '../store/postgres/connection.ts'
import { createCalls } from './calls.ts'
import type { Cluster } from './cluster.ts'
import { createHotExchange } from './hotExchange.ts'
import type { HotWriter } from './hotWriter.ts'
import { createIngest } from './ingest.ts'
import { createLeases, LEASE_MS } from './leases.ts'
import { createLeaseTable } from './leaseTable.ts'

type SharedClusterOptions = {
  url: string
  name: string
  /** One run of this process: a new one after each start, the same after a reload. */
  session: string
  cells: readonly (readonly string[])[]
  store: Pick<Store, 'memory' | 'durable'>
  monotonic(): number
  now(): number
  log: Log
}

/** What the cluster moves, once it is put together. */
type Parts = {
  fleet: Pick<PolledFleet, 'deal' | 'polled' | 'learn' | 'learnPart'>
  writer: HotWriter
  /** Where samples of others go. */
  received: Pick<Store, 'append' | 'putRecords'>
  mayLeave(cell: readonly string[]): boolean
  onTaken(targets: readonly string[]): void
  /** Runs a call that another replica has received. */
  run(request: unknown): Promise<unknown>
}

interface SharedCluster extends Cluster {
  /** Begins to look after targets. Resolves after the first round. */
  start(parts: Parts): Promise<void>
  /** `keep`: the same process goes on at once, and finds its targets as they were. */
  stop(options: { keep: boolean }): Promise<void>
}

const ROUND_MS = 1_000
const HOT_MS = 1_000
const SERVE_MS = 1_000
/** The leases wait for no slow statement: what takes longer has failed. */
const DEADLINE_MS = 3_000

/** One of several replicas that share a database. */
export function createSharedCluster({ url, name, session, cells, store, monotonic, now, log }: SharedClusterOptions): SharedCluster {
  const database = createDatabase({ url, replica: name, deadlineMs: DEADLINE_MS })
  const table = createLeaseTable({ database, session, name, lastsMs: LEASE_MS })
  let parts: Parts | null = null
  let stopped = false
  const loops: Promise<void>[] = []
  const ending = new AbortController()

  const caughtUp = async () => {
    // A round of the mirror reads what was committed before it writes: once this is written, all that came before is known.
    store.memory.put(`cluster/${name}`, { session, at: now() })
    await store.durable()
  }
  const leases = createLeases({
    table,
    session,
    cells,
    monotonic,
    wall: Date.now,
    now,
    caughtUp,
    mayLeave: (cell) => parts?.mayLeave(cell) ?? true,
    async drained() {
      await hot.send(false)
      await store.durable()
    },
    onDealt({ taken }) {
      parts?.fleet.deal()
      if (taken.length > 0) parts?.onTaken(taken)
    },
    log,
  })
  const hot = createHotExchange({
    database,
    session,
    next: (whole) => parts!.writer.take(parts!.fleet.polled(), whole),
    take: (from, batch) => ingest!.take(from, batch),
    wantAll: leases.wantAll,
    log,
  })
  let ingest: ReturnType<typeof createIngest> | null = null
  const calls = createCalls({
    database,
    session,
    answers: (target) => (target === '' ? leases.leads() : leases.holds(target, 0)),
    run: (request) => parts!.run(request),
    sleep: (ms) => sleep(ms, undefined, { ref: false }),
    log,
  })

  /** Another replica that came since, or asks for it, needs everything. */
  let toldWhole = new Map<string, number | null>()
  function isWanted(): boolean {
    const asking = new Map(leases.others().map((one) => [one.session, one.wantsAt]))
    const wanted = [...asking].some(([one, at]) => !toldWhole.has(one) || toldWhole.get(one) !== at)
    toldWhole = asking
    return wanted
  }

  let failing = false
  async function quietly(work: () => Promise<void>): Promise<void> {
    try {
      await work()
      failing = false
    } catch (error) {
      if (!failing && !stopped) log.warn({ err: error }, 'replicas cannot tell each other what they poll')
      failing = true
    }
  }

  function every(ms: number, work: () => Promise<void>): void {
    const loop = async () => {
      while (!stopped) {
        const began = performance.now()
        await work()
        await sleep(Math.max(50, ms - (performance.now() - began)), undefined, { ref: false, signal: ending.signal }).catch(() => {})
      }
    }
    loops.push(loop())
  }

  let listener: Listener | null = null
  async function listen(): Promise<void> {
    const woken = () => {
      calls.wake()
      void quietly(calls.serve)
    }
    listener ??= await database.listen(['evenkeel_call'], woken, () => {
      listener = null
    })
  }

  return {
    name,
    owns: leases.owns,
    judges: leases.judges,
    leads: leases.leads,
    version: leases.version,
    members: leases.members,
    holds: leases.holds,
    ask: calls.ask,
    caughtUp,
    async start(given) {
      parts = given
      ingest = createIngest({ store: given.received, fleet: given.fleet })
      // What others poll is known before anything is judged here.
      await quietly(hot.receive)
      await leases.round()
      every(ROUND_MS, leases.round)
      every(HOT_MS, () => quietly(() => hot.send(isWanted())))
      every(HOT_MS, () => quietly(hot.receive))
      every(SERVE_MS, () =>
        quietly(async () => {
          await listen()
          await calls.serve()
        }),
      )
    },
    async stop({ keep }) {
      stopped = true
      ending.abort()
      await Promise.allSettled(loops)
      if (!keep)
        await leases.end().catch((error: unknown) => log.warn({ err: error }, 'the targets of this replica are free in some seconds'))
      await listener?.close()
      await database.close()
    },
  }
}
