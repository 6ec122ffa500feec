import type { z } from 'zod'
import type { Notice } from './notice.ts'

/** What became of one try. `retry`: trying again can help. `answer`: what came back, without secrets. `waitMs`: the receiver's own Retry-After. */
export type Outcome = { delivered: boolean; retry: boolean; answer: string; waitMs?: number }

/** One try of one delivery. */
export type Attempt = {
  /** The delivery's id, an idempotency key: of this notice alone, and the same at each try, also after a crash. */
  id: string
  /** Epoch ms. */
  at: number
  /** Aborts at the deadline of the try, and when Evenkeel ends. */
  signal: AbortSignal
}

/** A channel. Stateless: grouping, retries, the outbox and silences are stages around it. */
export interface Notifier<Config> {
  /** `webhook`: the key under a receiver and the file's name in lib/notifiers. */
  kind: string
  config: z.ZodType<Config>
  /** Of a receiver where what is not sent again ends by itself: how often it is. */
  refreshMs?: number
  /** Never throws for a refusal. */
  notify(config: Config, notice: Notice, attempt: Attempt): Promise<Outcome>
}
// biome-ignore lint/suspicious/noExplicitAny: the registry holds notifiers of every config; each is checked where it is written.
export type AnyNotifier = Notifier<any>
