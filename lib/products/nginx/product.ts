import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { malformed } from '../../model/error.ts'
import type { Probe, Product } from '../../model/product.ts'
import type { NewRecord } from '../../model/record.ts'
import type { Pool } from '../../model/topology.ts'
import { printable, rawRecord } from '../answers.ts'
import { getText } from '../http.ts'
import { readText } from '../replaceFile.ts'
import { logPlaceOf, type NginxConfig, nginxAddress, nginxConfig } from './config.ts'
import { type LogEntry, readEntry } from './log/entry.ts'
import { type LogSource, openLog } from './log/source.ts'
import { type LogLook, Tally } from './log/tally.ts'
import { poolOf, WEIGHT_MAX, weightSamples } from './pools.ts'
import { parseStubStatus } from './stubStatus.ts'
import { readUpstream } from './upstreamFile.ts'

type Known = {
  pool: Omit<Pool, 'target'>
  /** `10.0.0.5:8080`, as the log says it -> the server as the file writes it. */
  names: Map<string, string>
}
type NginxLink = { config: NginxConfig; pools: Map<string, Known>; tally: Tally; log: LogSource | null; take(line: string): void }

const status: Probe<NginxLink, string> = {
  id: 'status',
  feature: 'stub_status',
  everyMs: 1_000,
  cost: 'one small page a second',
  vital: true,
  read: ({ config }, _cursor, signal) => getText(config.status, signal),
  parse: (raw, { at }) => ({ samples: parseStubStatus(raw), records: [rawRecord('status', at, raw)], topology: {} }),
}

const upstreams: Probe<NginxLink, Omit<Pool, 'target'>[]> = {
  id: 'upstreams',
  feature: 'upstream files',
  everyMs: 1_000,
  cost: 'nothing to NGINX: the include files of its upstreams, on this machine',
  wanted: ({ config }) =>
    Object.keys(config.upstreams).length > 0 ? true : 'no `upstreams` in the configuration: weights are neither shown nor set',
  async read(link) {
    const known = await Promise.all(
      Object.entries(link.config.upstreams).map(async ([name, { file }]) => {
        const pool = poolOf(link.config, name, readUpstream(await readText(file), name))
        return [name, { pool, names: await namesOf(pool) }] as const
      }),
    )
    link.pools = new Map(known)
    return known.map(([, { pool }]) => pool)
  },
  parse: (pools) => ({ samples: weightSamples(pools), records: [], topology: { pools } }),
}

const accessLog: Probe<NginxLink, LogLook & { known: string[] }> = {
  id: 'access-log',
  feature: 'access log',
  everyMs: 1_000,
  cost: 'one log line a request, which NGINX writes anyway or sends as a datagram',
  wanted: ({ config }) =>
    config.accessLog ? true : 'no `accessLog` in the configuration: NGINX tells nothing about its servers otherwise',
  async read(link) {
    link.log ??= openLog(logPlaceOf(link.config.accessLog!)!, link.take)
    await link.log.pull(link.take)
    return { ...link.tally.look(Date.now()), known: Object.keys(link.config.upstreams) }
  },
  parse({ samples, pools, known, hot, lines, bad }, { at }) {
    if (lines > 0 && bad === lines) throw malformed('a line of the access log is to be JSON with "upstream_addr" (or "u")', '')
    const records = hot.map((key): NewRecord => ({ kind: 'hot-key', id: key.key, at, method: 'access-log', ...key }))
    return {
      samples,
      records,
      // Those of the upstream files are told by the files.
      topology: { pools: pools.filter(({ name }) => !known.includes(name)).map(({ name, servers }) => seenPool(name, servers)) },
    }
  },
}

/** A pool of which only the log is known. */
function seenPool(name: string, servers: string[]): Omit<Pool, 'target'> {
  return {
    name: printable(name),
    algorithm: 'unknown',
    balances: 'unknown',
    liveWeights: false,
    because: 'its include file is not known: name it under `upstreams`',
    weightMax: WEIGHT_MAX,
    servers: servers.map((server, i) => ({
      name: printable(server),
      address: printable(server),
      id: i + 1,
      weightSet: 1,
      weightEffective: 1,
      state: 'up',
    })),
  }
}

/** The log writes addresses with ports; the file may leave out the port or name a host. */
async function namesOf(pool: Omit<Pool, 'target'>): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const { name } of pool.servers) {
    names.set(name, name)
    const [, host, port = '80'] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(name) ?? []
    if (host === undefined || name.startsWith('unix:')) continue
    names.set(`${host}:${port}`, name)
    if (isIP(host.replace(/^\[|\]$/g, ''))) continue
    const found = await lookup(host, { all: true }).catch(() => [])
    for (const { address, family } of found) names.set(`${family === 6 ? `[${address}]` : address}:${port}`, name)
  }
  return names
}

function open(config: NginxConfig): NginxLink {
  const link: NginxLink = {
    config,
    pools: new Map(),
    tally: new Tally(Date.now()),
    log: null,
    take(line) {
      const entry = readEntry(line)
      const name = entry && placeOf(entry, link)
      const known = name == null ? undefined : link.pools.get(name)
      link.tally.add(entry, name, (address) => known?.names.get(address) ?? address, known?.pool.ring !== undefined)
    },
  }
  return link
}

/** Which upstream a line is of: as it says, else the one that has the server. Null: none that is known. */
function placeOf(entry: LogEntry, { pools }: NginxLink): string | null {
  if (entry.pool !== null) return entry.pool
  if (pools.size === 1) return [...pools.keys()][0]!
  const [first] = entry.tries
  return (first && [...pools].find(([, { names }]) => names.has(first.address))?.[0]) ?? null
}

/** NGINX, open source. */
export const nginx: Product<NginxConfig, NginxLink> = {
  kind: 'nginx',
  title: 'NGINX',
  config: nginxConfig,
  open,
  close: async (link) => link.log?.close(),
  probes: [status, upstreams, accessLog],
  address: nginxAddress,
  rights:
    'GET of the stub_status page; to apply weights: write access to the upstream files and their directory, and the right to signal the master (or a `reload` command)',
}
