import type { Probe, Product } from '../../model/product.ts'
import { readConfig, readStats, type TwemproxyConfig, type TwemproxyLink, twemproxyConfig } from './client.ts'
import { parseConfigFile } from './configFile.ts'
import { describes } from './described.ts'
import { parseStatistics } from './stats.ts'

type Raw = { stats: string; config: string | null; restarts: boolean }

const statistics: Probe<TwemproxyLink, Raw> = {
  id: 'stats',
  feature: 'statistics port',
  everyMs: 1_000,
  cost: 'one connection to the statistics thread; the numbers change only each `-i` (30 s by default)',
  vital: true,
  async read({ config }, _cursor, signal) {
    const [stats, file] = await Promise.all([readStats(config, signal), readConfig(config).catch(() => null)])
    return { stats, config: file, restarts: config.restart !== undefined }
  },
  parse(raw) {
    const writable =
      raw.config === null
        ? 'nutcracker.yml is not readable here: name it as `config`'
        : raw.restarts || 'no `restart` command in the configuration: twemproxy takes weights only at its start'
    const { version, startedAt, samples, pools } = parseStatistics(
      raw.stats,
      raw.config === null ? null : parseConfigFile(raw.config),
      writable,
    )
    return { samples, records: [], topology: { facts: { version, runId: String(startedAt) }, pools } }
  },
}

export const twemproxy: Product<TwemproxyConfig, TwemproxyLink> = {
  kind: 'twemproxy',
  title: 'twemproxy',
  describes,
  config: twemproxyConfig,
  open: (config) => ({ config }),
  close: async () => {},
  probes: [statistics],
  address: (config) => config.stats.replace('tcp://', ''),
  rights: 'the statistics port; to apply weights: write access to nutcracker.yml and its directory, and the right to run `restart`',
}
