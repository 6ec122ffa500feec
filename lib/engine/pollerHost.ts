import type { Parsed, Probe } from '../model/product.ts'
import type { Beats } from './beats.ts'
import type { Clock } from './clock.ts'
import type { Poller } from './poller.ts'

/** The target that pollers poll: what they are told, and whom they tell. One for all of its probes. */
export interface PollerHost {
  readonly clock: Clock
  readonly beats: Beats
  readonly link: unknown
  /** The configuration's. */
  readonly poll: { readonly everyMs: number; readonly timeoutMs: number }
  /** The one without which it is not read. */
  readonly vitalProbe: Probe<unknown, unknown> | undefined
  /** How long until the next poll; the rhythm unless the target is down. */
  delayMs(poller: Poller): number
  /** A good answer. The next poll waits until a large one has been taken in. */
  onRead(poller: Poller, parsed: Parsed, at: number): void | Promise<void>
  /** A failed one: answers the probe's next state. Nothing is appended: the series shows a gap. One that is `resting` is asked again after `delayMs`. */
  onFail(poller: Poller, error: unknown): { state: 'gap' | 'resting' | 'unavailable'; because: string }
  /** Its state was set: what a page shows of the target may have changed. */
  onStatus(): void
  /** Its poll is about to begin: who is to go before it may `ride`. */
  beforeBeat(poller: Poller): void
  /** Its poll has begun: others of the target that are due may `ride` with it. */
  afterBeat(poller: Poller): void
}
