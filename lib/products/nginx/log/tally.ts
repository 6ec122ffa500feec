import type { Reading } from '../../../model/series.ts'
import type { Unread } from '../../accessLog/fields.ts'
import { LineCounts } from '../../accessLog/lineCounts.ts'
import type { Loss } from '../../accessLog/loss.ts'
import { printable, readings } from '../../answers.ts'
import { type BurstCounts, type Counts, type HotKeyCount, hottest, remembered } from '../../hotKeys.ts'
import type { Limit, Try } from './entry.ts'

const POOLS_MAX = 100
const SERVERS_MAX = 500
const KEYS_MAX = 5_000
const KEYS_EVERY_MS = 5_000

/** Counters since the log is read; `newest` is what came since the last look. */
type Count = { requests: number; errors: number; retries: number; newest: { count: number; seconds: number } }
type PoolCount = Count & { servers: Map<string, Count>; hits: number; misses: number; cached: boolean; shed: number; limiters: Set<string> }
const none = (): Count => ({ requests: 0, errors: 0, retries: 0, newest: { count: 0, seconds: 0 } })

const newPool = (): PoolCount => ({ ...none(), servers: new Map(), hits: 0, misses: 0, cached: false, shed: 0, limiters: new Set() })

export type LogLook = {
  samples: Reading[]
  pools: { name: string; servers: string[] }[]
  hot: HotKeyCount[]
  lines: number
  bad: number
  loss: Loss
}

/** Tries of one request on one upstream, and what came of it. */
export type Visit = { tries: readonly Try[]; failed: boolean; cache?: 'hit' | 'miss' | null; key?: string | null; limit?: Limit | null }

/** Adds up what an access log says, per upstream and server, in bounded memory. */
export class Tally {
  private readonly pools = new Map<string, PoolCount>()
  private readonly counts: LineCounts
  private keys: Counts = new Map()
  private keyed = 0
  private keysSince: number
  private bursts: BurstCounts[] = []

  constructor(now: number) {
    this.keysSince = now
    this.counts = new LineCounts(now)
  }

  /** One more line: as it has to be, in a form that had to be mended, or not read at all. */
  line(is: 'read' | 'mended' | Unread): void {
    this.counts.add(is)
  }

  /** `nameOf` says which server of the upstream an address is. */
  add(pool: string, { tries, failed, cache, key = null, limit }: Visit, nameOf: (address: string) => string, hashed: boolean): void {
    const counts = this.pools.get(pool) ?? newPool()
    if (!this.pools.has(pool)) {
      if (this.pools.size >= POOLS_MAX) return
      this.pools.set(pool, counts)
    }
    if (cache) {
      counts.cached = true
      if (cache === 'hit') counts.hits++
      else counts.misses++
    }
    for (const limiter of limit?.by ?? []) counts.limiters.add(limiter)
    if (limit?.refused) counts.shed++
    if (tries.length === 0) return
    const seconds = tries.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0)
    count(counts, { address: '', failed, seconds: tries.some((one) => one.seconds !== null) ? seconds : null })
    counts.retries += tries.length - 1
    for (const [i, one] of tries.entries()) {
      // Without a server to try, NGINX writes the upstream's own name.
      if (one.address === pool) continue
      const name = nameOf(one.address)
      const server = counts.servers.get(name) ?? none()
      if (!counts.servers.has(name)) {
        if (counts.servers.size >= SERVERS_MAX) continue
        counts.servers.set(name, server)
      }
      count(server, one)
      if (i < tries.length - 1) server.retries++
    }
    if (hashed && key !== null) this.addKey(key)
  }

  /** The servers of an upstream that its traffic has shown. */
  serversOf = (pool: string): string[] => [...(this.pools.get(pool)?.servers.keys() ?? [])]

  /** The limits that requests to an upstream have met. */
  limitersOf = (pool: string): string[] => [...(this.pools.get(pool)?.limiters ?? [])].sort()

  private addKey(key: string): void {
    this.keyed++
    const name = printable(key)
    const known = this.keys.get(name)
    if (known) known.reads++
    else if (this.keys.size < KEYS_MAX) this.keys.set(name, { reads: 1, clients: new Map() })
  }

  /** Returns the counts of this span and begins the next one. */
  look(now: number): LogLook {
    if (now - this.keysSince >= KEYS_EVERY_MS) {
      this.bursts = remembered(this.bursts, { at: now, ms: now - this.keysSince, reads: this.keyed, keys: this.keys })
      this.keys = new Map()
      this.keyed = 0
      this.keysSince = now
    }
    const { list, add } = readings()
    const { lines, bad } = this.counts
    add('nginx_log_lines_total', lines)
    add('nginx_log_lines_unread_total', bad)
    const loss = this.counts.look(now)
    // Of lines that say only what went well, no count is one: they begin anew once all are read.
    if (!loss.fair) for (const counts of this.pools.values()) beginAnew(counts)
    else
      for (const [pool, counts] of this.pools) {
        addCount(add, counts, { pool: printable(pool) })
        if (counts.limiters.size > 0) add('pool_shed_total', counts.shed, { pool: printable(pool) })
        if (counts.cached) {
          add('cache_hits_total', counts.hits, { cache: printable(pool) })
          add('cache_misses_total', counts.misses, { cache: printable(pool) })
        }
        for (const [server, count] of counts.servers) addCount(add, count, { pool: printable(pool), server: printable(server) })
      }
    return {
      samples: list,
      pools: [...this.pools].map(([name, { servers }]) => ({ name, servers: [...servers.keys()] })),
      hot: hottest(this.bursts),
      lines,
      bad,
      loss,
    }
  }
}

function beginAnew(counts: PoolCount): void {
  Object.assign(counts, none(), { hits: 0, misses: 0, shed: 0 })
  for (const server of counts.servers.values()) Object.assign(server, none())
}

function count(of: Count, { failed, seconds }: Try): void {
  of.requests++
  if (failed) of.errors++
  if (seconds === null) return
  of.newest.count++
  of.newest.seconds += seconds
}

function addCount(add: ReturnType<typeof readings>['add'], of: Count, labels: Record<string, string>): void {
  add('pool_requests_total', of.requests, labels)
  add('pool_errors_total', of.errors, labels)
  add('pool_retries_total', of.retries, labels)
  // The mean of what came since the last look: of none there is no mean.
  if (of.newest.count > 0) add('pool_response_seconds', of.newest.seconds / of.newest.count, labels)
  of.newest = { count: 0, seconds: 0 }
}
