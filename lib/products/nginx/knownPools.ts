import { EvenkeelError } from '../../model/error.ts'
import type { Pool } from '../../model/topology.ts'
import { readText } from '../replaceFile.ts'
import { isHostName } from './balancing.ts'
import type { NginxConfig } from './config.ts'
import { hostAddresses } from './hostAddresses.ts'
import { retriesIn } from './nextUpstream.ts'
import { type Addresses, poolOf, seenPool } from './pools.ts'
import { readUpstream } from './upstreamFile.ts'

/** An upstream whose file is named: its pool, and for each address (`10.0.0.5:8080`), as log and VTS say it, the server as the file writes it. */
export type KnownPool = {
  pool: Omit<Pool, 'target'>
  names: [address: string, server: string][]
  /** Why its file gives no information. */
  error?: EvenkeelError
}

/** The upstreams of the configuration, from their files. A file that cannot be read costs its own upstream alone. */
export const knownPools = (config: NginxConfig): Promise<KnownPool[]> =>
  Promise.all(
    Object.entries(config.upstreams).map(async ([name, { file }]): Promise<KnownPool> => {
      try {
        const text = await readText(file)
        const upstream = readUpstream(text, name)
        const addresses = await addressesOf(upstream.servers.map(({ address }) => address))
        const retries = retriesIn(text, name, upstream.servers.length)
        return { pool: { ...poolOf(config, name, upstream, addresses), retries }, names: namesOf(addresses) }
      } catch (error) {
        if (!(error instanceof EvenkeelError)) throw error
        return { pool: seenPool(name, [], error.message), names: [], error }
      }
    }),
  )

/** What NGINX calls each server when it names an address. The file may leave out the port or name a host. */
async function addressesOf(servers: readonly string[]): Promise<Addresses> {
  const all = servers.map(async (name): Promise<[string, string[]]> => {
    const [, host, port = '80'] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(name) ?? []
    if (host === undefined || name.startsWith('unix:')) return [name, [name]]
    const own = isHostName(name) ? await hostAddresses.of(host) : [host]
    return [name, own.map((address) => `${address}:${port}`)]
  })
  return new Map(await Promise.all(all))
}

/** By address; one that is written itself takes precedence over a name that stands for it. */
function namesOf(addresses: Addresses): KnownPool['names'] {
  const names = [...addresses].flatMap(([server, own]): KnownPool['names'] => [
    [server, server],
    ...own.map((address): [string, string] => [address, server]),
  ])
  return names.sort(([, a], [, b]) => Number(isHostName(b)) - Number(isHostName(a)))
}
