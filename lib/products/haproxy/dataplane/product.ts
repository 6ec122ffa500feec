import type { Probe, Product } from '../../../model/product.ts'
import { rawRecord } from '../../answers.ts'
import { accessLog } from '../accessLog.ts'
import type { Beside } from '../beside.ts'
import { type HaproxyConfig, haproxyAddress, haproxyConfig } from '../config.ts'
import { parseConfigFiles } from '../configFile.ts'
import { infoParsed } from '../infoProbe.ts'
import { closeLink, type HaproxyLink, openLink } from '../link.ts'
import type { StateRow } from '../serversState.ts'
import { NO_WEIGHTS } from '../settings.ts'
import type { StatRow } from '../stat.ts'
import { statEmits, statParsed } from '../statProbe.ts'
import { parseBackends, parseNative, parseProcessInfo } from './answers.ts'
import { type Api, openApi } from './api.ts'
import { runtimeServers } from './reads.ts'

/** `next`: the backend whose servers are read first the next time. */
type Link = HaproxyLink & { api: Api; next: number; byBackend: Map<string, StateRow[]> }

const NATIVE = '/stats/native'
/** One request each: of more backends, some are read each time, in turn. */
const BACKENDS_A_READ = 50
const AT_ONCE = 4

const info: Probe<Link, string> = {
  id: 'info',
  feature: 'process information',
  everyMs: 5_000,
  cost: 'one request; 2 kB',
  async read(link, _cursor, signal) {
    const text = await link.api.text({ path: '/runtime/info' }, signal)
    link.version = parseProcessInfo(text).version
    return text
  },
  parse: (text, context) => infoParsed(parseProcessInfo(text), text, context),
}

const configFile: Probe<Link, null> = {
  id: 'config',
  feature: 'haproxy.cfg',
  everyMs: 10_000,
  cost: 'one request; the whole file',
  async read(link, _cursor, signal) {
    // It holds passwords of user lists: nothing of it is kept but what is understood.
    const text = await link.api.text({ path: '/configuration/raw' }, signal)
    link.file = { stamp: '', ...parseConfigFiles([{ file: 'haproxy.cfg', text }]) }
    return null
  },
  parse: () => ({ samples: [], records: [], topology: {} }),
}

const serversState: Probe<Link, StateRow[]> = {
  id: 'servers-state',
  feature: 'servers at run time',
  everyMs: 5_000,
  cost: `one request, and one a backend, at most ${BACKENDS_A_READ} each time; 0.7 kB a server`,
  async read(link, _cursor, signal) {
    const backends = parseBackends(await link.api.text({ path: NATIVE, query: { type: 'backend' } }, signal))
    const names = nextOf(link, backends)
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const some = names.slice(at, at + AT_ONCE)
      const found = await Promise.all(some.map((name) => runtimeServers(link.api, name, signal)))
      some.forEach((name, index) => void link.byBackend.set(name, found[index]!))
    }
    const known = new Set(backends)
    for (const name of link.byBackend.keys()) if (!known.has(name)) link.byBackend.delete(name)
    link.state = [...link.byBackend.values()].flat()
    return link.state
  },
  parse: (rows, { at }) => ({ samples: [], records: [rawRecord('servers-state', at, JSON.stringify(rows))], topology: {} }),
}

function nextOf(link: Link, names: readonly string[]): string[] {
  const count = Math.min(BACKENDS_A_READ, names.length)
  const from = link.next % Math.max(1, names.length)
  link.next = from + count
  return Array.from({ length: count }, (_, index) => names[(from + index) % names.length]!)
}

const stat: Probe<Link, { native: string } & Beside> = {
  id: 'stat',
  feature: 'statistics',
  emits: statEmits,
  everyMs: 1_000,
  cost: 'one request; about 1.5 kB a server',
  vital: true,
  async read(link, _cursor, signal) {
    const { state, file, version, writable, config } = link
    const native = await link.api.text({ path: NATIVE }, signal)
    return { native, state, file, version, writable, socket: null, inFile: config.dataplane!.write === 'config' }
  },
  parse({ native, ...beside }, { at }) {
    const stat = parseNative(native)
    const weights = new Map(beside.state?.map((row) => [`${row.pool}/${row.server}`, row.weight]))
    const rows = { ...stat, servers: stat.servers.map((row) => withWeight(row, weights)) }
    const old = !beside.inFile && beside.state?.some(({ weight }) => weight === undefined)
    return statParsed(rows, native, { ...beside, ...(old ? { fixedWeights: NO_WEIGHTS } : {}) }, at)
  },
}

/** The API leaves the column of set weights out: of a server that is up and not in a slow start, the weight in force is the one that was set. */
function withWeight(row: StatRow, weights: ReadonlyMap<string, number | undefined>): StatRow {
  const throttle = row.get('throttle')
  const asSet = row.get('status')?.startsWith('UP') && (throttle === undefined || throttle === '100')
  const weight = asSet ? undefined : weights.get(`${row.get('pxname')}/${row.get('svname')}`)
  return { get: (column) => (column === 'uweight' ? weight?.toString() : row.get(column)) }
}

/** HAProxy by its Data Plane API. */
export const haproxyByDataplane: Product<HaproxyConfig, Link> = {
  kind: 'haproxy',
  title: 'HAProxy',
  can: { alone: true },
  config: haproxyConfig,
  open: (config) => ({
    ...openLink(config, true),
    api: openApi(config.dataplane!),
    next: 0,
    byBackend: new Map(),
  }),
  async close(link) {
    await closeLink(link)
    await link.api.close()
  },
  // The slower ones first: the first statistics are then already understood.
  probes: [info, configFile, serversState, stat, accessLog],
  address: haproxyAddress,
}
