import { curves } from '../../curves/curves.ts'
import { keyWeightOf } from '../../curves/keyWeight.ts'
import type { Point } from '../../curves/point.ts'
import type { Question } from '../../curves/question.ts'
import { OP } from '../../curves/references.ts'
import { duration } from '../../format/format.ts'
import type { CurvesView } from '../../model/answers/curves.ts'
import { EvenkeelError } from '../../model/error.ts'
import { heldLog } from '../references/heldLog.ts'
import type { LogQuestion } from '../references/readLog.ts'
import { withParts } from './partColumn.ts'
import { readPatterns } from './readPatterns.ts'

export type TargetCurvesQuestion = {
  log: LogQuestion
  question: Question
  /** The same cache as it is; null: not asked. */
  present: Question | null
  /** The sizes asked are memory: keys count by what they take in the present cache, where the references tell it. */
  byMemory: boolean
}
export type TargetCurves = {
  answer: CurvesView
  now: Point | null
  /** What a key takes on average as the model counts, bytes; null: each counts as one. */
  keyWeight: number | null
  /** How long after a change each point's ratio is what it stays, from an empty cache on; null: it still moved, or the present was not asked. */
  settlesMs: (number | null)[]
  /** Epoch ms: the time that the ratios are of. */
  from: number
  to: number
}

/** Of the whole: less is a start, no steady state. */
const SPAN_LEAST_MS = 20_000
/** In the half of the time that counts. */
const READS_LEAST = 1_000
const KEYS_LEAST = 100
/** Of a sample of the keys: fewer say little of the others. */
const SAMPLED_KEYS_LEAST = 1_000
/** As `curves` has it: the first part of the time warms the model up. */
const WARM_UP = 0.5

/** The curves of a target's references. Throws `too_little` with what is missing. */
export function computeTargetCurves({ log, question, present, byMemory }: TargetCurvesQuestion): TargetCurves {
  const { references, patterns, patternOf, zero, after } = heldLog(log)
  const broken = after ? ` Before that they are missing for ${duration(after.to - after.from)}.` : ''
  const { at, op, keys, samplingRate } = references
  if (at.length === 0)
    throw tooLittle(
      log.match === undefined
        ? 'There are no references yet: no source has told which keys are read.'
        : patterns.length > 0
          ? `No reference has a pattern that ${JSON.stringify(log.match)} matches.`
          : 'The references tell no patterns of keys: they cannot be told apart by `match`.',
    )
  const [first, last] = [at[0]!, at.at(-1)!]
  if (last - first < SPAN_LEAST_MS)
    throw tooLittle(
      `The references are of ${Math.round((last - first) / 1000)} s; ${SPAN_LEAST_MS / 1000} s at least are needed, and to be trusted longer than keys live.${broken}`,
    )
  const from = first + WARM_UP * (last - first)
  let reads = 0
  for (let row = at.length - 1; row >= 0 && at[row]! >= from; row--) if (op[row] === OP.get) reads++
  if (reads < READS_LEAST)
    throw tooLittle(
      `There are too few references: ${reads} reads in the last ${Math.round((last - from) / 1000)} s; ${READS_LEAST} are needed after a time of equal length that warms the model up.${broken}`,
    )
  const least = samplingRate < 0.99 ? SAMPLED_KEYS_LEAST : KEYS_LEAST
  if (keys < least) throw tooLittle(`There are too few keys among the references: ${keys} of at least ${least}.`)
  const parted = withParts(references, question.parts, patterns, patternOf)
  const keyWeight = present && byMemory ? keyWeightOf(references, present) : null
  const weighed = (one: Question): Question => (keyWeight === null ? one : { ...one, keyWeight })
  const answer = curves(parted, weighed(question))
  if (answer.tooLittle !== undefined) throw tooLittle(answer.tooLittle)
  const now = present && curves(parted, weighed(present))
  if (now?.tooLittle !== undefined) throw tooLittle(now.tooLittle)
  const read = readPatterns(references, patterns, patternOf)
  const course = now?.courses[0]
  return {
    answer: { ...answer.curves, basis: `${answer.curves.basis}${broken}`, patterns: read },
    now: now?.curves.points[0] ?? null,
    keyWeight,
    settlesMs: answer.courses.map((one) => (course ? one.settlesMs(course) : null)),
    from: zero + from,
    to: zero + last,
  }
}

const tooLittle = (words: string) => new EvenkeelError('too_little', words)
