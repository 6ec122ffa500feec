import { freshFollowers } from '../../model/follower.ts'
import type { Step } from '../../model/proposal.ts'
import type { Pool, Ring, Topology } from '../../model/topology.ts'
import { sharesExpected } from '../pools/pools.ts'
import { ownedShares } from '../rings/ownedShares.ts'

type Balance = { name: string; before: number; after: number }[]

/** Share of each server or node with the steps' values before and after; undefined where steps are about no pool or ring. */
export function sharesAfter(topology: Topology, steps: readonly Step[]): Balance | undefined {
  const first = steps[0]
  if (!first) return undefined
  const ring = ringOf(topology, first)
  if (ring) return ringShares(ring, steps)
  const pool = topology.pools.find(
    (candidate) => candidate.target === first.setting.target && first.setting.name.startsWith(`${candidate.name}/`),
  )
  return pool ? poolShares(pool, steps) : undefined
}

function poolShares(pool: Pool, steps: readonly Step[]): Balance | undefined {
  const side = (which: 'before' | 'after') =>
    sharesExpected({
      ...pool,
      servers: pool.servers.map((server) => {
        const weight = steps.find((step) => step.setting.name === `${pool.name}/${server.name}/weight`)?.[which]
        const state = steps.find((step) => step.setting.name === `${pool.name}/${server.name}/state`)?.[which]
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
        const points = steps.find((step) => step.setting.name === `${ring.name}/${node.name}/points`)?.[which]
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

const ringOf = (topology: Topology, step: Step) => topology.rings.find((ring) => step.setting.target === `ring:${ring.name}`)

/** Who follows the control document that these steps write; undefined where they write none. */
export function followersOf(
  topology: Topology,
  steps: readonly Step[],
  now: number,
): { fresh: number; expected: number | null } | undefined {
  const target = steps[0]?.setting.target
  const found = topology.rings.find((ring) => target === `ring:${ring.name}`) ?? topology.ttls.find((ttl) => target === `ttl:${ttl.name}`)
  return found ? { fresh: freshFollowers(found.followers, now), expected: found.followersExpected ?? null } : undefined
}
