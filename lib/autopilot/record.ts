import type { Change } from '../model/change.ts'

/** A change of a remedy whose effect was judged. */
export type Judged = {
  change: string
  /** Epoch ms: when it ended; of one that is being rolled back, when it was made. */
  at: number
  /** The measured effect lay inside the predicted band. */
  inside: boolean
  regressed: boolean
  /** The policy of the autopilot that made it, where it did. */
  rule?: string
}

/** The judged changes of each remedy, the oldest first: those that a person applied count as much as those of the autopilot. */
export function recordsOf(
  changes: readonly Readonly<Change>[],
  advisorOf: (proposal: string) => string | undefined,
): Map<string, Judged[]> {
  const judged = changes.flatMap((change): [string, Judged][] => {
    const { proposal, verdict, drill } = change
    if (drill || !proposal || !verdict || verdict === 'unjudged') return []
    const advisor = advisorOf(proposal)
    return advisor === undefined ? [] : [[advisor, judgedOf(change)]]
  })
  judged.sort(([, a], [, b]) => a.at - b.at)
  const records = new Map<string, Judged[]>()
  for (const [advisor, one] of judged) records.set(advisor, [...(records.get(advisor) ?? []), one])
  return records
}

/** A guard may roll back before anything was measured: then nothing lay inside. */
function judgedOf({ id, at, endedAt, verdict, prediction, measured, autopilot }: Readonly<Change>): Judged {
  const inside = !!prediction && !!measured && measured.after >= prediction.low && measured.after <= prediction.high
  return { change: id, at: endedAt ?? at, inside, regressed: verdict === 'regressed', ...(autopilot && { rule: autopilot.rule }) }
}
