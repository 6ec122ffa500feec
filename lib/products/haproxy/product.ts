import { EvenkeelError } from '../../model/error.ts'
import type { Probe, Product } from '../../model/product.ts'
import { rawRecord } from '../answers.ts'
import { authority, pageAt } from '../place.ts'
import { prerequisite } from '../prerequisites.ts'
import { accessLog } from './accessLog.ts'
import type { Beside } from './beside.ts'
import { ask, type ConfigFileRead, readConfigFile, readFrontends, readStat } from './client.ts'
import { type HaproxyConfig, haproxyAddress, haproxyConfig, socketOf, writeSocketOf } from './config.ts'
import { haproxyByDataplane } from './dataplane/product.ts'
import { describes } from './described.ts'
import { frontendFacts, parseFrontends } from './frontends.ts'
import { parseInfo } from './info.ts'
import { infoParsed } from './infoProbe.ts'
import { closeLink, type HaproxyLink, openLink } from './link.ts'
import { parseServersState } from './serversState.ts'
import { parseStat } from './stat.ts'
import { statEmits, statParsed } from './statProbe.ts'
import { writes } from './written.ts'

const NO_SOCKET = 'no admin socket in the configuration: give `socket`'

const stat: Probe<HaproxyLink, { stat: string } & Beside> = {
  id: 'stat',
  feature: 'statistics',
  emits: statEmits,
  everyMs: 1_000,
  cost: 'about 0.5 kB a server; 0.1 ms for a hundred servers',
  vital: true,
  async read({ config, state, file, version, writable }, _cursor, signal) {
    return { stat: await readStat(config, signal), state, file, version, writable, socket: socketOf(config) }
  },
  parse: ({ stat: text, ...beside }, { at }) => statParsed(parseStat(text), text, beside, at),
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

/** Limits of frontends as they run: rows that `stat` is told over the statistics page alone, where nothing asks for pools and servers only. */
const frontends: Probe<HaproxyLink, string> = {
  id: 'frontends',
  feature: 'limits of frontends',
  everyMs: 10_000,
  cost: 'about 0.5 kB a frontend each 10 s',
  wanted: ({ config }) => (config.socket === undefined ? NO_SOCKET : true),
  read: (link, _cursor, signal) => readFrontends(socket(link), signal),
  parse: (raw, { at }) => ({ samples: [], records: frontendFacts(parseFrontends(raw), at), topology: {} }),
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
    link.writable = writable(link.config, level)
    return { info: text, level: link.config.write ? 'admin' : level }
  },
  parse(raw, { at, cursor }) {
    const writable = writableBy(raw.level)
    const parsed = infoParsed(parseInfo(raw.info), raw.info, { at, cursor })
    const capability = { feature: 'set server', available: writable === true, ...(writable === true ? {} : { because: writable }) }
    const { facts, capabilities = [] } = parsed.topology
    return { ...parsed, topology: { facts: facts!, capabilities: [capability, ...capabilities] } }
  },
}

/** With a socket of its own for writing the level of this one does not count. */
const writable = ({ write }: HaproxyConfig, level: string): true | string => (write ? true : writableBy(level))

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

/** HAProxy, by its admin socket, its statistics page or its Data Plane API. */
export const haproxy: Product<HaproxyConfig, HaproxyLink> = {
  kind: 'haproxy',
  title: 'HAProxy',
  can: { alone: true },
  variant: (config) => (config.dataplane ? haproxyByDataplane : null),
  describes,
  writes,
  config: haproxyConfig,
  open: (config) => openLink(config, writeSocketOf(config) === null ? NO_SOCKET : true),
  close: closeLink,
  // The slower ones first: the first statistics are then already understood.
  located: {
    at: (place) => (place.path === undefined ? { socket: `tcp://${authority(place)}` } : { stats: pageAt(place, '') }),
  },
  probes: [info, configFile, serversState, stat, frontends, accessLog],
  async prerequisites(config) {
    const found = writeSocketOf(config)
    if (!found) return [prerequisite('admin socket', NO_SOCKET)]
    const level = ask(found, 'show cli level', AbortSignal.timeout(1_000))
    return [
      prerequisite(
        config.write ? 'admin socket of `write`' : 'admin socket',
        await level.then(
          (text) => writableBy(text.trim()),
          (error: Error) => error.message,
        ),
      ),
    ]
  },
  unavailable: (error) => (error instanceof EvenkeelError && error.code === 'not_allowed' ? error.message : null),
  address: haproxyAddress,
  aliases: (config) => (config.stats ? [new URL(config.stats).host] : []),
  rights:
    'stats socket … level operator; level admin to tune, which may be a socket of its own (`write`). Or the statistics page alone, which only reads. Or a user of the Data Plane API, which knows no lesser rights',
}
