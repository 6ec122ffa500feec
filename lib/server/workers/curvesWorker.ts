import { computeCurves } from '../curves/compute.ts'
import { importTrace } from '../traces/importTrace.ts'
import type { CurvesJob, CurvesResult } from './curves.ts'
import { answerQuestions } from './thread.ts'

/** Runs in a thread of its own: traces and curves take seconds, in which no poll and no page may wait. */
answerQuestions((job: CurvesJob): CurvesResult | Promise<CurvesResult> =>
  'trace' in job ? importTrace(job.trace) : computeCurves(job.curves),
)
