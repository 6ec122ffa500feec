import { parentPort } from 'node:worker_threads'
import { type ErrorCode, EvenkeelError } from '../../model/error.ts'

export type Outcome<Answer> = { answer: Answer } | { code: ErrorCode; detail: string }

/** The other end of a work pool, in a thread of its own: one question after the other, an error's code and words instead of its object. */
export function answerQuestions<Question, Answer>(work: (question: Question) => Answer | Promise<Answer>): void {
  parentPort?.on('message', async (question: Question) => parentPort?.postMessage(await outcomeOf(work, question)))
}

async function outcomeOf<Question, Answer>(
  work: (question: Question) => Answer | Promise<Answer>,
  question: Question,
): Promise<Outcome<Answer>> {
  try {
    return { answer: await work(question) }
  } catch (error) {
    if (error instanceof EvenkeelError) return { code: error.code, detail: error.message }
    return { code: 'internal', detail: String(error) }
  }
}
