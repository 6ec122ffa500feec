import type { z } from 'zod'
import type { Notice } from './notice.ts'

/** What became of one try. */
export type Outcome = {
  delivered: boolean
  /** Trying again can help. */
  retry: boolean
  /** What came back, without secrets. */
  answer: string
  /** The receiver's own Retry-After. */
  waitMs?: number
  /** Of a notice that is several requests: the keys of those that were taken, now or before. */
  reached?: string[]
}

/** A browser's subscription to Web Push, as `PushManager` gives it. */
export type PushSubscription = { endpoint: string; keys: { p256dh: string; auth: string } }

/** The browsers that people have subscribed, and the keys by which their push services know this Evenkeel (VAPID, RFC 8292). */
export interface Browsers {
  keys(): { publicKey: string; privateKey: string }
  list(): PushSubscription[]
  /** Its push service says that the subscription has ended. */
  gone(endpoint: string): void
}

/** One try of one delivery. */
export type Attempt = {
  /** The delivery's id, an idempotency key: of this notice alone, and the same at each try, also after a crash. */
  id: string
  /** Epoch ms. */
  at: number
  /** Aborts at the deadline of the try, and when Evenkeel ends. */
  signal: AbortSignal
  browsers: Browsers
  /** What `Outcome.reached` was after the try before. */
  reached: readonly string[]
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
