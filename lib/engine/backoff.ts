import type { Change } from '../model/change.ts'
import type { ClockStep } from '../model/clock.ts'
import type { Finding } from '../model/finding.ts'
import { labelsKey } from '../model/series.ts'
import type { Store } from '../model/store.ts'

/** Until when (epoch ms) a remedy is not proposed for a subject, and how long that is from its begin on. */
export type BackoffTime = { until: number; ms: number }

/** Exponential back-off of remedies that did not help. */
export interface Backoff {
  /** Takes note of a change's fate. */
  note(change: Change): void
  /** Epoch ms until which this remedy for this subject is not proposed; null when it may be. */
  until(advisor: string, finding: Pick<Finding, 'rule' | 'subject'>): number | null
  /** The clock was set: what was left of a back-off is left still. */
  stepClock(step: ClockStep): void
}

/** In the store, as earlier versions wrote it. */
const PREFIX = 'rest:'
const FIRST_MS = 15 * 60_000
const MAX_MS = 4 * 3_600_000

/** The back-off after one more roll-back: twice as long as the one before, up to a limit. */
export function nextBackoff(before: BackoffTime | null, endedAt: number): BackoffTime {
  const ms = before === null ? FIRST_MS : Math.min(MAX_MS, before.ms * 2)
  return { until: endedAt + ms, ms }
}

/**
 * A remedy that did not help its subject is backed off: 15 min after a roll-back that Evenkeel did by itself, twice as long after the next, up
 * to 4 h. One that improved it starts afresh. A person's roll-back is no verdict on the remedy.
 */
export function createBackoff(store: Store): Backoff {
  const keyOf = (advisor: string, { rule, subject }: Pick<Finding, 'rule' | 'subject'>) =>
    `${PREFIX}${advisor}:${rule}:${labelsKey(subject)}`
  const counted = new Set<string>()

  return {
    note(change) {
      if (!change.proposal || !change.endedAt || counted.has(change.id)) return
      const proposal = store.proposals.get(change.proposal)
      const finding = proposal && store.findings.get(proposal.finding)
      if (!finding) return
      const key = keyOf(proposal.advisor, finding)
      if (change.state === 'kept' && change.verdict === 'improved') store.memory.delete(key)
      // One that was put back because Evenkeel was interrupted says nothing about the remedy.
      if (change.state !== 'rolled_back' || !change.automatic || change.verdict === 'unjudged') return
      counted.add(change.id)
      store.memory.put(key, nextBackoff(store.memory.get<BackoffTime>(key), change.endedAt))
    },
    until: (advisor, finding) => store.memory.get<BackoffTime>(keyOf(advisor, finding))?.until ?? null,
    stepClock({ at, byMs }) {
      for (const key of store.memory.keys(PREFIX)) {
        const time = store.memory.get<BackoffTime>(key)
        if (time && time.until > at - byMs) store.memory.put(key, { ...time, until: time.until + byMs } satisfies BackoffTime)
      }
    },
  }
}
