import type { MovingAddress } from '../model/takeover.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** As keepalived counts them (vrrp.h). 0, while it starts, is none of them yet. */
const STATES = { 1: 'backup', 2: 'master', 3: 'fault' } as const
/** Older values say nothing of now. */
const FRESH_MS = 30_000

/** The addresses that move between machines by VRRP, each with the state of every machine that is watched. */
export function movingAddresses(window: SeriesWindow, { targets }: Pick<Topology, 'targets'>): MovingAddress[] {
  const up = new Map(targets.map((target) => [target.name, target]))
  const addresses = new Map<string, MovingAddress>()
  for (const { labels, points } of window.series('vrrp_state')) {
    const { target = '', vrid = '' } = labels
    // keepalived names an address with the length of its network where its configuration does: `10.0.0.100/24`.
    const address = labels.address?.replace(/\/\d+$/, '')
    const [at, value] = points.at(-1) ?? [0, 0]
    if (address === undefined) continue
    const key = `${vrid} ${address}`
    const one = addresses.get(key) ?? { address, vrid, members: [] }
    addresses.set(key, one)
    const facts = up.get(target)
    const seen = facts?.state === 'up' && window.to - at <= FRESH_MS
    one.members.push({ target, host: facts?.host ?? null, state: (seen && STATES[value as 1 | 2 | 3]) || 'unknown' })
  }
  return [...addresses.values()].map((one) => ({ ...one, members: one.members.sort((a, b) => (a.target < b.target ? -1 : 1)) }))
}
