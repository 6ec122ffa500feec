import { text } from '../../format/format.ts'
import { measure } from '../../metrics/measure.ts'
import type { Expectation } from '../../model/drill.ts'
import { EvenkeelError } from '../../model/error.ts'
import { type NodeRef, parseRef, type ServerRef } from '../../model/ref.ts'
import { servingOf } from '../../model/serving.ts'
import type { Ring, Topology } from '../../model/topology.ts'
import type { Measurement, SeriesWindow } from '../../model/window.ts'
import { nodeLoss } from '../../predictions/nodeLoss.ts'
import { trafficOf } from '../../review/measurePools.ts'
import { poolDrillPlan } from '../poolDrills/plan.ts'

export type HandPlan = { of: string; expects: Expectation[]; risks: string[] }

const NOW_MS = 60_000
/** Programs notice a dead connection, and a poll sees what they do, within this time. */
const SETTLED_MS = 10_000
/** Two looks at the same traffic differ by so much, besides their own interval. */
const DAY = 0.2
/** What moves is read as often as the other keys of its node only about. */
const LOOSE = 0.35

/** The ref of what a person may stop. @throws not_found of anything else */
export function stoppable(thing: string): NodeRef | ServerRef {
  const ref = parseRef(thing)
  if (ref && ('server' in ref || 'node' in ref)) return ref as NodeRef | ServerRef
  throw new EvenkeelError('not_found', 'thing: nothing of that name can be stopped; expected node:RING/NODE or server:TARGET/POOL/SERVER.')
}

/**
 * What is expected when a person stops a node or a server. `seen` reaches back as far as a load-latency line.
 * @throws not_found where it is not there; not_allowed where it is gone already, or cannot be seen to go
 */
export function handPlan(
  topology: Pick<Topology, 'rings' | 'pools' | 'targets'>,
  seen: SeriesWindow,
  thing: string,
  lastsMs: number,
): HandPlan {
  const ref = stoppable(thing)
  if ('server' in ref) {
    const { server, target, pool, expects, risks } = poolDrillPlan(topology.pools, seen, { ...ref, way: 'hand', lastsMs })
    return { of: `${server} of ${target}/${pool}`, expects, risks }
  }
  const ring = topology.rings.find(({ name }) => name === ref.ring)
  const target = ring?.nodes.find(({ name }) => name === ref.node)?.target
  if (!ring?.nodes.some(({ name }) => name === ref.node)) throw new EvenkeelError('not_found', 'There is no such node of a ring.')
  if (target === undefined) throw new EvenkeelError('not_allowed', `${ref.node} is no target: nothing would see that it went.`)
  if (isGone(topology, ref)) throw new EvenkeelError('not_allowed', `${ref.node} does not answer already.`)
  return { of: `${ref.node} of ${ring.name}`, ...nodePlan(ring, ref.node, seen.between(seen.to - NOW_MS, seen.to), lastsMs) }
}

/** Whether what a person said they stop is gone. */
export function isGone({ rings, pools, targets }: Pick<Topology, 'rings' | 'pools' | 'targets'>, ref: NodeRef | ServerRef): boolean {
  if ('node' in ref) {
    const target = rings.find(({ name }) => name === ref.ring)?.nodes.find(({ name }) => name === ref.node)?.target
    return targets.find(({ name }) => name === target)?.state === 'down'
  }
  const pool = pools.find(({ target, name }) => target === ref.target && name === ref.pool)
  const server = pool?.servers.find(({ name }) => name === ref.server)
  return pool !== undefined && server !== undefined && !servingOf(pool).includes(server)
}

function nodePlan(ring: Ring, node: string, window: SeriesWindow, lastsMs: number): Omit<HandPlan, 'of'> {
  const loss = nodeLoss(ring.spec, node, trafficOf(ring, window))
  // Who follows a control document asks a dead node on, until the document changes.
  const stays = ring.version > 0
  const reads = known(measure('cache_read_rate', { target: ring.nodes.find(({ name }) => name === node)!.target! }, window))
  const expects = ring.nodes.flatMap(({ name, target }): Expectation[] => {
    const before = target === undefined || name === node ? null : measure('cache_read_rate', { target }, window)
    if (before?.is !== 'measured' || (!stays && reads === null) || SETTLED_MS + 5_000 > lastsMs) return []
    const more = stays ? 0 : (loss.heirs.find((heir) => heir.node === name)?.reads ?? 0)
    return [
      {
        metric: 'cache_read_rate',
        where: { target: target! },
        unit: 'perSecond',
        before: before.value,
        after: before.value + more,
        low: Math.max(0, before.low * (1 - DAY) + more * (1 - LOOSE)),
        high: before.high * (1 + DAY) + more * (1 + LOOSE),
        basis: stays ? 'who follows a control document asks nobody else until it changes' : 'its keys go where the ring puts them',
        fromMs: SETTLED_MS,
        toMs: lastsMs,
      },
    ]
  })
  const asked = reads === null ? 'everything that is asked of it' : `${text(reads, 'perSecond')} that are asked of it`
  return {
    expects,
    risks: [
      stays
        ? `Nobody takes over its keys: the origin gets ${asked}, hits too, until it is back or the document changes.`
        : loss.extra
          ? `The origin gets ${text(loss.extra.value, 'perSecond')} more at first, the hits of ${node}.`
          : `How much more the origin gets is not known: ${loss.because}.`,
      'Every program waits for its connection to fail first: how long is its own time-out, which is not seen here.',
    ],
  }
}

const known = (measured: Measurement): number | null => (measured.is === 'measured' ? measured.value : null)
