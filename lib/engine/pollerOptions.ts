import type { Parsed, Probe } from '../model/product.ts'
import type { Clock } from './clock.ts'

/** What one poller is told, and whom it tells. */
export type PollerOptions<Link> = {
  probe: Probe<Link, unknown>
  everyMs: number
  timeoutMs: number
  link: () => Link
  clock: Clock
  /** A good answer. The next poll waits until a large one has been taken in. */
  onRead(parsed: Parsed, at: number): void | Promise<void>
  /** A failed one: answers the probe's next state. Nothing is appended: the series shows a gap. One that is `resting` is asked again after `delayMs`. */
  onFail(error: unknown): { state: 'gap' | 'resting' | 'unavailable'; because: string }
  /** Its state was set: what a page shows of the target may have changed. */
  onStatus(): void
  /** How long until the next poll; the rhythm unless the target is down. */
  delayMs(): number
  /** Its poll is about to begin: who is to go before it may `ride`. */
  beforeBeat?(): void
  /** Its poll has begun: others of the target that are due may `ride` with it. */
  afterBeat?(): void
}
