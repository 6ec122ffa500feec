import type { Finding, Severity } from './finding.ts'
import type { Matcher } from './matcher.ts'
import type { Labels } from './series.ts'
import type { WeeklyWindow } from './weeklyWindow.ts'

/** One message about findings of one group, for one receiver. */
export type Notice = {
  receiver: string
  status: 'firing' | 'resolved'
  groupLabels: Labels
  /**
   * What receivers deduplicate by: one for each group of each route, the same at its beginning and its end. A digest spans groups and has one
   * of its own: what opens and closes incidents goes by the findings' ids. Absent in what an older version left to send.
   */
  groupKey?: string
  /** It holds what was over the route's limit, of all its groups. */
  digest?: true
  externalUrl: string
  findings: Finding[]
  /** What a message says beyond the finding, by its id. Absent in what an older version left to send. */
  about?: Record<string, AboutFinding>
}

/**
 * As sentences without their end: "1 200 reads lost to the origin a second". `cause`: its incident by its first cause, where it is not alone in it:
 * "cache-b: mass expiry, and 3 that follow". `note`: what else is to be known of the notice itself.
 */
export type AboutFinding = { cause?: string; consequence?: string; proposal?: string; note?: string }

/** A notice's fate. Survives restarts: the outbox is durable. */
export type Delivery = {
  id: string
  receiver: string
  /** `webhook`, `slack`, … */
  channel: string
  at: number
  findings: string[]
  status: 'firing' | 'resolved' | 'test'
  state: 'queued' | 'delivered' | 'failed'
  attempts: number
  nextAt?: number
  /** Epoch ms until which the receiver asked to be left alone (`Retry-After`): it holds for all that its channel has to send. */
  pausedUntil?: number
  /** What came back, without secrets. */
  answer?: string
  /** Of a notice that is several requests, while it is tried: those that were taken. */
  reached?: string[]
}

export type Silence = {
  id: string
  /** Labels that must be equal; `rule` and `severity` may stand among them. */
  match: Labels
  /** Conditions besides. Absent in silences of an older version. */
  matchers?: Matcher[]
  from: number
  until: number
  by: string
  reason: string
}

/** Inhibition: while a finding that matches `by` fires, those that match `mute` and agree with it in the `equal` labels are held back. */
export type Inhibition = { by: Labels; mute: Labels; equal: string[] }

/** Quiet hours: a weekly window in which notices wait. */
export type QuietHours = WeeklyWindow & {
  /** What is told all the same; null: nothing. */
  but: Labels | null
}

/** A rate limit: so many notices in any span of `perMs`; what is over it waits for a digest. */
export type RateLimit = { count: number; perMs: number }

export type Route = {
  match: { severity?: Severity; rule?: string } & Labels
  /** Conditions besides. */
  matchers?: Matcher[]
  to: string[]
  group: string[]
  waitMs: number
  repeatMs: number
  /** Whether the routes after it are asked too about what it takes. */
  continue: boolean
  inhibit: Inhibition[]
  /** What follows from a target that is down: held back while it is, or told as all else. */
  followers: 'mute' | 'tell'
  quiet: QuietHours[]
  limit: RateLimit | null
}
