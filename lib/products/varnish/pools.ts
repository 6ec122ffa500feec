import type { RingSpec } from '../../model/ring.ts'
import type { Reading } from '../../model/series.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { readings } from '../answers.ts'
import type { BackendList, Listed, Member } from './backendList.ts'
import type { VclRead } from './link.ts'
import type { Hashing } from './ring.ts'

/**
 * The pool of the backends that no director has: the VCL itself chooses among them. Not `backend`, by which `backend/NAME/state` would be taken for
 * the state of a server without which every request fails: what is in the cache is given all the same, and taking out the only one is a way to serve it.
 */
const BACKENDS = 'backends'

const STATE_SET = 'a backend is taken out, and brought back, by its setting `backend/NAME/state`: auto, healthy or sick'
const FROM_VCL = 'weights of Varnish are part of the VCL: a new one is to be loaded'

/** Directors whose members the list tells, and what shares follow in them. */
const BALANCES: Record<string, Pool['balances']> = {
  'round-robin': 'weight',
  random: 'weight',
  fallback: 'weight',
  hash: 'hash',
  shard: 'hash',
}

/** The active VCL's directors as pools, and the backends that no director has as one more. `vcl`: what its sources say; null where they are not read. */
export function poolsOf({ rows }: BackendList, vcl: VclRead | null = null): Omit<Pool, 'target'>[] {
  const byName = new Map(rows.map((row) => [row.name, row]))
  const hashing = new Map(vcl?.hashing)
  const addresses = new Map(vcl?.addresses)
  const directors = rows.filter(({ type }) => type !== 'backend').map((row) => ({ row, ...seenBeside(row, hashing.get(row.name), vcl) }))
  const held = new Set(directors.flatMap(({ members }) => members?.map(({ name }) => name) ?? []))
  const free = rows.filter(({ name, type }) => type === 'backend' && !held.has(name))
  const serverOf = (member: Member, index: number) => poolServer(byName.get(member.name), member, index, addresses)
  return [
    ...directors.map((director) => directorOf(director, serverOf)),
    ...(free.length === 0
      ? []
      : [
          {
            ...base(BACKENDS),
            algorithm: 'by VCL',
            balances: 'unknown' as const,
            servers: free.map(({ name }, i) => serverOf({ name }, i)),
          },
        ]),
  ]
}

type Director = { row: Listed; members?: readonly Member[]; ring?: RingSpec; because?: string; algorithm: string }

/** A director as the list and the VCL have it. A ring is only where both have the same members, and nothing moves requests for a while. */
function seenBeside(row: Listed, hashing: Hashing | undefined, vcl: VclRead | null): Omit<Director, 'row'> {
  const listed = row.members ? { members: row.members } : {}
  if (BALANCES[row.type] !== 'hash') return { ...listed, algorithm: row.type }
  if (!hashing?.ring || !hashing.members)
    return {
      ...listed,
      algorithm: hashing?.algorithm ?? row.type,
      because: hashing?.because ?? vcl?.because ?? 'no source of the VCL that is read defines it',
    }
  const { ring, members, algorithm } = hashing
  const rising = row.members?.find(
    ({ name, rampup }) => rampup !== undefined && rampup < 1 && members.some((one) => one.name === name) && !isSick(row, name),
  )
  const because =
    row.members && !sameNames(row.members, members)
      ? 'Varnish has other members in it than its VCL says'
      : row.warmup
        ? `its warmup gives ${row.warmup} of its requests to the next backend`
        : rising
          ? `${rising.name} is in its ramp-up: a part of its requests goes to the next backend`
          : undefined
  return { members, algorithm, ...(because ? { because } : { ring }) }
}

/** Of a sick member the list tells a ramp-up of 0. */
const isSick = ({ members }: Listed, name: string) => members?.find((one) => one.name === name)?.healthy === false
const sameNames = (a: readonly Member[], b: readonly Member[]) =>
  a.length === b.length && a.every(({ name }) => b.some((one) => one.name === name))

const base = (name: string) => ({
  name,
  can: { weight: { because: FROM_VCL }, state: { because: STATE_SET }, slowStart: { because: FROM_VCL } },
  weightMax: 1_000,
})

function directorOf(
  { row, members, ring, because, algorithm }: Director,
  serverOf: (member: Member, index: number) => PoolServer,
): Omit<Pool, 'target'> {
  const isFallback = row.type === 'fallback'
  return {
    ...base(row.name),
    algorithm,
    balances: BALANCES[row.type] ?? 'unknown',
    ...(isFallback ? { firstBackupOnly: true } : {}),
    ...(ring ? { ring } : {}),
    ...(because ? { ringBecause: because } : {}),
    ...(BALANCES[row.type] ? {} : { unknown: [`how a director of type ${row.type} chooses is not known here`] }),
    ...(members ? {} : { serversBecause: `Varnish does not list the members of a ${row.type} director` }),
    servers: (members ?? []).map((member, i) => ({
      ...serverOf(member, i),
      // The first that is healthy takes all.
      ...(isFallback && i > 0 ? { backup: true } : {}),
    })),
  }
}

/** A member may be a director itself. */
function poolServer(
  row: Listed | undefined,
  { name, weight = 1 }: Member,
  index: number,
  addresses: ReadonlyMap<string, string>,
): PoolServer {
  const state = row?.admin === 'sick' ? 'maint' : row === undefined || row.healthy ? 'up' : 'down'
  // Of a sick member the list tells a weight of 0; it keeps its points on the ring.
  const weightSet = weight > 0 ? weight : 1
  const address = row?.address ?? addresses.get(name) ?? ''
  return { name, address, id: index + 1, weightSet, weightEffective: weightSet, state, ...(row && returnOf(row)) }
}

/** How a backend that was set sick comes back. Without a probe `auto` is healthy: Varnish takes no other word for it. */
function returnOf({ name, type, admin, probed }: Listed): Pick<PoolServer, 'returns'> {
  if (type !== 'backend' || admin !== 'sick') return {}
  const words = probed === false ? 'no probe asks it, so that it is healthy' : 'its probe decides again'
  return { returns: { setting: `backend/${name}/state`, after: 'auto', words } }
}

export const LISTED_METRICS = ['pool_weight_set', 'pool_weight_effective', 'pool_up'] as const

export function listedSamples(pools: readonly Omit<Pool, 'target'>[]): Reading[] {
  const { list, add } = readings()
  for (const pool of pools)
    for (const server of pool.servers) {
      const labels = { pool: pool.name, server: server.name }
      add('pool_weight_set', server.weightSet, labels)
      add('pool_weight_effective', server.state === 'up' ? server.weightEffective : 0, labels)
      add('pool_up', server.state === 'up' ? 1 : 0, labels)
    }
  return list
}

/** The pool of each backend whose counters are one pool's alone: of one that several directors have they do not say by which. */
export function poolOfBackend(pools: readonly Omit<Pool, 'target'>[]): Record<string, string> {
  const all = pools.flatMap(({ name, servers }) => servers.map((server) => [server.name, name] as const))
  const times = Map.groupBy(all, ([server]) => server)
  return Object.fromEntries(all.filter(([server]) => times.get(server)?.length === 1))
}
