import { PbfWriter } from 'pbf'
import { compress } from 'snappyjs'
import type { Labels } from '../../model/series.ts'

/** What tells a series from others, as an object that stays the same for all its samples. */
export type SeriesId = { readonly metric: string; readonly labels: Labels }
/** One sample: epoch ms, and a value in the metric's own unit. */
export type Sample = { series: SeriesId; at: number; value: number }

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
/** Any name as one that Prometheus takes. */
const nameAs = (allowed: RegExp, name: string) => (allowed.test(name) ? name : `evenkeel_${name.replace(/[^a-zA-Z0-9_]/g, '_')}`)

/**
 * A request of Prometheus remote write 1.0: a `WriteRequest` in Protocol Buffers, compressed as a Snappy block
 * (prometheus.io/docs/specs/prw/remote_write_spec). Samples of one series are in the order of time; its labels, one of which is the metric's
 * name, are sorted by name.
 */
export function writeRequest(samples: readonly Sample[]): Uint8Array {
  const request = new PbfWriter()
  for (const [series, of] of Map.groupBy(samples, ({ series }) => series))
    request.writeMessage(1, writeSeries, { labels: sortedLabels(series), samples: of })
  return compress(request.finish())
}

function writeSeries({ labels, samples }: { labels: [name: string, value: string][]; samples: Sample[] }, writer: PbfWriter): void {
  for (const label of labels) writer.writeMessage(1, writeLabel, label)
  for (const sample of samples) writer.writeMessage(2, writeSample, sample)
}
function writeLabel([name, value]: [name: string, value: string], writer: PbfWriter): void {
  writer.writeStringField(1, name)
  writer.writeStringField(2, value)
}
function writeSample({ at, value }: Sample, writer: PbfWriter): void {
  writer.writeDoubleField(1, value)
  writer.writeVarintField(2, at)
}

const sortedLabels = ({ metric, labels }: SeriesId): [string, string][] =>
  [
    ['__name__', nameAs(METRIC_NAME, metric)] as [string, string],
    ...Object.entries(labels).map(([name, value]): [string, string] => [nameAs(LABEL_NAME, name), value]),
  ].sort(([a], [b]) => (a < b ? -1 : 1))
