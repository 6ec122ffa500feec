import { z } from 'zod'
import { TRACE_FORMATS } from '../trace.ts'
import { iso, noun } from './shape.ts'

export const traceAnswer = noun('Trace', 'An uploaded trace of requests', {
  id: z.string(),
  name: z.string(),
  format: z.enum(TRACE_FORMATS),
  requests: z.number().int().meta({ description: 'References of any kind: exact' }),
  keys: z.number().int().meta({ description: 'Distinct keys: exact' }),
  from: z.number().nullable().meta({ description: "Seconds, as the trace's own clock counts; null: it tells no times" }),
  to: z.number().nullable(),
  valueBytesMean: z.number().nullable().meta({ description: 'Null: it tells no sizes' }),
  samplingRate: z.number().meta({ description: 'Share of the keys whose references are kept, chosen by hash; curves correct for it' }),
  cutAfter: z.number().int().nullable().meta({ description: 'Only so many references from the beginning are kept; null: to the end' }),
  uploadedAt: iso,
  by: z.string(),
  bytes: z.number().int().meta({ description: 'What it takes on the disk' }),
})
export type TraceView = z.infer<typeof traceAnswer>
