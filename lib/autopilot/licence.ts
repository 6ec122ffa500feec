import { text } from '../format/format.ts'
import type { AutopilotRule } from '../model/autopilot.ts'
import type { Judged } from './record.ts'

/** A person's return of a licence: regressions of until then are forgiven, by the ids of their changes. */
export type Returned = { at: number; by: string; forgiven: readonly string[] }

export type Licence = {
  licensed: boolean
  /** What its record lacks, as sentences without their end; none while it is good enough. */
  missing: string[]
  judged: number
  inside: number
  /** The step of its own that regressed and took the licence away, until a person returns it. */
  revoked: Judged | null
}

/**
 * Whether a remedy's own record on this fleet lets it be applied without a person. The part inside the band must be enough of all judged changes, as
 * the page of calibration counts them, and of the newest ones: a long good past must not hide that it has begun to be wrong.
 */
export function licenceOf(
  { id, licence }: Pick<AutopilotRule, 'id' | 'licence'>,
  record: readonly Judged[],
  returned: Returned | null,
): Licence {
  const forgiven = new Set(returned?.forgiven)
  const regressed = ({ change, regressed }: Judged) => regressed && !forgiven.has(change)
  const inside = record.filter((one) => one.inside).length
  const newest = record.slice(-licence.judged)
  const shares = [share(record), share(newest)] as const
  const revoked = record.findLast((one) => one.rule === id && regressed(one)) ?? null
  const bad = record.slice(-licence.withoutRegression).findLast(regressed)
  const missing: string[] = []
  if (record.length < licence.judged) missing.push(`${record.length} of ${licence.judged} judged changes`)
  const worse = Math.min(...shares)
  if (record.length > 0 && worse < licence.inside)
    missing.push(
      `${text(worse, 'ratio')} inside the band${shares[0] >= licence.inside ? ` in the newest ${newest.length}` : ''}, ${text(licence.inside, 'ratio')} needed`,
    )
  if (bad && bad !== revoked) missing.push(`change ${bad.change} regressed, and none may among the newest ${licence.withoutRegression}`)
  return { licensed: missing.length === 0 && revoked === null, missing, judged: record.length, inside, revoked }
}

const share = (some: readonly Judged[]): number => (some.length === 0 ? 0 : some.filter(({ inside }) => inside).length / some.length)

/** Why it is not licensed, as a sentence. */
export function unlicensedText({ missing, revoked }: Licence): string {
  const words = [
    ...(revoked ? [`Its licence was taken away by change ${revoked.change}, which regressed; a person may return it`] : []),
    ...missing,
  ]
  return `${words.join('; ')}.`
}
