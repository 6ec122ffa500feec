import type { Pool, TargetFacts, Topology } from './topology.ts'

/** Fail-over of one balancer: what takes requests when it dies. `lost`: what there was does not answer now. `none`: nobody is named. */
export type Takeover = { is: 'ready' | 'lost' | 'none' | 'unknown'; words: string }

/** An address that VRRP moves between machines, with the machines of which it is told. */
export type MovingAddress = {
  address: string
  /** Virtual router id: one protocol instance of a network. */
  vrid: string
  /** `target`: what tells of that machine. `unknown`: it does not answer, or starts. */
  members: { target: string; host: string | null; state: 'master' | 'backup' | 'fault' | 'unknown' }[]
}

/** Of two processes on this machine nobody knows what they are: tunnels end there too. */
const isLoopback = (host: string) => host === 'localhost' || host.startsWith('127.')

/**
 * What takes over from a balancer: a machine to which its address moves by VRRP, a second balancer with the same servers, a further pod of
 * its service, or a further address of a name that leads to it. Of an address that moves in another way (anycast) the balancer that it moves to is seen, where it is watched.
 */
export function takeoverOf(
  target: TargetFacts,
  topology: Pick<Topology, 'targets' | 'pools'>,
  moving: readonly MovingAddress[] = [],
): Takeover {
  const byAddress = byMoving(target, moving)
  if (byAddress?.is === 'ready') return byAddress
  const known = byTopology(target, topology)
  return known.is === 'ready' || byAddress === null ? known : byAddress
}

/** What VRRP says of a balancer's machine; null where it is told of no address there, or only by that machine. */
function byMoving({ host }: TargetFacts, moving: readonly MovingAddress[]): Takeover | null {
  const here = moving.filter(({ members }) => host !== undefined && members.length > 1 && members.some((member) => member.host === host))
  for (const { address, members } of here) {
    const others = members.filter((member) => member.host !== host)
    const ready = others.find(({ state }) => state === 'backup' || state === 'master')
    if (ready)
      return {
        is: 'ready',
        words: `${address} ${ready.state === 'master' ? 'is at' : 'moves to'} the machine of ${ready.target} (VRRP, ${ready.state} there)`,
      }
  }
  const [one] = here
  if (!one) return null
  const others = one.members.filter((member) => member.host !== host)
  const faults = others.filter(({ state }) => state === 'fault')
  return faults.length === others.length && others.length > 0
    ? {
        is: 'lost',
        words: `${one.address} moves to no other machine: VRRP is in fault at ${faults.map((member) => member.target).join(', ')}`,
      }
    : { is: 'unknown', words: `whether ${one.address} would move is not told by ${others.map((member) => member.target).join(', ')}` }
}

function byTopology(target: TargetFacts, topology: Pick<Topology, 'targets' | 'pools'>): Takeover {
  const peers = peersOf(target, topology)
  const up = peers.find(({ state }) => state === 'up')
  if (up) return { is: 'ready', words: `${up.name} has the same servers` }
  const service = serviceOf(target, topology)
  const others = service?.members.filter(({ host }) => host !== target.host) ?? []
  const ready = others.filter((one) => one.ready)
  if (service && ready.length > 0)
    return { is: 'ready', words: `${ready.length === 1 ? 'one more pod' : `${ready.length} more pods`} of ${service.name} ${ready.length === 1 ? 'is' : 'are'} ready` } // biome-ignore format: one line
  const names = topology.pools.filter((pool) => pool.ttlMs !== undefined && leadsTo(pool, target))
  const [open] = names.filter(({ servers }) => servers.some((server) => server.state === 'up' && hostIn(server.address) !== target.host))
  if (open) return { is: 'ready', words: `${open.name} has further addresses` }
  if (peers.length > 0)
    return {
      is: 'lost',
      words: `${peers.map(({ name }) => name).join(', ')} with the same servers ${peers.length === 1 ? 'does' : 'do'} not answer`,
    }
  if (service && others.length > 0) return { is: 'lost', words: `no other pod of ${service.name} is ready` }
  const [name] = names
  if (service && !name) return { is: 'none', words: `it is the one pod of ${service.name}` }
  if (!name) return { is: 'unknown', words: 'no other balancer with its servers is watched, and no name that leads to it' }
  if (name.servers.length > 1) return { is: 'lost', words: `no other address of ${name.name} answers` }
  return { is: 'none', words: `${name.name} leads to it alone` }
}

/** The service of an orchestrator that stands before it. */
const serviceOf = ({ host }: TargetFacts, { targets }: Pick<Topology, 'targets'>) =>
  host === undefined
    ? undefined
    : targets.flatMap(({ services }) => services ?? []).find(({ members }) => members.some((member) => member.host === host))

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
