import { type GroupOutcome, groupOutcomes } from '../../curves/groups.ts'
import { keyWeightOf } from '../../curves/keyWeight.ts'
import type { Question } from '../../curves/question.ts'
import { heldLog } from './heldLog.ts'
import type { LogQuestion } from './readLog.ts'

export type PatternsQuestion = { log: LogQuestion; question: Question }
export type PatternOutcomes = {
  items: (GroupOutcome & { pattern: string })[]
  /** Of all keys, with those of no pattern. */
  all: GroupOutcome
  /** Epoch ms: the time that counts. */
  from: number
  to: number
  samplingRate: number
}

const PATTERNS_MOST = 100
/** Fewer say nothing. */
const GETS_LEAST = 1_000
const WARM_UP = 0.5

/** What the gets of each pattern of keys did, the most read first; null: there is too little, or no pattern is told. */
export function computePatterns({ log, question }: PatternsQuestion): PatternOutcomes | null {
  const { references, patterns, patternOf, zero } = heldLog(log)
  const { at, samplingRate } = references
  if (at.length === 0 || patterns.length === 0) return null
  const keyWeight = keyWeightOf(references, question)
  const weighed = keyWeight === null ? question : { ...question, keyWeight }
  const outcomes = groupOutcomes(references, weighed, patternOf, patterns.length + 1)
  const all = outcomes.reduce((sum, one) => ({ keys: sum.keys + one.keys, gets: sum.gets + one.gets, misses: sum.misses + one.misses }))
  if (all.gets < GETS_LEAST) return null
  const [first, last] = [at[0]!, at.at(-1)!]
  return {
    items: outcomes
      .slice(1)
      .map((outcome, i) => ({ ...outcome, pattern: patterns[i]! }))
      .filter(({ gets }) => gets > 0)
      .sort((a, b) => b.gets - a.gets)
      .slice(0, PATTERNS_MOST),
    all,
    from: zero + first + WARM_UP * (last - first),
    to: zero + last,
    samplingRate,
  }
}
