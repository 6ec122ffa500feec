import { parentPort } from 'node:worker_threads'
import { type ErrorCode, EvenkeelError } from '../../model/error.ts'

export type Outcome<Answer> = { answer: Answer } | { code: ErrorCode; detail: string }

/** The other end of a work pool, in a thread of its own: one question after the other, an error's code and words instead of its object. */
export function answerQuestions<Question, Answer>(work: (question: Question) => Answer): void {
  parentPort?.on('message', (question: Question) => parentPort?.postMessage(outcomeOf(work, question)))
}

function outcomeOf<Question, Answer>(work: (question: Question) => Answer, question: Question): Outcome<Answer> {
  try {
    return { answer: work(question) }
  } catch (error) {
    if (error instanceof EvenkeelError) return { code: error.code, detail: error.message }
    return { code: 'internal', detail: String(error) }
  }
}
