import { malformed } from '../../model/error.ts'
import type { Probe } from '../../model/product.ts'
import type { FedReferences } from '../../model/reference.ts'
import type { Capability } from '../../model/topology.ts'
import { fieldsOf } from '../accessLog/fields.ts'
import { LineCounts } from '../accessLog/lineCounts.ts'
import type { Loss } from '../accessLog/loss.ts'
import { logPlaceOf } from '../accessLog/place.ts'
import { type PolledWithLog, ReferenceFeeds } from '../accessLog/referenceFeeds.ts'
import { type LogSource, openLog } from '../accessLog/source.ts'
import type { HaproxyConfig } from './config.ts'

/** The log of requests, between polls. */
export type RequestLog = { source: LogSource | null; feeds: ReferenceFeeds; counts: LineCounts; take(line: string): void }

export function openRequestLog({ feeds = [] }: HaproxyConfig & PolledWithLog): RequestLog {
  const log: RequestLog = {
    source: null,
    feeds: new ReferenceFeeds(feeds, performance.now()),
    counts: new LineCounts(performance.now()),
    take(line) {
      const read = fieldsOf(line)
      if (typeof read === 'string') return log.counts.add(read)
      log.counts.add(read.mended ? 'mended' : 'read')
      log.feeds.take(read.fields)
    },
  }
  return log
}

const LOG = 'access log'
type LogRead = { lines: number; bad: number; loss: Loss; fed: FedReferences[]; told: Capability[] }

/** What is counted of requests, statistics tell better; the log has the keys that they ask for. */
export const accessLog: Probe<{ config: HaproxyConfig & PolledWithLog; requests: RequestLog }, LogRead> = {
  id: 'access-log',
  feature: LOG,
  everyMs: 1_000,
  cost: 'one log line a request, which HAProxy sends as a datagram or to a file',
  wanted: ({ config }) => {
    if (!config.accessLog) return 'no `accessLog` in the configuration: the keys of caches behind it are not seen'
    return config.feeds ? true : 'no cache has `references: { from: log }` with this target: nothing is read from its log'
  },
  async read({ config, requests }) {
    const { feeds, counts, take } = requests
    requests.source ??= openLog(logPlaceOf(config.accessLog!)!, {
      line: take,
      gap: () => feeds.gap(),
      lost: (lines) => feeds.lost(lines),
    })
    await requests.source.pull()
    const now = performance.now()
    const loss = counts.look(now)
    return { lines: counts.lines, bad: counts.bad, loss, fed: feeds.drain(loss.fair, now), told: feeds.told() }
  },
  parse({ lines, bad, loss, fed, told }) {
    if (lines > 0 && bad === lines) throw malformed(`a line of the access log is to be JSON: ${loss.because ?? 'none was'}`, '')
    const capabilities = [...(loss.because ? [{ feature: LOG, available: loss.fair, because: loss.because }] : []), ...told]
    return { samples: [], records: [], topology: { capabilities }, fed }
  },
}
