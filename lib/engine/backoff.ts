import type { Change } from '../model/change.ts'
import type { ClockStep } from '../model/clock.ts'
import type { Finding } from '../model/finding.ts'
import { labelsKey } from '../model/series.ts'
import type { Store } from '../model/store.ts'

type Rest = { until: number; ms: number }

const PREFIX = 'rest:'
const REST_MS = 15 * 60_000
const REST_MAX_MS = 4 * 3_600_000

export interface Backoff {
  /** Hears of a change's fate. */
  note(change: Change): void
  /** Epoch ms until which this remedy for this subject is not proposed; null when it may be. */
  until(advisor: string, finding: Pick<Finding, 'rule' | 'subject'>): number | null
  /** The clock was set: who rests goes on resting for what was left of it. */
  stepClock(step: ClockStep): void
}

/**
 * A remedy that did not help its subject rests: 15 min after a roll-back that Evenkeel did by itself, twice as long after the next, up to
 * 4 h. One that improved it starts afresh. A person's roll-back is no verdict on the remedy.
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
      const ms = Math.min(REST_MAX_MS, (store.memory.get<Rest>(key)?.ms ?? REST_MS / 2) * 2)
      store.memory.put(key, { until: change.endedAt + ms, ms } satisfies Rest)
    },
    until: (advisor, finding) => store.memory.get<Rest>(keyOf(advisor, finding))?.until ?? null,
    stepClock({ at, byMs }) {
      for (const key of store.memory.keys(PREFIX)) {
        const rest = store.memory.get<Rest>(key)
        if (rest && rest.until > at - byMs) store.memory.put(key, { ...rest, until: rest.until + byMs } satisfies Rest)
      }
    },
  }
}
