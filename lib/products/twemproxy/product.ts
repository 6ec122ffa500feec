import { EvenkeelError } from '../../model/error.ts'
import type { Probe, Product } from '../../model/product.ts'
import type { Capability } from '../../model/topology.ts'
import { authority } from '../place.ts'
import { looked, prerequisite, runnable } from '../prerequisites.ts'
import { readText, replaceable } from '../replaceFile.ts'
import { readStats, type TwemproxyConfig, type TwemproxyLink, twemproxyConfig } from './client.ts'
import { type PoolConfig, parseConfigFile } from './configFile.ts'
import { testConfig } from './configTest.ts'
import { describes } from './described.ts'
import { observed, type Rhythm } from './rhythm.ts'
import { parseStatistics } from './stats.ts'
import { writes } from './written.ts'

type Raw = {
  stats: string
  /** nutcracker.yml, or why it is not known. */
  file: { text: string } | { because: string }
  restarts: boolean
}

const FEATURE = 'statistics port'
const EVERY_MS = 1_000
/** The interval from which on counters are reported as old. */
const OLD_MS = 2.5 * EVERY_MS

const statistics: Probe<TwemproxyLink, Raw> = {
  id: 'stats',
  feature: FEATURE,
  emits: {
    metrics: [
      'pool_requests_total',
      'pool_errors_total',
      'pool_sessions',
      'pool_queue',
      'pool_weight_set',
      'pool_weight_effective',
      'pool_up',
    ],
    topology: ['pools'],
  },
  everyMs: EVERY_MS,
  cost: 'one connection to the statistics thread; the numbers change only each `-i` (30 s by default)',
  vital: true,
  async read({ config }, _cursor, signal) {
    const [stats, file] = await Promise.all([readStats(config, signal), fileOf(config)])
    return { stats, file, restarts: config.restart !== undefined }
  },
  parse(raw, { cursor, at }) {
    const file = poolsOf(raw.file)
    const writable =
      'because' in file
        ? file.because
        : raw.restarts || 'no `restart` command in the configuration: twemproxy takes weights only at its start'
    const { version, startedAt, samples, pools, counters, missing } = parseStatistics(
      raw.stats,
      'because' in file ? null : file.pools,
      writable,
    )
    const { rhythm, everyMs, news } = observed(cursor ? (JSON.parse(cursor) as Rhythm) : null, counters, at)
    return {
      samples: news ? samples : [],
      records: [],
      topology: {
        facts: { version, runId: String(startedAt) },
        pools,
        capabilities: [
          age(everyMs, missing),
          { feature: 'nutcracker.yml', available: !('because' in file), ...('because' in file ? file : {}) },
        ],
      },
      cursor: JSON.stringify(rhythm),
      ...(everyMs !== null && everyMs > OLD_MS ? { stepMs: everyMs } : {}),
    }
  },
}

function age(everyMs: number | null, missing: readonly string[]): Capability {
  const old =
    everyMs !== null && everyMs > OLD_MS
      ? [
          `its numbers are up to ${Math.round(everyMs / 1000)} s old: start twemproxy with -i 1000, and rules see what happens within that time`,
        ]
      : []
  const said = [...old, ...missing]
  return { feature: FEATURE, available: true, ...(said.length > 0 ? { because: said.join('; ') } : {}) }
}

async function fileOf({ config }: TwemproxyConfig): Promise<Raw['file']> {
  if (!config) return { because: 'nutcracker.yml is not known: name it as `config`' }
  try {
    return { text: await readText(config) }
  } catch (error) {
    return { because: (error as Error).message }
  }
}

/** A file that is broken takes the weights from sight, not the traffic. */
function poolsOf(file: Raw['file']): { pools: PoolConfig[] } | { because: string } {
  if ('because' in file) return file
  try {
    return { pools: parseConfigFile(file.text) }
  } catch (error) {
    if (error instanceof EvenkeelError) return { because: error.message }
    throw error
  }
}

export const twemproxy: Product<TwemproxyConfig, TwemproxyLink> = {
  kind: 'twemproxy',
  title: 'twemproxy',
  describes,
  writes,
  config: twemproxyConfig,
  open: (config) => ({ config }),
  close: async () => {},
  located: { port: 22222, at: (place) => ({ stats: `tcp://${authority(place)}` }) },
  probes: [statistics],
  address: (config) => config.stats.replace('tcp://', ''),
  async prerequisites(config) {
    const { config: path, restart } = config
    return [
      prerequisite('nutcracker.yml', path ? await replaceable(path) : 'no `config` in the configuration: no weight is set'),
      ...(path ? [prerequisite('nutcracker -t', await looked(readText(path).then((text) => testConfig(config, path, text))))] : []),
      prerequisite(
        'restart',
        restart ? await runnable(restart) : 'no `restart` in the configuration: twemproxy takes weights only at its start',
      ),
    ]
  },
  rights: 'the statistics port; to apply weights: write access to nutcracker.yml and its directory, and the right to run `restart`',
}
