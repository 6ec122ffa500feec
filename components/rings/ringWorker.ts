import { answer } from '@/lib/lab/answer.ts'
import type { LabAnswer, LabQuestion } from '@/lib/lab/compute.ts'

/** The messages of the ring worker, which computes rings off the main thread so that typing never waits. */
export type Asked = { id: number; question: LabQuestion }
export type Answered = { id: number } & ({ answer: LabAnswer } | { because: string })

const scope = self as unknown as { onmessage: (event: MessageEvent<Asked>) => void; postMessage(message: Answered): void }

scope.onmessage = ({ data: { id, question } }) => {
  try {
    scope.postMessage({ id, answer: answer(question) })
  } catch (error) {
    scope.postMessage({ id, because: error instanceof Error ? error.message : String(error) })
  }
}
