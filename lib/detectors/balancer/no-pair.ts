import { z } from 'zod'
import { poolLabels } from '../../metrics/traffic.ts'
import { movingAddresses } from '../../metrics/vrrp.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { takeoverOf } from '../../model/takeover.ts'
import type { Pool, TargetFacts, Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf } from '../rows.ts'
import { patience } from '../settings.ts'

export const noPair: Detector<DetectorSettings> = {
  id: 'balancer/no-pair',
  title: 'Balancer without a pair',
  why: 'Every request goes through the balancer: when it dies, all its servers are out of reach, however many there are. A second balancer with the same servers takes over by an address that moves (VRRP, as keepalived does it) by a further address of the name that clients look up, or as a further pod of its Service.',
  harmless:
    'Where its one address moves by itself to a machine that is not watched (VRRP, anycast, a provider’s balancer): watch the second balancer too, and the two are known as a pair by their servers. The one that holds such an address hears nothing of the others: with keepalived’s exporter on both machines it is known which of them would take it.',
  settings: z.strictObject(patience('60s', '30s')),
  needs: { spanMs: 60_000, metrics: [], topology: 'pools', also: { metrics: ['vrrp_state'] } },
  detect: (window, topology) => [...balancers(window, topology), ...names(window, topology)],
}

function balancers(window: SeriesWindow, topology: Topology): Verdict[] {
  const having = new Set(topology.pools.map(({ target }) => target))
  return topology.targets.filter(({ name, can }) => can?.alone && having.has(name)).map((target) => verdictOn(window, target, topology))
}

function verdictOn(window: SeriesWindow, target: TargetFacts, topology: Topology): Verdict {
  const subject = { target: target.name }
  if (target.state !== 'up') return { subject, is: 'unjudged', because: `${target.name} does not answer` }
  const { is, words } = takeoverOf(target, topology, movingAddresses(window, topology))
  if (is === 'unknown') return { subject, is: 'unjudged', because: words }
  if (is === 'ready') return { subject, is: 'clear' }
  return {
    subject,
    is: 'found',
    severity: is === 'lost' ? 'warning' : 'info',
    summary:
      is === 'lost'
        ? `Nothing takes over from ${target.name} now: ${words}`
        : `Nothing that is known takes over from ${target.name}: ${words}`,
    evidence: [evidence(window, 'pool_up', subject, 'balancers that could take its requests', 1, 'count', { threshold: 2 })],
  }
}

/** Names with one address; where a watched balancer has it, that balancer is judged. */
function names(window: SeriesWindow, topology: Topology): Verdict[] {
  const watched = topology.targets.filter(({ can }) => can?.alone)
  return topology.pools
    .filter(({ ttlMs }) => ttlMs !== undefined)
    .map((pool): Verdict => {
      const subject = poolLabels(pool)
      if (factsOf(topology, pool.target)?.state !== 'up')
        return { subject, is: 'unjudged', because: `${pool.name} is not answered for now` }
      if (pool.servers.length !== 1 || watched.some((target) => isAt(pool, target, topology))) return { subject, is: 'clear' }
      return {
        subject,
        is: 'found',
        severity: 'info',
        summary: `${pool.name} has one address, ${pool.servers[0]!.name}`,
        evidence: [evidence(window, 'pool_up', subject, 'addresses', 1, 'count', { threshold: 2 })],
      }
    })
}

const isAt = (pool: Pool, target: TargetFacts, { targets }: Topology) => takeoverOf(target, { targets, pools: [pool] }).is === 'none'
