import { computeCurves } from '../curves/compute.ts'
import { computeTargetCurves } from '../curves/computeTarget.ts'
import { computePatterns } from '../references/computePatterns.ts'
import { computeStaleness } from '../references/computeStaleness.ts'
import { importTrace } from '../traces/importTrace.ts'
import type { CurvesJob, CurvesResult } from './curves.ts'
import { answerQuestions } from './thread.ts'

/** Runs in a thread of its own: traces and curves take seconds, in which no poll and no page may wait. */
answerQuestions((job: CurvesJob): CurvesResult | Promise<CurvesResult> => {
  if ('trace' in job) return importTrace(job.trace)
  if ('patterns' in job) return computePatterns(job.patterns)
  if ('staleness' in job) return computeStaleness(job.staleness)
  return 'target' in job ? computeTargetCurves(job.target) : computeCurves(job.curves)
})
