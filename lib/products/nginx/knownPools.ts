import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Pool } from '../../model/topology.ts'
import { readText } from '../replaceFile.ts'
import type { NginxConfig } from './config.ts'
import { poolOf } from './pools.ts'
import { readUpstream } from './upstreamFile.ts'

/** An upstream whose file is known: its pool, and for each address (`10.0.0.5:8080`), as log and VTS say it, the server as the file writes it. */
export type KnownPool = { pool: Omit<Pool, 'target'>; names: [address: string, server: string][] }

/** The upstreams of the configuration, from their files. Throws for a file that cannot be read. */
export const knownPools = (config: NginxConfig): Promise<KnownPool[]> =>
  Promise.all(
    Object.entries(config.upstreams).map(async ([name, { file }]) => {
      const pool = poolOf(config, name, readUpstream(await readText(file), name))
      return { pool, names: await namesOf(pool) }
    }),
  )

/** The file may leave out the port or name a host. */
async function namesOf(pool: Omit<Pool, 'target'>): Promise<KnownPool['names']> {
  const names: KnownPool['names'] = []
  for (const { name } of pool.servers) {
    names.push([name, name])
    const [, host, port = '80'] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(name) ?? []
    if (host === undefined || name.startsWith('unix:')) continue
    names.push([`${host}:${port}`, name])
    if (isIP(host.replace(/^\[|\]$/g, ''))) continue
    const found = await lookup(host, { all: true }).catch(() => [])
    for (const { address, family } of found) names.push([`${family === 6 ? `[${address}]` : address}:${port}`, name])
  }
  return names
}
