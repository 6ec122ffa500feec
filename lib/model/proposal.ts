import type { Unit } from './finding.ts'
import type { Labels } from './series.ts'
import { type SettingText, settingKey } from './setting.ts'
import { SLOTS_NAME } from './slots.ts'

/** What a change does to one setting, as the API and the stored documents write it. */
export type Step = { setting: SettingText; before: string; after: string }

/** What the metric will be when the change has worked, in the metric's own unit; low ≤ after ≤ high. */
export type Prediction = {
  metric: string
  where: Labels
  unit: Unit
  before: number
  after: number
  low: number
  high: number
  /** Its basis: "response times of 10 min, 41 000 requests". */
  basis: string
  /** By what the band was widened, because earlier outcomes on this fleet asked for it. */
  widened?: number
  /** What is predicted is that the metric stays within the band, while something else is won: less memory, no fewer hits. */
  holds?: true
  /**
   * Of an effect that shows in an event, not in the steady state (keys of one load end together): `before` is the event's own, and the effect
   * is judged once the event has come again, which is when `counter` has grown by `least` beside `background` a second.
   */
  event?: { counter: string; least: number; background: number; words: string }
  /** How far the metric may first go the wrong way because of the change itself (moved keys are misses, a queue drains), and for how long. */
  dip?: { metric: string; where: Labels; to: number; forMs: number }
}

/** Rolls back by itself when `metric op limit` has held for `forMs`. */
export type Guard = { metric: string; where: Labels; unit: Unit; op: '>' | '<'; limit: number; forMs: number; why: string }

export type Risk = 'low' | 'medium' | 'high'

/** The result of an advisor: a finding's remedy with its predicted effect, or the reason why no effect can be predicted. */
export type Draft = {
  steps: [Step, ...Step[]]
  because: string
  predict: Prediction | { absentBecause: string }
  guards: Guard[]
  risk: Risk
  /** Why the risk is what it is, and what a roll-back cannot bring back. */
  riskBecause: string
  /** Text to offer where Evenkeel is not the owner of the setting, or beside a change: a line of the config file. */
  patch?: string
  /** Where it may not be applied here, only copied: "source is map-based: HAProxy refuses weights at run time". */
  patchOnly?: string
}

/** A finding about which something could be done, but not by a setting: the sentence the page shows. */
export type NoRemedy = { none: string }

export type ProposalState = 'open' | 'superseded' | 'applied' | 'withdrawn'

/** Immutable but for its state: a renewal has a new id and the old one becomes superseded. */
export type Proposal = {
  id: string
  finding: string
  advisor: string
  steps: Step[]
  because: string
  prediction: Prediction | null
  /** Why there is no prediction, when there is none. */
  unpredicted?: string
  guards: Guard[]
  risk: Risk
  riskBecause: string
  /** Exactly what will be sent. */
  commands: string[]
  patch?: string
  patchOnly?: string
  state: ProposalState
  createdAt: number
  /** The renewal that took its place, and when (epoch ms); only of a superseded one. */
  replaced?: { by: string; at: number }
}

/** Of the live value, a difference that is the same advice in other noise: 12 or 15 instead of 100. */
const NOISE = 0.05

/**
 * True when two lists of steps are the same advice: from the same live values, to values within that part of each other or as good as equal
 * beside the live one. A setting that only one of them changes is one that the other leaves as it is: 160 to 159, or not at all.
 */
export function sameAdvice(one: readonly Step[], other: readonly Step[], within: number): boolean {
  const [plan, renewed] = [planOf(one), planOf(other)]
  // Which slots relieve a master changes with each measurement: what they come to is the prediction's business.
  if (plan && renewed) return plan.setting.target === renewed.setting.target && plan.before === renewed.before
  const all = new Map<string, { before: string; one?: string; other?: string }>()
  for (const step of one) all.set(settingKey(step.setting), { before: step.before, one: step.after })
  for (const step of other) {
    const known = all.get(settingKey(step.setting))
    if (known && known.before !== step.before) return false
    all.set(settingKey(step.setting), { ...known, before: step.before, other: step.after })
  }
  return [...all.values()].every(({ before, one: to = before, other: otherwise = before }) => {
    const [a, b] = [Number(to), Number(otherwise)]
    const noise = Math.max(within * Math.max(Math.abs(a), Math.abs(b)), NOISE * Math.abs(Number(before) || 0))
    return to === otherwise || Math.abs(a - b) <= noise
  })
}

/** The step that moves slots, of a proposal that does. */
const planOf = (steps: readonly Step[]) => steps.find(({ setting }) => SLOTS_NAME.test(setting.name))

/** A person who began to read a proposal decides within this time. */
const HELD_MS = 120_000
/** Values that differ by less than this part are nearly the same. */
const HELD_WITHIN = 0.1

/**
 * Until when (epoch ms) a superseded proposal can still be applied; null when it cannot. `renewal` is what took its place. It can while the
 * renewal sets the same settings to nearly the same values: evidence moves on while somebody reads.
 */
export function heldUntil({ state, steps, replaced }: Proposal, renewal: Proposal | null): number | null {
  if (state !== 'superseded' || !replaced || !renewal) return null
  return sameAdvice(steps, renewal.steps, HELD_WITHIN) ? replaced.at + HELD_MS : null
}
