import type { z } from 'zod'
import type { Finding, Verdict } from './finding.ts'
import type { Draft, NoRemedy } from './proposal.ts'
import type { RecordKind } from './record.ts'
import type { SolverAnswer, SolverQuestion } from './ringSolver.ts'
import type { TargetAbilities, Topology } from './topology.ts'
import type { SeriesWindow } from './window.ts'

/**
 * What a rule reads: its window hands out nothing else, so that what it says here is true, and which rules work on which product can be
 * computed.
 */
export type Needs = {
  /** How much history, in ms. */
  spanMs: number
  /** The coarsest values of a provider that it can judge, ms between them. Default: as many as its history has to hold (`lib/metrics/fine.ts`). */
  stepMostMs?: number
  /** Of which earlier times it reads the same hour too (`SeriesWindow.ago`): a day ago, a week ago. */
  offsetsMs?: readonly number[]
  /** Required metrics. A computed metric stands for those that it is computed from. */
  metrics: readonly string[]
  /** Likewise for records: hot keys, slow entries. */
  records?: readonly RecordKind[]
  /** The part of the topology whose things it judges. */
  topology?: TopologyKind
  /** What the product must be able to do. */
  can?: readonly (keyof TargetAbilities)[]
  /** Optional inputs: used where they exist. */
  also?: { metrics?: readonly string[]; records?: readonly RecordKind[] }
}
/** Parts of the topology that not every product reports. */
export type TopologyKind = 'pools' | 'rings' | 'cluster'

/**
 * A rule. Pure: no store, no clock, no I/O; `window.to` is now. Returns a verdict on every subject it knows: found, clear, or unjudged with a reason.
 * `clear` of a target also clears findings about parts of it (a key that is no longer among the hottest) that have no verdict of their own.
 * `settings` holds every threshold with its default; `for` (ms) is how long a verdict must hold before it fires and is honoured by the
 * engine, as is `resolveAfter` (ms) of clear verdicts before it resolves.
 */
export interface Detector<S extends DetectorSettings = DetectorSettings> {
  /** `cache/hit-ratio-drop`: the file's path in lib/detectors. */
  id: string
  title: string
  /** Why it matters, a paragraph for the page: what it costs, what usually causes it. */
  why: string
  /** When it is harmless: where such a finding needs nobody. */
  harmless: string
  settings: z.ZodType<S>
  /** It compares with what it learned of this fleet: silent for the learning time after start. */
  learns?: boolean
  needs: Needs
  /** What such a finding costs now; null where nothing can be counted. */
  price?(finding: Finding, window: SeriesWindow): Price | null
  /** Judged one by one as they are asked for: of a large fleet that takes long, and whoever asks lets others run in between. */
  detect(window: SeriesWindow, topology: Topology, settings: S): Iterable<Verdict>
}
/** What a finding costs a second, in the unit of what is lost: `requests failed a second`. */
export type Price = { value: number; what: string }
/** Every detector's settings hold these two. */
export type DetectorSettings = { for: number; resolveAfter: number }
// biome-ignore lint/suspicious/noExplicitAny: the registry holds detectors of every settings type; each is checked where it is written.
export type AnyDetector = Detector<any>

/** A continuation: a question that takes too long to compute in a tick, and the advice once it is answered. Pure. */
export type Question = { ask: SolverQuestion; conclude(answer: SolverAnswer): Draft | NoRemedy }

/** The configured settings of a rule, for an advisor that draws the same line; undefined where its defaults hold. */
export type SettingsOf = (rule: string) => DetectorSettings | undefined

/** A remedy: finding -> draft of a proposal with a prediction, `none` with a sentence, or null when it has nothing to say (yet). Pure. */
export interface Advisor {
  /** `pool-weights`: the file's name in lib/advisors. */
  id: string
  title: string
  answers: string[]
  /** How much history it reads. */
  spanMs: number
  /** Why it may be applied without a person, where the configuration allows that. Absent: it never is. */
  unattended?: string
  propose(finding: Finding, window: SeriesWindow, topology: Topology, settingsOf?: SettingsOf): Draft | NoRemedy | Question | null
}
