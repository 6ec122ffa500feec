import type { Finding } from '../../model/finding.ts'
import type { Route, Silence } from '../../model/notice.ts'
import type { Labels } from '../../model/series.ts'
import { inhibitedBy } from './inhibit.ts'
import { quietUntil } from './quiet.ts'
import { silencing } from './silence.ts'

/** Why a finding is not told on a route now. `until`: epoch ms. */
export type Muted =
  | { why: 'inhibit'; by: Finding }
  | { why: 'silence'; silences: Silence[]; until: number }
  | { why: 'quiet'; until: number }

/** All that fires, the silences, and the time: what the muting stages look at. */
export type Surroundings = { firing: readonly Finding[]; silences: readonly Silence[]; at: number }

export type Mutes = {
  /** Why it is held back, by the first stage that does, or null. */
  of(labels: Labels): Muted | null
  /** Quiet hours hold the end of a finding back too: nobody is woken to hear that it is over. */
  isQuiet(labels: Labels): boolean
}

/** The muting stages of one route at one moment, in their order: inhibition, silences, quiet hours. */
export function mutesOf(route: Pick<Route, 'inhibit' | 'quiet'>, { firing, silences, at }: Surroundings): Mutes {
  const inhibited = inhibitedBy(route.inhibit, firing)
  const quiet = quietUntil(route.quiet, at)
  return {
    of(labels) {
      const by = inhibited(labels)
      if (by) return { why: 'inhibit', by }
      const muting = silencing(silences, labels, at)
      if (muting.length > 0) return { why: 'silence', silences: muting, until: Math.max(...muting.map(({ until }) => until)) }
      const until = quiet(labels)
      return until === null ? null : { why: 'quiet', until }
    },
    isQuiet: (labels) => quiet(labels) !== null,
  }
}
