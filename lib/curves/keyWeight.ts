import { redisWeights } from './memory.ts'
import { isSegmented, type Question } from './question.ts'
import type { References } from './references.ts'
import { simulate } from './simulate.ts'
import { Study } from './study.ts'
import { told } from './told.ts'

/** The mean follows which keys are held, and that follows the mean: after so many turns it moves by less than one part in a hundred. */
const TURNS = 3

/**
 * What a key takes on average in a cache that holds so many, bytes: with it, sizes in keys become sizes in what keys take, so that a large key
 * makes room for many small ones. `question` asks for the cache as it is. null: the references tell no sizes, or the server counts in another way.
 */
export function keyWeightOf(references: References, question: Question): number | null {
  const most = question.sizes.keys?.[0]
  if (most === undefined || isSegmented(question.policy)) return null
  const known = told(references)
  if (!known.sizesTold) return null
  const weights = redisWeights(known)
  let keyWeight = weights.reduce((sum, weight) => sum + weight, 0) / weights.length
  const all = { ...references, part: new Uint8Array(references.keys).fill(1) }
  for (let turn = 0; turn < TURNS; turn++) {
    const asked: Question = { ...question, keyWeight, parts: [{ match: '*' }] }
    const study = new Study(all, asked)
    const [held] = simulate(study.sample(study.plan.rates[0]!), asked, most, 0, 1).outcome.parts
    if (!held || held.keys === 0) return null
    keyWeight = held.bytes / held.keys
  }
  return keyWeight
}
