import { Worker } from 'node:worker_threads'
import { type ErrorCode, EvenkeelError } from '../../model/error.ts'
import type { RingAnswer } from '../../model/ring.ts'

export type RingQuestion = { before: unknown; after?: unknown; keys?: unknown }
export type Question = { id: number; question: RingQuestion }
export type Answer = { id: number } & ({ answer: RingAnswer } | { code: ErrorCode; detail: string })

/** Waiting longer than for these would only make everybody wait. */
const WAITING_MAX = 16
const DEADLINE_MS = 15_000

type Waiting = { resolve(answer: RingAnswer): void; reject(error: Error): void; timer: NodeJS.Timeout }

let worker: Worker | null = null
let ids = 0
const waiting = new Map<number, Waiting>()

/** Evaluates rings in a worker thread, one after the other, with a deadline. Throws as `evaluate` does, and `unavailable` when too many wait. */
export function evaluateInThread(question: RingQuestion): Promise<RingAnswer> {
  if (waiting.size >= WAITING_MAX)
    return Promise.reject(new EvenkeelError('unavailable', 'Too many rings are being evaluated; try again in a moment.'))
  const id = ++ids
  const thread = worker ?? begin()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new EvenkeelError('invalid', 'This ring takes too long to evaluate.')), DEADLINE_MS)
    waiting.set(id, { resolve, reject, timer })
    thread.ref()
    thread.postMessage({ id, question } satisfies Question)
  })
}

function begin(): Worker {
  const thread = new Worker(new URL('./ringWorker.ts', import.meta.url))
  worker = thread
  thread.on('message', (message: Answer) => {
    const found = waiting.get(message.id)
    if (!found) return
    waiting.delete(message.id)
    clearTimeout(found.timer)
    if (waiting.size === 0) thread.unref()
    if ('answer' in message) found.resolve(message.answer)
    else found.reject(new EvenkeelError(message.code, message.detail))
  })
  thread.on('error', (error) => fail(error))
  return thread
}

/** A thread that is stuck or broken is ended with all that waited for it; the next question begins another. */
function fail(error: Error): void {
  const ended = worker
  worker = null
  for (const { reject, timer } of waiting.values()) {
    clearTimeout(timer)
    reject(error)
  }
  waiting.clear()
  void ended?.terminate()
}
