import type { Advisor } from '../model/detector.ts'
import { poolWeights } from './pool-weights.ts'

/** The shelf of remedies. One line an advisor; its id is its file's name. */
export const advisors: Advisor[] = [poolWeights]
