import { EvenkeelError } from '../../model/error.ts'
import type { Probe, Product } from '../../model/product.ts'
import type { NewRecord } from '../../model/record.ts'
import type { PolledWithLog } from '../accessLog/referenceFeeds.ts'
import { printable, rawRecord } from '../answers.ts'
import { authority, pageAt } from '../place.ts'
import { accessLog, openRequestLog, type RequestLog } from './accessLog.ts'
import type { Beside } from './beside.ts'
import { ask, type ConfigFileRead, readConfigFile, readStat } from './client.ts'
import { type HaproxyConfig, haproxyAddress, haproxyConfig, socketOf } from './config.ts'
import { describes } from './described.ts'
import { parseInfo, runIdOf } from './info.ts'
import { poolsOf } from './pools.ts'
import { parseServersState } from './serversState.ts'
import { parseStat, poolOf, type Stat, type StatRow, serverOf, statSamples } from './stat.ts'
import { writes } from './written.ts'

/** What the slower probes last read; the statistics are understood with it. */
export type HaproxyLink = { config: HaproxyConfig; file: ConfigFileRead | null; requests: RequestLog } & Pick<
  Beside,
  'state' | 'version' | 'writable'
>

const NO_SOCKET = 'no admin socket in the configuration: give `socket`'

const stat: Probe<HaproxyLink, { stat: string } & Beside> = {
  id: 'stat',
  feature: 'statistics',
  emits: {
    metrics: [
      'pool_requests_total',
      'pool_errors_total',
      'pool_retries_total',
      'pool_shed_total',
      'pool_sessions',
      'pool_sessions_max',
      'pool_queue',
      'pool_up',
      'pool_checks_failed_total',
      'pool_downs_total',
      'pool_queue_seconds',
      'pool_connect_seconds',
      'pool_total_seconds',
      'pool_response_seconds',
      'pool_response_smoothing',
      'pool_weight_set',
      'pool_weight_effective',
    ],
    topology: ['pools'],
  },
  everyMs: 1_000,
  cost: 'about 0.5 kB a server; 0.1 ms for a hundred servers',
  vital: true,
  async read({ config, state, file, version, writable }, _cursor, signal) {
    return { stat: await readStat(config, signal), state, file, version, writable, socket: socketOf(config) }
  },
  parse({ stat: text, ...beside }, { at }) {
    const rows = parseStat(text)
    return {
      samples: statSamples(rows),
      records: [rawRecord('stat', at, text), ...checks(rows.servers, at)],
      topology: {
        pools: poolsOf(rows, beside),
        ...(rows.left ? { left: rows.left } : {}),
        ...(rows.bad.length > 0 ? { capabilities: [{ feature: 'every row', available: false, because: badText(rows) }] } : {}),
      },
    }
  },
}

const ROWS_SHOWN = 3

function badText({ bad, all }: Stat): string {
  const told = bad.slice(0, ROWS_SHOWN).map(({ row, because }) => `${row} (${because})`)
  const more = bad.length > ROWS_SHOWN ? ` and ${bad.length - ROWS_SHOWN} more` : ''
  return `${bad.length} of ${all} rows of the statistics cannot be read: ${told.join(', ')}${more}`
}

/** Why a server is down, as its check says it. */
function checks(servers: StatRow[], at: number): NewRecord[] {
  return servers.flatMap((row) => {
    if (!row.get('status')?.startsWith('DOWN')) return []
    const value = [row.get('check_status'), row.get('check_code'), row.get('check_desc') || row.get('last_chk')].filter(Boolean).join(' ')
    return value ? [{ kind: 'fact', id: `check/${poolOf(row)}/${serverOf(row)}`, at, value: printable(value.slice(0, 200)) } as const] : []
  })
}

const serversState: Probe<HaproxyLink, string> = {
  id: 'servers-state',
  feature: 'show servers state',
  everyMs: 5_000,
  cost: 'about 0.1 kB a server each 5 s',
  wanted: ({ config }) => (config.socket === undefined ? NO_SOCKET : true),
  async read(link, _cursor, signal) {
    const answer = await ask(socket(link), 'show servers state', signal)
    link.state = parseServersState(answer)
    return answer
  },
  parse: (raw, { at }) => ({ samples: [], records: [rawRecord('servers-state', at, raw)], topology: {} }),
}

const info: Probe<HaproxyLink, { info: string; level: string }> = {
  id: 'info',
  feature: 'show info',
  everyMs: 5_000,
  cost: '1 kB each 5 s',
  wanted: ({ config }) => (config.socket === undefined ? NO_SOCKET : true),
  async read(link, _cursor, signal) {
    const text = await ask(socket(link), 'show info', signal)
    const level = (await ask(socket(link), 'show cli level', signal)).trim()
    link.version = parseInfo(text).version
    link.writable = writableBy(level)
    return { info: text, level }
  },
  parse(raw, { at, cursor }) {
    const parsed = parseInfo(raw.info)
    const run = runIdOf(parsed, at, cursor)
    const writable = writableBy(raw.level)
    return {
      samples: parsed.samples,
      records: [rawRecord('info', at, raw.info)],
      topology: {
        facts: { version: parsed.version, runId: run.runId },
        capabilities: [
          { feature: 'set server', available: writable === true, ...(writable === true ? {} : { because: writable }) },
          ...(parsed.processes > 1 ? [{ feature: 'every process', available: false, because: processesText(parsed.processes) }] : []),
        ],
      },
      cursor: run.cursor,
    }
  },
}

const processesText = (processes: number) =>
  `HAProxy runs ${processes} processes (\`nbproc\`), and this socket reports one of them and sets weights in that one alone: give each its own socket and target`

/** `show cli level` answers admin, operator or user; what knows no such command is older than 1.8 and is tried. */
const writableBy = (level: string): true | string =>
  /^(operator|user)$/.test(level) ? `the socket is of level ${level}; \`level admin\` in haproxy.cfg lets weights be set` : true

const configFile: Probe<HaproxyLink, ConfigFileRead> = {
  id: 'config',
  feature: 'haproxy.cfg',
  everyMs: 10_000,
  cost: 'nothing to HAProxy: one file of this machine, read when it has changed',
  wanted: ({ config }) => (config.config === undefined ? 'no `config` in the configuration: hash types are unknown' : true),
  async read(link) {
    link.file = await readConfigFile(link.config.config!, link.file).catch((error) => {
      link.file = null
      throw error
    })
    return link.file
  },
  parse: () => ({ samples: [], records: [], topology: {} }),
}

function socket({ config }: HaproxyLink) {
  const found = socketOf(config)
  if (!found) throw new EvenkeelError('not_allowed', NO_SOCKET)
  return found
}

/** HAProxy, by its admin socket or its statistics page. */
export const haproxy: Product<HaproxyConfig, HaproxyLink> = {
  kind: 'haproxy',
  title: 'HAProxy',
  describes,
  writes,
  config: haproxyConfig,
  open: (config: HaproxyConfig & PolledWithLog) => ({
    config,
    requests: openRequestLog(config),
    file: null,
    state: null,
    version: null,
    writable: config.socket === undefined ? NO_SOCKET : true,
  }),
  close: async ({ requests }) => requests.source?.close(),
  // The slower ones first: the first statistics are then already understood.
  located: {
    at: (place) => (place.path === undefined ? { socket: `tcp://${authority(place)}` } : { stats: pageAt(place, '') }),
  },
  probes: [info, configFile, serversState, stat, accessLog],
  unavailable: (error) => (error instanceof EvenkeelError && error.code === 'not_allowed' ? error.message : null),
  address: haproxyAddress,
  aliases: (config) => (config.stats ? [new URL(config.stats).host] : []),
  rights: 'stats socket … level operator; level admin to tune. Or the statistics page alone, which only reads',
}
