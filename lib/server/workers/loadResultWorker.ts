import { readResult } from '../runs/results/readResult.ts'
import { answerQuestions } from './thread.ts'

/** Runs in a thread of its own: a log of half a million requests takes seconds, in which no poll and no page may wait. */
answerQuestions(readResult)
