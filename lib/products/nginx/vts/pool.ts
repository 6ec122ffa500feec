import type { RingSpec } from '../../../model/ring.ts'
import type { Pool, PoolServer } from '../../../model/topology.ts'
import { printable } from '../../answers.ts'
import { isHostName } from '../balancing.ts'
import type { KnownPool } from '../knownPools.ts'
import { ringOf, seenPool } from '../pools.ts'
import { consistentOf } from '../written.ts'
import { sumOf } from './counts.ts'
import type { Row } from './page.ts'

/**
 * Which server of the file each row is an address of: by the addresses that its name stands for here, else, because NGINX may ask another
 * resolver, as the one name in the file of that port, weight and role.
 */
export function namesOf(rows: readonly Row[], { pool, names }: KnownPool): Map<string, string> {
  const found = new Map(names)
  const hosts = pool.servers.filter(({ name }) => isHostName(name))
  for (const row of rows) {
    if (found.has(row.server)) continue
    const [host, another] = hosts.filter(
      ({ name, weightFile, backup = false }) => portOf(name) === portOf(row.server) && weightFile === row.weight && backup === row.backup,
    )
    if (host && !another) found.set(row.server, host.name)
  }
  return found
}

const portOf = (address: string) => /:(\d+)$/.exec(address)?.[1] ?? '80'

/** Why the ring of the file is not the one that runs. */
export function unnamedOf(rows: readonly Row[], names: ReadonlyMap<string, string>, file: KnownPool | undefined): string | undefined {
  const row = rows.find(({ server }) => !names.has(server))
  if (row) return `VTS shows ${printable(row.server)}, and the file does not show under what name it is hashed`
  const absent = file?.pool.servers.find(({ name }) => isHostName(name) && !rows.some(({ server }) => names.get(server) === name))
  return absent && `VTS shows no address of ${absent.name}`
}

/** What runs: weights and states as VTS shows them, over what the file says where one is known. A name of several addresses has the weight of each. */
export function poolOf(
  name: string,
  servers: ReadonlyMap<string, Row[]>,
  file: Omit<Pool, 'target'> | undefined,
  unnamed: string | undefined,
  unread: number,
): Omit<Pool, 'target'> {
  const all = [...servers.values()].flat()
  const backupsWait = all.some((row) => !row.backup && !row.down)
  const configured = new Map(file?.servers.map((one) => [one.name, one]))
  const running = [...servers].map(([server, rows], i): PoolServer => {
    const [row] = rows
    const { weight, backup } = row!
    const known = configured.get(server)
    const up = rows.filter((one) => !one.down)
    const drains = up.length === 0 || known?.state === 'drain'
    return {
      ...(known ?? { address: server, id: i + 1 }),
      name: server,
      weightSet: weight,
      weightEffective: drains || (backup && backupsWait) ? 0 : sumOf(up, (one) => one.weight),
      state: drains ? 'drain' : 'up',
      ...(backup ? { backup: true } : {}),
    }
  })
  const more = unread > 0 ? { serversLeft: unread } : {}
  if (!file) {
    const { serversBecause: _, ...pool } = seenPool(name, [])
    return { ...pool, ...more, servers: running }
  }
  const { ring: written, consistent: _, ...rest } = file
  if (!written) return { ...rest, ...more, servers: running }
  const because = unnamed ?? ringObstacle(written, all, servers)
  const ring = because === undefined ? ringOf(file.algorithm, perName(written, running, servers)) : undefined
  const consistent = consistentOf(name, ring)
  return {
    ...rest,
    ...more,
    ...(ring ? { ring } : { ringBecause: because ?? 'no server of it is in the ring' }),
    ...(consistent ? { consistent } : {}),
    servers: running,
  }
}

/** Without `consistent` NGINX counts through all addresses in their order: those of one name have to stand together, and be up or down together. */
function ringObstacle({ algorithm }: RingSpec, rows: readonly Row[], servers: ReadonlyMap<string, Row[]>): string | undefined {
  if (algorithm !== 'nginx-hash') return undefined
  for (const [name, own] of servers) {
    const first = rows.indexOf(own[0]!)
    if (own.some((row, i) => rows[first + i] !== row || row.down !== own[0]!.down)) return `the addresses of ${name} do not stand together`
  }
  return undefined
}

/** A node of `hash` without `consistent` weighs as much as all its addresses; a point of a consistent ring is the name's, however many they are. */
const perName = ({ algorithm }: RingSpec, running: readonly PoolServer[], servers: ReadonlyMap<string, Row[]>): PoolServer[] =>
  running.map((server) =>
    algorithm === 'nginx-hash' ? { ...server, weightSet: sumOf(servers.get(server.name)!, (row) => row.weight) } : server,
  )
