import type { Probe } from '../../../model/product.ts'
import { partlyRead, rawRecord } from '../../answers.ts'
import { getPage } from '../../http.ts'
import { statCommand } from '../config.ts'
import { parseExporterPage, parseStat } from '../counters.ts'
import type { Listing, VarnishLink } from '../link.ts'
import { backendSamples, CACHE_METRICS, cacheSamples, POOL_METRICS, runIdOf } from '../samples.ts'
import { runStat } from '../stat.ts'

/** `form`: what printed it. */
type Raw = { text: string; form: 'varnishstat' | 'exporter' | 'openmetrics'; listed: Listing | null }

/** The counters: of the cache, and of its backends where the management port tells their pools. */
export const stats: Probe<VarnishLink, Raw> = {
  id: 'stats',
  feature: 'counters',
  // Its own counters are for charts alone: no rule and no definition of a metric asks for them.
  emits: { metrics: [...CACHE_METRICS.filter((metric) => !metric.startsWith('varnish_')), ...POOL_METRICS] },
  everyMs: 1_000,
  cost: '5 ms of CPU a second on this machine, for `varnishstat` reads shared memory; nothing to varnishd',
  vital: true,
  async read({ config, listed }, _cursor, signal) {
    if (config.exporter === undefined) return { text: await runStat(statCommand(config), signal), form: 'varnishstat', listed }
    const { text, type } = await getPage(config.exporter, signal)
    return { text, form: /^application\/openmetrics-text\b/i.test(type) ? 'openmetrics' : 'exporter', listed }
  },
  parse({ text, form, listed }, { at, cursor }) {
    const counters = form === 'varnishstat' ? parseStat(text) : parseExporterPage(text, form === 'openmetrics')
    const run = runIdOf(counters, at, cursor)
    return {
      samples: [...cacheSamples(counters), ...(listed ? backendSamples(counters, listed.vcl, listed.poolOf) : [])],
      records: [rawRecord('stats', at, text)],
      topology: {
        facts: { role: 'cache', ...(run ? { runId: run.runId } : {}), ...(counters.version ? { version: counters.version } : {}) },
        capabilities: partlyRead('counters', counters.unread, counters.values.size + counters.unread.length),
      },
      ...(run ? { cursor: run.cursor } : {}),
    }
  },
}
