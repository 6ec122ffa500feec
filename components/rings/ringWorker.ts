import { answer } from '@/lib/lab/answer.ts'
import type { LabAnswer, LabQuestion } from '@/lib/lab/compute.ts'

/** Computes rings beside the page, so that typing never waits for a circle. */
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
