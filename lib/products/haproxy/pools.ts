import type { Can, Pool, PoolAbilities, PoolServer } from '../../model/topology.ts'
import { admissionOf } from './admission.ts'
import { algorithmOf } from './algorithm.ts'
import type { Beside } from './beside.ts'
import type { FilePool } from './configFile.ts'
import { reloadOf } from './lasting.ts'
import { retriesOf } from './retries.ts'
import { noRingBecause, ringOf } from './ring.ts'
import { noSection, sectionOf } from './section.ts'
import { poolServer } from './server.ts'
import { NO_LIMITS } from './settings.ts'
import { isBackup, poolOf, poolsWithActive, type Stat, type StatRow, serverOf } from './stat.ts'
import { unstickOf } from './unstick.ts'
import { consistentOf, tunableOf } from './written.ts'

/** HAProxy takes weights up to this; 0 takes a server out of new requests. */
const WEIGHT_MAX = 256

/** The pools as they are now, with their rings where the file tells how they hash. */
export function poolsOf(stat: Stat, beside: Beside): Omit<Pool, 'target'>[] {
  const { servers, serversLeft } = stat
  const active = poolsWithActive(servers)
  const byPool = Map.groupBy(servers, poolOf)
  const badIn = Map.groupBy(stat.bad, ({ pool }) => pool)
  const stateOfServer = new Map(beside.state?.map((row) => [`${row.pool}/${row.server}`, row]))
  const sections = new Map(beside.file?.pools.map((pool) => [pool.name, pool]))
  return withMissing(stat.pools, byPool).map((row) => {
    const name = poolOf(row)
    const { file, stale } = sectionOf(row, sections, beside.version)
    const lines = new Map(file?.servers.map((server) => [server.name, server]))
    const own = (byPool.get(name) ?? []).map((server) =>
      poolServer(server, {
        idleBackup: isBackup(server) && active.has(name),
        line: lines.get(serverOf(server)),
        state: stateOfServer.get(`${name}/${serverOf(server)}`),
        hasFile: beside.file !== null,
      }),
    )
    const badRows = badIn.get(name) ?? []
    const bad = badRows.map(({ row: named, because }) => `the row of ${named} cannot be read: ${because}`)
    const left = serversLeft.get(name) ?? badRows.filter(({ isServer }) => isServer).length
    const { weight, unknown, ...algorithm } = algorithmOf(row, { file, stale, bad }, beside)
    const noRing = algorithm.balances === 'hash' ? whyNoRing(file, stale, own, beside) : undefined
    const ring = algorithm.balances === 'hash' && noRing === undefined ? ringOf(file, own, beside.version) : undefined
    const tunable = tunableOf(name, algorithm, ring)
    const consistent = consistentOf(tunable)
    const sticky = file ? file.sticky : stickyOf(byPool.get(name) ?? [])
    const unstick = unstickOf(sticky)
    return {
      name,
      ...algorithm,
      ...(tunable ? { tunable } : {}),
      ...(consistent ? { consistent } : {}),
      can: abilitiesOf(weight, beside),
      weightMax: WEIGHT_MAX,
      ...(beside.inFile ? {} : { lasting: lastingOf(name) }),
      ...(file?.allBackups ? {} : { firstBackupOnly: true }),
      ...(sticky ? { sticky } : {}),
      ...(unstick ? { unstick } : {}),
      ...(ring ? { ring } : {}),
      ...(noRing ? { ringBecause: noRing } : {}),
      ...(unknown.length > 0 ? { unknown } : {}),
      ...(file && beside.file ? { reload: reloadOf(file, beside.file, beside.socket) } : {}),
      retries: file ? retriesOf(file.retry) : { more: null, text: noSection(stale, beside.file, 'retries') },
      ...(left > 0 ? { serversLeft: left } : { admission: admissionOf(name, byPool.get(name) ?? [], beside.file) }),
      servers: own,
    }
  })
}

/** Why no ring tells where the keys of a pool go that hashes; undefined where one does. */
const whyNoRing = (file: FilePool | undefined, stale: string | undefined, servers: PoolServer[], { file: given, version }: Beside) =>
  file ? noRingBecause(file, servers, version) : noSection(stale, given, 'hash type')

/** The rows of pools, and a bare one for a pool of which only servers could be read. */
function withMissing(pools: readonly StatRow[], byPool: ReadonlyMap<string, StatRow[]>): StatRow[] {
  const known = new Set(pools.map(poolOf))
  const missing = [...byPool].filter(([name]) => !known.has(name))
  const bare = missing.map(([, [server]]): StatRow => ({ get: (column) => (column === 'pxname' ? server!.get(column) : undefined) }))
  return [...pools, ...bare]
}

/** Where no file tells of cookies: the socket, and a page with `stats show-legends`, tell which server has one. */
const stickyOf = (servers: readonly StatRow[]) => (servers.some((row) => row.get('cookie')) ? 'a cookie' : undefined)

const lastingOf = (name: string) => ({
  because: 'a weight set at run time is lost when HAProxy reloads',
  section: `backend ${name}`,
  line: 'server NAME … weight WEIGHT',
})

/** `set server … state` is taken in every algorithm, `set server … weight` not. A slow start asks for both by itself. */
const abilitiesOf = (weight: Can, { writable, inFile }: Beside): PoolAbilities => {
  const can = writable === true || { because: writable }
  return {
    weight,
    state: can,
    slowStart: inFile ? { because: 'each of its stages would be a reload of HAProxy' } : can,
    // Of the API `inFile` says which way it writes; the socket sets limits too.
    limit: can === true && inFile === false ? { because: NO_LIMITS } : can,
  }
}
