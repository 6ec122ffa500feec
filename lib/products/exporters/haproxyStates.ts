import type { Reading } from '../../model/series.ts'
import type { ServerState } from '../../model/topology.ts'
import type { PromSeries } from './series.ts'

/** The states of HAProxy's own exporter: by label since 2.4, by number before (`promex_srv_state` of service-prometheus.c). NOLB takes what sticks to it: it is up. */
const STATES: [label: string, state: ServerState][] = [
  ['DOWN', 'down'],
  ['UP', 'up'],
  ['MAINT', 'maint'],
  ['DRAIN', 'drain'],
  ['NOLB', 'up'],
]
const BY_LABEL = new Map(STATES)

export const HAPROXY_STATUS = 'haproxy_server_status'

/** What `haproxy_server_status` tells of one server, scrape by scrape; null: a state that is not known here. */
type Told = { pool: string; server: string; states: Map<number, ServerState | null> }
export type HaproxyStates = {
  /** Every server that it names, also those whose state is not known. */
  servers: { pool: string; server: string }[]
  /** The newest reported state of each server, by `keyOf`. */
  newest: Map<string, ServerState>
  /** `pool_up`: a server in maintenance is not checked, which is a gap; one that drains is up. */
  samples: Reading[]
  /** States of a newer HAProxy that are not known here. */
  unknown: Set<string>
}

export const keyOf = (pool: string | undefined, server: string | undefined) => JSON.stringify([pool, server])

/** Reads the states of all servers, of either form. */
export function haproxyStates(series: readonly PromSeries[]): HaproxyStates {
  const all = new Map<string, Told>()
  const unknown = new Set<string>()
  for (const { labels, points } of series) {
    const { proxy, server, state: label } = labels
    if (labels.__name__ !== HAPROXY_STATUS || proxy === undefined || server === undefined) continue
    const key = keyOf(proxy, server)
    const told = all.get(key) ?? { pool: proxy, server, states: new Map<number, ServerState | null>() }
    all.set(key, told)
    for (const [at, value] of points) {
      if (label !== undefined && value !== 1) continue
      const state = label === undefined ? STATES[value]?.[1] : BY_LABEL.get(label)
      if (state === undefined) unknown.add(label ?? String(value))
      told.states.set(at, state ?? null)
    }
  }
  const samples: Reading[] = []
  const newest: HaproxyStates['newest'] = new Map()
  for (const [key, { pool, server, states }] of all) {
    const inTime = [...states].sort(([a], [b]) => a - b)
    const last = inTime.at(-1)
    if (last?.[1]) newest.set(key, last[1])
    for (const [at, state] of inTime)
      if (state !== null && state !== 'maint')
        samples.push({ metric: 'pool_up', labels: { pool, server }, value: state === 'down' ? 0 : 1, at })
  }
  return { servers: [...all.values()].map(({ pool, server }) => ({ pool, server })), newest, samples, unknown }
}
