import { evaluate } from '../../rings/evaluate.ts'
import { describeRing } from '../rings/describe.ts'
import type { RingJob } from './rings.ts'
import { answerQuestions } from './thread.ts'

/** Runs in a thread of its own: a ring of two million points takes seconds, in which no poll and no page may wait. */
answerQuestions((job: RingJob) => ('text' in job ? describeRing(job.text) : evaluate(job.question)))
