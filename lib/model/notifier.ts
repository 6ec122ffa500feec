import type { z } from 'zod'
import type { Notice } from './notice.ts'

/** A channel. Stateless: grouping, retries, the outbox and silences are stages around it. */
export interface Notifier<Config> {
  /** `webhook`: the key under a receiver and the file's name in lib/notifiers. */
  kind: string
  config: z.ZodType<Config>
  /** `retry` says whether trying again can help; `answer` is what came back, without secrets. Never throws for a refusal. */
  notify(config: Config, notice: Notice, signal: AbortSignal): Promise<{ delivered: boolean; retry: boolean; answer: string }>
}
// biome-ignore lint/suspicious/noExplicitAny: the registry holds notifiers of every config; each is checked where it is written.
export type AnyNotifier = Notifier<any>
