import type { ClusterConfig } from './configDump.ts'
import type { Host } from './host.ts'

/** Why the shares of a cluster's requests are not known at this moment, a sentence for each reason. */
export function unknownOf(config: ClusterConfig, hosts: readonly Host[]): string[] {
  const first = Math.min(...hosts.map(({ priority }) => priority))
  const own = hosts.filter(({ priority }) => priority === first)
  const localities = Math.max(
    new Set(own.map(({ locality }) => locality)).size,
    new Set(hosts.map(({ priority }) => priority)).size > 1 ? 0 : config.localities,
  )
  const degraded = hosts.filter(({ health }) => health.degraded)
  return [
    ...config.unknown,
    config.localityWeighted && localities > 1
      ? 'its localities have weights of their own: shares do not follow the weights of hosts alone'
      : null,
    config.zoneAware && localities > 1 ? 'Envoy prefers hosts of its own zone: shares do not follow the weights of hosts alone' : null,
    degraded.length > 0
      ? `${degraded[0]!.address}${degraded.length > 1 ? ` and ${degraded.length - 1} more are` : ' is'} degraded: such hosts get requests only as far as the healthy ones do not suffice`
      : null,
    healthOf(config, hosts, own, first),
  ].filter((text) => text !== null)
}

/** Too few healthy hosts send requests elsewhere: to the next priority, or to all hosts at once. */
function healthOf({ panic, overprovisioning }: ClusterConfig, hosts: readonly Host[], own: readonly Host[], first: number): string | null {
  const counted = own.filter(({ health }) => !health.excluded || health.state === 'up')
  const healthy = counted.filter(({ health }) => health.state === 'up').length
  const ratio = counted.length === 0 ? 0 : healthy / counted.length
  const spilling = ratio * overprovisioning < 100
  if (hosts.length > own.length && spilling)
    return `${healthy} of ${counted.length} hosts of priority ${first} are healthy: part of the requests goes to the next priority`
  if (hosts.length === own.length && ratio * 100 < panic.percent)
    return `${healthy} of ${counted.length} hosts are healthy, fewer than the panic threshold of ${panic.percent} %: ${panic.fails ? 'Envoy answers with an error' : 'Envoy asks all of them, the unhealthy too'}`
  return null
}
