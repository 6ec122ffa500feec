import type { Admission } from '../../model/admission.ts'
import type { RingSpec } from '../../model/ring.ts'
import type { Reading } from '../../model/series.ts'
import type { Can, Pool, PoolServer } from '../../model/topology.ts'
import { printable, readings } from '../answers.ts'
import { balancingOf, isHostName, isPlaceholder } from './balancing.ts'
import { type NginxConfig, writable } from './config.ts'
import type { Upstream, UpstreamServer } from './upstreamFile.ts'
import { consistentOf } from './written.ts'

/** NGINX takes any whole number; beyond this a step is finer than traffic can show, and a consistent ring grows by 160 points each. */
export const WEIGHT_MAX = 256

const FILE_UNKNOWN = 'its include file is not known: name it under `upstreams`'

/** For each server of a file the addresses that its name stands for here; none: it does not resolve. */
export type Addresses = ReadonlyMap<string, readonly string[]>

/** An upstream as its include file and the configuration describe it. */
export function poolOf(config: NginxConfig, name: string, upstream: Upstream, addresses: Addresses): Omit<Pool, 'target'> {
  const { algorithm, balances, sticky, unknown, others, replaced, weights } = balancingOf(upstream, config.upstreams[name] ?? {})
  const may = writable(config, name)
  const first = new Map(upstream.servers.toReversed().map((server) => [server.address, server]))
  const written = upstream.servers.filter((server) => !replaced && !isPlaceholder(server) && first.get(server.address) === server)
  const backupsWait = written.some((server) => !server.backup && !server.down)
  const servers = written.map((server, i): PoolServer => {
    const drains = server.down || server.words.some(({ text }) => text === 'drain')
    return {
      name: server.address,
      address: server.address,
      id: i + 1,
      weightSet: server.weight,
      weightEffective: drains || (server.backup && backupsWait) ? 0 : server.weight,
      state: drains ? 'drain' : 'up',
      ...(server.backup ? { backup: true } : {}),
      ...(server.words.some(({ text }) => text.startsWith('slow_start=')) ? { slowstart: true } : {}),
      weightFile: server.weight,
    }
  })
  // VTS shows what runs, where there is one: then it need not be guessed from names.
  const manifold = config.vts ? undefined : manifoldOf(servers, addresses)
  const noRing =
    sticky && balances === 'hash' && sticky !== algorithm
      ? `${sticky} keeps users on the server where they began`
      : ringObstacle(algorithm, manifold)
  const ring = balances === 'hash' && noRing === undefined ? ringOf(algorithm, servers) : undefined
  const consistent = consistentOf(name, ring)
  const able: Can = may === true || { because: may }
  const uncertain = manifold && balances !== 'hash' ? [manifold] : []
  return {
    name,
    algorithm,
    balances: uncertain.length > 0 ? 'unknown' : balances,
    can: {
      weight: able === true ? weights : able,
      state: able === true ? weights : able,
      slowStart: { because: 'each stage would be another reload' },
    },
    weightMax: WEIGHT_MAX,
    ...(sticky ? { sticky } : {}),
    ...(ring ? { ring } : {}),
    ...(noRing !== undefined && algorithm.startsWith('hash ') ? { ringBecause: noRing } : {}),
    ...(consistent ? { consistent } : {}),
    admission: admissionOf(written),
    ...(unknown.length + uncertain.length > 0 ? { unknown: [...unknown, ...uncertain] } : {}),
    ...((others ?? manifold) ? { serversBecause: others ?? manifold } : {}),
    servers,
  }
}

/** `max_conns` of its servers; rate limits stand in blocks of `http`, `server` and `location`, which are not read. */
function admissionOf(servers: readonly UpstreamServer[]): Admission {
  const limits = servers.map(({ words }) => words.flatMap(({ text }) => Number(/^max_conns=(\d+)$/.exec(text)?.[1] ?? 0) || [])[0])
  const having = limits.filter((limit) => limit !== undefined)
  const sizes = [...new Set(having)].sort((a, b) => a - b)
  const text = `max_conns=${sizes.length > 1 ? `${sizes[0]} to ${sizes.at(-1)}` : sizes[0]} on ${having.length} of its ${limits.length} servers`
  return {
    limits: having.length === 0 ? [] : [having.length === limits.length ? { text } : { text, nominal: 'the others have none' }],
    because: '`limit_req` and `limit_conn` stand in blocks that are not read: a log that says `$limit_req_status` shows them',
    wanted: { where: 'the `server` lines of the upstream', line: 'server ADDRESS … max_conns=LIMIT;' },
  }
}

/** The same pool with the limits that requests to it have met, as the log says. */
export function limitedBy(pool: Omit<Pool, 'target'>, limiters: readonly string[]): Omit<Pool, 'target'> {
  if (limiters.length === 0) return pool
  const met = limiters.map((limiter) => ({ text: `${limiter}, which requests to it have met` }))
  return { ...pool, admission: { ...pool.admission, limits: [...(pool.admission?.limits ?? []), ...met] } }
}

/** Why it is not known how many addresses NGINX shares the traffic among. */
function manifoldOf(servers: readonly PoolServer[], addresses: Addresses): string | undefined {
  for (const { name } of servers) {
    const count = isHostName(name) ? (addresses.get(name)?.length ?? 0) : 1
    if (count === 0) return `${name} does not resolve here, so only \`vts\` shows which addresses NGINX has for it`
    if (count > 1) return `${name} stands for ${count} addresses, and only \`vts\` shows which of them NGINX has`
  }
  return undefined
}

/** A consistent ring is of the names as they are written; without `consistent` each address counts. */
const ringObstacle = (method: string, manifold: string | undefined) => (method.endsWith(' consistent') ? undefined : manifold)

/** Backups stand outside the ring; a server that is down keeps its points. */
export function ringOf(method: string, servers: readonly PoolServer[]): RingSpec | undefined {
  const nodes = servers.filter((server) => !server.backup)
  if (!method.startsWith('hash ') || nodes.length === 0) return undefined
  return {
    algorithm: / consistent$/.test(method) ? 'nginx-consistent' : 'nginx-hash',
    nodes: nodes.map(({ name, weightSet, state }) => ({
      name,
      address: name,
      weight: weightSet,
      ...(state === 'up' ? {} : { state: 'down' as const }),
    })),
  }
}

/** Weights and states as series, so that a change of the file shows in time. */
export function weightSamples(pools: readonly Omit<Pool, 'target'>[]): Reading[] {
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

/** A pool of which only its traffic is known, and why no more. */
export function seenPool(name: string, servers: readonly string[], because = FILE_UNKNOWN): Omit<Pool, 'target'> {
  return {
    name: printable(name),
    algorithm: 'unknown',
    balances: 'unknown',
    can: { weight: { because }, state: { because }, slowStart: { because } },
    weightMax: WEIGHT_MAX,
    ...(because === FILE_UNKNOWN ? {} : { unknown: [because] }),
    serversBecause: 'only those that have answered since Evenkeel watches are known',
    servers: servers.map(seenServer),
  }
}

const seenServer = (name: string, i: number): PoolServer => ({
  name: printable(name),
  address: printable(name),
  id: i + 1,
  weightSet: 1,
  weightEffective: 1,
  state: 'up',
})

/** The pool with the servers that its traffic shows besides those that are written. */
export function withSeen(pool: Omit<Pool, 'target'>, seen: readonly string[]): Omit<Pool, 'target'> {
  const known = new Set(pool.servers.map(({ name }) => name))
  const more = seen.filter((name) => !known.has(printable(name)))
  return { ...pool, servers: [...pool.servers, ...more.map((name, i) => seenServer(name, pool.servers.length + i))] }
}
