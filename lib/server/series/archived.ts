import type { Track } from '../../metrics/history.ts'
import { labelsKey } from '../../model/series.ts'
import { type ArchivedQuestion, type ArchivedSeries, archivedSeries, type PromqlSource } from '../../store/promql/archive.ts'
import { receiverOf } from '../../store/remoteWrite/receiver.ts'
import type { Runtime } from '../runtime.ts'

/** What is older than this is asked of the archive too; the newest history is in every process. */
const RECENT_MS = 15 * 60_000

/** What answers PromQL, or null where none is configured. */
export function promqlOf({ series }: Pick<Runtime['config'], 'series'>): PromqlSource | null {
  return series?.query ? receiverOf({ write: series.query, ...(series.bearer && { bearer: series.bearer }) }) : null
}

/**
 * Local series, each with what the archive has from before its first value; then those that the archive alone has. When it does not answer the local
 * ones stand alone, as a chart with a gap.
 */
export async function* withArchived(
  local: AsyncIterable<Track>,
  source: PromqlSource | null,
  question: ArchivedQuestion,
  { now, log }: Pick<Runtime, 'now' | 'log'>,
): AsyncGenerator<Track> {
  const archived = source && question.from < now() - RECENT_MS ? await read(source, question, log) : new Map<string, ArchivedSeries>()
  for await (const track of local) {
    const key = labelsKey(track.labels)
    const older = archived.get(key)
    archived.delete(key)
    yield older ? joined(track, older) : track
  }
  yield* archived.values()
}

/** The archive's points up to the first local value, then the local ones. */
export function joined({ labels, points }: Track, older: ArchivedSeries): Track {
  const first = points.find(([, value]) => value !== null)
  if (!first) return { labels, points: older.points }
  const before = older.points.filter(([at]) => at < first[0])
  return { labels, points: [...before, ...points.filter(([at]) => at >= first[0])] }
}

async function read(source: PromqlSource, question: ArchivedQuestion, log: Runtime['log']): Promise<Map<string, ArchivedSeries>> {
  try {
    const series = await archivedSeries(source, question)
    return new Map(series.map((one) => [labelsKey(one.labels), one]))
  } catch (error) {
    log.warn({ error: (error as Error).message }, 'series.query did not answer; charts show what is here')
    return new Map()
  }
}
