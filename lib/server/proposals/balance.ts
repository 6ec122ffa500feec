import { freshFollowers } from '../../model/follower.ts'
import type { Step } from '../../model/proposal.ts'
import { sameRef } from '../../model/ref.ts'
import { documentOf, parseSetting, poolOf, serverOf } from '../../model/setting.ts'
import type { Pool, Ring, Topology } from '../../model/topology.ts'
import { sharesExpected } from '../pools/pools.ts'
import { ownedShares } from '../rings/ownedShares.ts'

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

function poolShares(pool: Pool, steps: readonly Step[]): Balance | undefined {
  const found = steps.map((step) => ({ step, ...serverOf(step.setting, [pool]) }))
  const side = (which: 'before' | 'after') =>
    sharesExpected({
      ...pool,
      servers: pool.servers.map((server) => {
        const held = (what: 'weight' | 'state') => found.find((one) => one.server === server && one.what === what)?.step[which]
        const [weight, state] = [held('weight'), held('state')]
        return {
          ...server,
          ...(weight === undefined ? {} : { weightEffective: Number(weight) }),
          ...(state === undefined
            ? {}
            : { state: state === 'ready' ? ('up' as const) : state === 'drain' ? ('drain' as const) : ('maint' as const) }),
        }
      }),
    })
  return joined(
    pool.servers.map((server) => server.name),
    side('before'),
    side('after'),
  )
}

/** Exactly what each node owns, before and after. */
function ringShares(ring: Ring, steps: readonly Step[]): Balance | undefined {
  const side = (which: 'before' | 'after') =>
    ownedShares({
      ...ring.spec,
      nodes: ring.spec.nodes.map((node) => {
        const own = { ring: ring.name, node: node.name }
        const points = steps.find(({ setting }) => sameRef(parseSetting(setting).of, own))?.[which]
        return points === undefined ? node : { ...node, points: Number(points) }
      }),
    })
  return joined(
    ring.nodes.map((node) => node.name),
    side('before'),
    side('after'),
  )
}

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
