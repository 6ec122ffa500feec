import type { Pool } from '../../model/topology.ts'
import { fieldsOf } from '../accessLog/fields.ts'
import { type PolledWithLog, ReferenceFeeds } from '../accessLog/referenceFeeds.ts'
import type { LogSource } from '../accessLog/source.ts'
import { CacheStatuses } from './cache/statuses.ts'
import type { NginxConfig } from './config.ts'
import { type KnownPool, knownPools } from './knownPools.ts'
import { entryOf, type LogEntry, type Try } from './log/entry.ts'
import { Tally, type Visit } from './log/tally.ts'

/** What is known of one NGINX from one poll to the next. */
export type NginxLink = {
  config: NginxConfig
  /** By the upstream's name. */
  pools: Map<string, { pool: Omit<Pool, 'target'>; names: Map<string, string> }>
  tally: Tally
  log: LogSource | null
  feeds: ReferenceFeeds
  /** What its caches, targets of their own, are fed by. */
  statuses: CacheStatuses
  /** The upstreams in the newest answer of VTS, which shows what runs; the files may differ. */
  shown: Set<string>
  take(line: string): void
}

/** The upstreams of the files anew; by them lines of the log are counted from now on. */
export async function readPools(link: NginxLink): Promise<KnownPool[]> {
  const known = await knownPools(link.config)
  link.pools = new Map(known.map(({ pool, names }) => [pool.name, { pool, names: new Map(names) }]))
  return known
}

/** What each line of the log adds goes to the upstream that it is of. */
export function openLink(config: NginxConfig & PolledWithLog): NginxLink {
  const link: NginxLink = {
    config,
    pools: new Map(),
    tally: new Tally(performance.now()),
    log: null,
    feeds: new ReferenceFeeds(config.feeds ?? [], performance.now()),
    statuses: new CacheStatuses(config.caches),
    shown: new Set(),
    take(line) {
      const read = fieldsOf(line)
      if (typeof read === 'string') return link.tally.line(read)
      link.feeds.take(read.fields)
      const entry = entryOf(read)
      if (typeof entry === 'string') return link.tally.line(entry)
      link.tally.line(entry.mended ? 'mended' : 'read')
      if (entry.cacheStatus) link.statuses.add(entry.zone, entry.cacheStatus)
      // What an internal redirect left behind: each try list is a visit of its own, to the upstream that has all its servers.
      for (const tries of entry.before) visit(link, holderOf(tries, link), { tries, failed: tries.at(-1)?.failed ?? false })
      visit(link, placeOf(entry, link), entry)
    },
  }
  return link
}

function visit({ pools, tally }: NginxLink, name: string | null, of: Visit): void {
  if (name === null) return
  const known = pools.get(name)
  tally.add(name, of, (address) => known?.names.get(address) ?? address, known?.pool.ring !== undefined)
}

/** Which upstream a line is of: as it says, else the one that has the server. Null: none that is known. */
function placeOf({ pool, tries, before }: LogEntry, link: NginxLink): string | null {
  if (pool !== null) return pool
  if (link.pools.size === 1 && before.length === 0) return [...link.pools.keys()][0]!
  return holderOf(tries, link)
}

/** The one upstream that all these addresses belong to; null where none is known, or several are. */
function holderOf(tries: readonly Try[], { pools }: NginxLink): string | null {
  if (tries.length === 0) return null
  const [holder, another] = [...pools].filter(([pool, { names }]) => tries.every(({ address }) => address === pool || names.has(address)))
  return holder && !another ? holder[0] : null
}
