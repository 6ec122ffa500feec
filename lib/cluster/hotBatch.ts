import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import type { Polled } from '../engine/target.ts'
import type { TopologyPart } from '../model/product.ts'
import type { NewRecord } from '../model/record.ts'
import type { Labels, Reading } from '../model/series.ts'

/** Metric and labels of each reading of a poll: said once, then by its number. */
export type Layout = [metric: string, labels: Labels | null][]
export type PackedPoll = {
  target: string
  at: number
  stepMs: number
  lateMs: number
  layout: number
  values: number[]
  /** Where readings have times of their own. */
  ats?: (number | null)[]
}

/** What one replica's polls have brought within about a second. Another version may write more members: they are left alone. */
export type HotBatch = {
  version: 1
  /** It says everything anew: a reader needs nothing from before it. */
  whole: boolean
  layouts: [number: number, layout: Layout][]
  polls: PackedPoll[]
  records: [target: string, records: readonly NewRecord[]][]
  /** Those that are another than before. */
  parts: [target: string, probe: string, part: TopologyPart][]
  polled: [target: string, polled: Polled][]
}

/** A batch holds a second of a few thousand targets: more is none of ours. */
const BYTES_MOST = 256 * 1024 * 1024
/** The quickest: it is for a second of life, and most of the gain is in names that are repeated. */
const LEVEL = 1

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

export const encodeBatch = async (batch: HotBatch): Promise<Buffer> => deflate(Buffer.from(JSON.stringify(batch)), { level: LEVEL })

/** Null of a batch of a version that this one does not read. */
export async function decodeBatch(bytes: Uint8Array): Promise<HotBatch | null> {
  const batch = JSON.parse((await inflate(bytes, { maxOutputLength: BYTES_MOST })).toString()) as HotBatch
  return batch.version === 1 ? batch : null
}

export const packed = (readings: readonly Reading[]): Pick<PackedPoll, 'values' | 'ats'> => ({
  values: readings.map(({ value }) => value),
  ...(readings.some(({ at }) => at !== undefined) && { ats: readings.map(({ at }) => at ?? null) }),
})

export function unpacked({ values, ats }: PackedPoll, layout: Layout): Reading[] {
  return values.map((value, i) => {
    const [metric, labels] = layout[i]!
    const at = ats?.[i]
    return { metric, value, ...(labels && { labels }), ...(at !== null && at !== undefined && { at }) }
  })
}
