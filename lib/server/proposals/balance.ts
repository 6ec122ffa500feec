import { freshFollowers } from '../../model/follower.ts'
import type { Step } from '../../model/proposal.ts'
import { documentOf, poolOf } from '../../model/setting.ts'
import type { Pool, Ring, Topology } from '../../model/topology.ts'
import { sharesExpected } from '../../predictions/sharesExpected.ts'
import { poolWith, ringWith } from '../../predictions/stepsApplied.ts'
import { ownedShares } from '../../rings/ownedShares.ts'

type Balance = { name: string; before: number; after: number }[]

/** Share of each server or node with the steps' values before and after; undefined where steps are about no pool or ring. */
export function sharesAfter(topology: Topology, steps: readonly Step[]): Balance | undefined {
  const first = steps[0]
  if (!first) return undefined
  const document = documentOf(first.setting, topology)
  if (document) return 'nodes' in document ? ringShares(document, steps) : undefined
  const pool = poolOf(first.setting, topology.pools)
  return pool ? poolShares(pool, steps) : undefined
}

const poolShares = (pool: Pool, steps: readonly Step[]): Balance | undefined =>
  joined(
    pool.servers.map((server) => server.name),
    sharesExpected(poolWith(pool, steps, 'before')),
    sharesExpected(poolWith(pool, steps, 'after')),
  )

/** Exactly what each node owns, before and after. */
const ringShares = (ring: Ring, steps: readonly Step[]): Balance | undefined =>
  joined(
    ring.nodes.map((node) => node.name),
    ownedShares(ringWith(ring, steps, 'before')),
    ownedShares(ringWith(ring, steps, 'after')),
  )

const joined = (names: string[], before: Map<string, number> | null, after: Map<string, number> | null): Balance | undefined =>
  before?.size && after?.size ? names.map((name) => ({ name, before: before.get(name) ?? 0, after: after.get(name) ?? 0 })) : undefined

/** Who follows the control document that these steps write; undefined where they write none. */
export function followersOf(
  topology: Topology,
  steps: readonly Step[],
  now: number,
): { fresh: number; expected: number | null } | undefined {
  const found = steps[0] && documentOf(steps[0].setting, topology)
  return found ? { fresh: freshFollowers(found.followers, now), expected: found.followersExpected ?? null } : undefined
}
