export const TRACE_FORMATS = ['csv', 'keys', 'oracle'] as const
export type TraceFormat = (typeof TRACE_FORMATS)[number]

/** An uploaded trace, without its references. */
export type Trace = {
  id: string
  name: string
  format: TraceFormat
  /** References of any kind, and distinct keys: exact, whatever is kept of them. */
  requests: number
  keys: number
  /** Milliseconds, from any zero, as the trace counts; null: it tells no times. */
  from: number | null
  to: number | null
  /** Null: no size is told. */
  valueBytesMean: number | null
  /** Share of the keys whose references are kept. */
  samplingRate: number
  /** Only the first so many references are kept; null: all of the keys that are kept. */
  cutAfter: number | null
  /** Epoch ms, and who. */
  uploadedAt: number
  by: string
  /** On the disk. */
  bytes: number
}
