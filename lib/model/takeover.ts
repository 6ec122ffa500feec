import type { Pool, TargetFacts, Topology } from './topology.ts'

/** Fail-over of one balancer: what takes requests when it dies. `lost`: what there was does not answer now. `none`: nobody is named. */
export type Takeover = { is: 'ready' | 'lost' | 'none' | 'unknown'; words: string }

/** Of two processes on this machine nobody knows what they are: tunnels end there too. */
const isLoopback = (host: string) => host === 'localhost' || host.startsWith('127.')

/**
 * What takes over from a balancer: a second one with the same servers, or a further address of a name that leads to it. An address that moves
 * (VRRP, anycast) is not seen: the balancer that it moves to is, where it is watched.
 */
export function takeoverOf(target: TargetFacts, topology: Pick<Topology, 'targets' | 'pools'>): Takeover {
  const peers = peersOf(target, topology)
  const up = peers.find(({ state }) => state === 'up')
  if (up) return { is: 'ready', words: `${up.name} has the same servers` }
  const names = topology.pools.filter((pool) => pool.ttlMs !== undefined && leadsTo(pool, target))
  const [open] = names.filter(({ servers }) => servers.some((server) => server.state === 'up' && hostIn(server.address) !== target.host))
  if (open) return { is: 'ready', words: `${open.name} has further addresses` }
  if (peers.length > 0)
    return {
      is: 'lost',
      words: `${peers.map(({ name }) => name).join(', ')} with the same servers ${peers.length === 1 ? 'does' : 'do'} not answer`,
    }
  const [name] = names
  if (!name) return { is: 'unknown', words: 'no other balancer with its servers is watched, and no name that leads to it' }
  if (name.servers.length > 1) return { is: 'lost', words: `no other address of ${name.name} answers` }
  return { is: 'none', words: `${name.name} leads to it alone` }
}

/** Other balancers, elsewhere, one of whose pools has the same servers. */
function peersOf(target: TargetFacts, { targets, pools }: Pick<Topology, 'targets' | 'pools'>): TargetFacts[] {
  const own = new Set(pools.filter((pool) => pool.target === target.name).map(serversText))
  const same = new Set(pools.filter((pool) => own.has(serversText(pool)) && serversText(pool) !== '').map((pool) => pool.target))
  return targets.filter((other) => other.can?.alone && other.name !== target.name && same.has(other.name) && !onOneMachine(target, other))
}

const onOneMachine = (a: TargetFacts, b: TargetFacts) => a.host !== undefined && a.host === b.host && !isLoopback(a.host)

/** Its servers by address; empty where they are not known. */
function serversText({ servers, ttlMs }: Pool): string {
  if (ttlMs !== undefined) return ''
  return servers
    .flatMap(({ address }) => (address === '' ? [] : [address]))
    .sort()
    .join(' ')
}

const leadsTo = ({ servers }: Pool, { host }: TargetFacts) => host !== undefined && servers.some(({ address }) => hostIn(address) === host)

/** The host of `10.0.0.1:80`, `[fd00::1]:80` and of either without a port, as the facts of a target have it. */
function hostIn(address: string): string {
  const [, bracketed, plain] = /^(\[[^\]]+\])(?::\d+)?$|^([^:]+)(?::\d+)?$/.exec(address) ?? []
  return bracketed ?? plain ?? `[${address}]`
}
