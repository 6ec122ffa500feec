import { startPrometheus, startRedis, startRedisExporter } from '../test/servers.ts'
import { linkTo } from './caches.ts'

/** The monitoring that many fleets have already: Prometheus, a redis_exporter each for two Redis servers, HAProxy's own exporter. */
export type Monitoring = {
  url: string
  /** Instance label -> the target that it is, where the fleet is seen both ways. */
  same: Record<string, string>
  stop(): Promise<void>
}

/** `search` is a Redis that only Prometheus knows of. Scrapes each 5 s, as people do. */
export async function startMonitoring(options: { cacheA: string; haproxyMetrics: string; random: () => number }): Promise<Monitoring> {
  const ends = new AsyncDisposableStack()
  try {
    const search = ends.use(await startRedis({ config: ['maxmemory 16mb', 'maxmemory-policy allkeys-lru'] }))
    const exporters = await Promise.all([search.about.url, options.cacheA].map(startRedisExporter))
    for (const exporter of exporters) ends.use(exporter)
    const jobs = { redis: exporters.map(({ about }) => about.url), haproxy: [options.haproxyMetrics] }
    const prometheus = ends.use(await startPrometheus({ jobs, everyMs: 5_000 }))
    const link = linkTo(search.about.port, 'search')
    ends.defer(() => link.disconnect())
    const timer = setInterval(() => {
      const key = `term:${Math.floor(options.random() ** 2 * 400)}`
      link
        .get(key)
        .then((found) => found ?? link.set(key, 'results', 'EX', 120))
        .catch(() => {})
    }, 50)
    ends.defer(() => clearInterval(timer))
    return {
      url: prometheus.about.url,
      same: { [new URL(exporters[1]!.about.url).host]: 'cache-a', [new URL(options.haproxyMetrics).host]: 'edge' },
      stop: () => ends.disposeAsync(),
    }
  } catch (error) {
    await ends.disposeAsync()
    throw error
  }
}
