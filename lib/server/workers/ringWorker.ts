import { evaluate } from '../../rings/evaluate.ts'
import { solveRing } from '../../rings/solver.ts'
import { describeRing } from '../rings/describe.ts'
import type { RingJob, RingResult } from './rings.ts'
import { answerQuestions } from './thread.ts'

/** Runs in a thread of its own: a ring of two million points takes seconds, in which no poll and no page may wait. */
answerQuestions((job: RingJob): RingResult => {
  if ('text' in job) return describeRing(job.text)
  return 'solve' in job ? solveRing(job.solve) : evaluate(job.question)
})
