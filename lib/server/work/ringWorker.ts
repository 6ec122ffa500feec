import { parentPort } from 'node:worker_threads'
import { EvenkeelError } from '../../model/error.ts'
import { evaluate } from '../../rings/evaluate.ts'
import type { Answer, Question } from './rings.ts'

/** Runs in a thread of its own: a ring of two million points takes seconds, in which no poll and no page may wait. */
parentPort?.on('message', ({ id, question }: Question) => {
  let answer: Answer
  try {
    answer = { id, answer: evaluate(question) }
  } catch (error) {
    answer =
      error instanceof EvenkeelError ? { id, code: error.code, detail: error.message } : { id, code: 'internal', detail: String(error) }
  }
  parentPort?.postMessage(answer)
})
