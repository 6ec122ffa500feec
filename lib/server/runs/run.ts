import type { Annotation } from '../../model/annotation.ts'
import { EvenkeelError } from '../../model/error.ts'
import { annotation, findAnnotations } from '../annotations/annotations.ts'
import type { Runtime } from '../runtime.ts'

/** The tag that makes an annotation a load test. */
const RUN_TAG = 'load-test'
/** A longer one is compared by its first day. */
const LONGEST_MS = 24 * 3_600_000
const RUNS_MOST = 1_000

/** A load test: an annotation with the tag. Times are epoch ms. */
export type Run = {
  id: string
  name: string
  tags: string[]
  by: string
  from: number
  /** Null: nobody has told its end. */
  to: number | null
  /** `forgotten`: its end was never told, so that its first day stands for it. */
  state: 'planned' | 'running' | 'ended' | 'forgotten'
  /** Up to where it is compared. */
  until: number
}

type At = Pick<Runtime, 'store' | 'now'>

/** Newest first. */
export const listRuns = (at: At): Run[] => findAnnotations(at, { tags: [RUN_TAG], limit: RUNS_MOST }).map((one) => runOf(one, at.now()))

/** Throws `not_found`. */
export function getRun(at: At, id: string): Run {
  const found = annotation(at, id)
  if (!found.tags.includes(RUN_TAG)) throw new EvenkeelError('not_found', `Annotation ${id} is no load test: it lacks the tag ${RUN_TAG}.`)
  return runOf(found, at.now())
}

function runOf({ id, text, tags, by, time, timeEnd }: Annotation, now: number): Run {
  const longest = time + LONGEST_MS
  const isOver = timeEnd !== undefined && timeEnd <= now
  return {
    id,
    name: text,
    tags: tags.filter((tag) => tag !== RUN_TAG),
    by,
    from: time,
    to: timeEnd ?? null,
    state: time > now ? 'planned' : isOver ? 'ended' : timeEnd === undefined && now > longest ? 'forgotten' : 'running',
    until: Math.max(time, Math.min(timeEnd ?? longest, longest, now)),
  }
}
