import type { Reading } from '../../model/series.ts'
import type { Pool, PoolServer } from '../../model/topology.ts'
import { readings } from '../answers.ts'
import type { BackendList, Listed, Member } from './backendList.ts'

/** The pool of the backends that no director has: the VCL itself chooses among them. */
const BACKENDS = 'backend'

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

/** What the VCL says of a director that hashes: its ring, or why there is none. */
export type Hashing = { ring?: Pool['ring']; because?: string; algorithm?: string; members?: readonly Member[] }

/** The active VCL's directors as pools, and the backends that no director has as one more. */
export function poolsOf({ rows }: BackendList, hashing: ReadonlyMap<string, Hashing> = new Map()): Omit<Pool, 'target'>[] {
  const byName = new Map(rows.map((row) => [row.name, row]))
  const directors = rows.filter(({ type }) => type !== 'backend')
  const membersOf = (row: Listed) => row.members ?? hashing.get(row.name)?.members
  const held = new Set(directors.flatMap((row) => membersOf(row)?.map(({ name }) => name) ?? []))
  const free = rows.filter(({ name, type }) => type === 'backend' && !held.has(name))
  return [
    ...directors.map((row) => directorOf(row, membersOf(row), byName, hashing.get(row.name))),
    ...(free.length === 0 ? [] : [{ ...base(BACKENDS), algorithm: 'by VCL', balances: 'unknown' as const, servers: free.map((row, i) => serverOf(row, { name: row.name }, i)) }]), // biome-ignore format: one line
  ]
}

const base = (name: string) => ({
  name,
  can: { weight: { because: FROM_VCL }, state: { because: STATE_SET }, slowStart: { because: FROM_VCL } },
  weightMax: 1_000,
})

function directorOf(
  row: Listed,
  members: readonly Member[] | undefined,
  byName: ReadonlyMap<string, Listed>,
  hashing: Hashing = {},
): Omit<Pool, 'target'> {
  const balances = BALANCES[row.type] ?? 'unknown'
  const because = balances === 'hash' && !hashing.ring ? (hashing.because ?? 'the VCL that says what it hashes is not read') : undefined
  const isFallback = row.type === 'fallback'
  return {
    ...base(row.name),
    algorithm: hashing.algorithm ?? row.type,
    balances,
    ...(isFallback ? { firstBackupOnly: true } : {}),
    ...(hashing.ring ? { ring: hashing.ring } : {}),
    ...(because ? { ringBecause: because } : {}),
    ...(BALANCES[row.type] ? {} : { unknown: [`how a director of type ${row.type} chooses is not known here`] }),
    ...(members ? {} : { serversBecause: `Varnish does not list the members of a ${row.type} director` }),
    servers: (members ?? []).map((member, i) => ({
      ...serverOf(byName.get(member.name), member, i),
      // The first that is healthy takes all.
      ...(isFallback && i > 0 ? { backup: true } : {}),
    })),
  }
}

/** A member may be a director itself. */
function serverOf(row: Listed | undefined, { name, weight = 1 }: Member, index: number): PoolServer {
  const state = row?.admin === 'sick' ? 'maint' : row === undefined || row.healthy ? 'up' : 'down'
  // Of a sick member the list tells a weight of 0.
  const weightSet = weight > 0 ? weight : 1
  return { name, address: row?.address ?? '', id: index + 1, weightSet, weightEffective: state === 'up' ? weightSet : 0, state }
}

export const LISTED_METRICS = ['pool_weight_set', 'pool_weight_effective', 'pool_up'] as const

export function listedSamples(pools: readonly Omit<Pool, 'target'>[]): Reading[] {
  const { list, add } = readings()
  for (const pool of pools)
    for (const server of pool.servers) {
      const labels = { pool: pool.name, server: server.name }
      add('pool_weight_set', server.weightSet, labels)
      add('pool_weight_effective', server.weightEffective, labels)
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
