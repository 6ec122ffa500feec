import { CLOUD_LABELS, CLOUD_SIGNS, type CloudThing, cloudThings } from '../exporters/cloudThings.ts'
import { parseAnswer, query, selector } from './client.ts'
import type { PrometheusConfig } from './config.ts'

type CloudBehind = { id: string; exporter: string; instance: string; job: string | undefined; thing: CloudThing }

/** What is told is minutes old: so far back it is looked for. */
const LOOK = '15m'

/** Things of a cloud that exporters behind Prometheus tell of, each once, whatever the number of its series. */
export async function cloudBehind(config: PrometheusConfig, signal: AbortSignal): Promise<CloudBehind[]> {
  const by = ['__name__', 'instance', 'job', ...CLOUD_LABELS].join(',')
  const found = parseAnswer(await query(config, `count by (${by}) (last_over_time(${selector(CLOUD_SIGNS, config)}[${LOOK}]))`, signal))
  const scraped = Map.groupBy(found, ({ labels: { instance, job } }) => JSON.stringify([instance, job]))
  return [...scraped.values()].flatMap((series) => {
    const { instance, job } = series[0]!.labels
    if (instance === undefined) return []
    return cloudThings(series).map((thing) => ({
      id: JSON.stringify([thing, instance, job]),
      exporter: thing.exporter,
      instance,
      job,
      thing,
    }))
  })
}
