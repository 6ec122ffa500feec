import type { Finding } from '../../model/finding.ts'
import type { Route, Silence } from '../../model/notice.ts'
import { flappingOf, type Onsets } from './flaps.ts'
import { type Followers, NO_FOLLOWERS } from './followers.ts'
import { inhibitedBy } from './inhibit.ts'
import { quietUntil } from './quiet.ts'
import { findingLabels } from './route.ts'
import { silencing } from './silence.ts'

/** Why a finding is not told on a route now. `until`: epoch ms. */
export type Muted =
  | { why: 'inhibit'; by: Finding }
  /** `by`: a target that is down. `until`: null while it is. */
  | { why: 'follows'; by: Finding; until: number | null }
  | { why: 'flaps'; times: number; until: number }
  | { why: 'silence'; silences: Silence[]; until: number }
  | { why: 'quiet'; until: number }

/** What holds a finding back besides what people and the configuration say. */
export type HeldBack = Extract<Muted, { why: 'follows' | 'flaps' }>

/** All that fires, the silences, and the time: what the muting stages look at. */
export type Surroundings = { firing: readonly Finding[]; silences: readonly Silence[]; followers: Followers; onsets: Onsets; at: number }

export type Mutes = {
  /** Why it is held back, by the first stage that does, or null. */
  of(finding: Finding): Muted | null
  /** Quiet hours hold the end of a finding back too: nobody is woken to hear that it is over. Of what flaps the end may be none. */
  isQuiet(finding: Finding): boolean
}

/** The muting stages of one route at one moment, in their order: inhibition, causes, flaps, silences, quiet hours. */
export function mutesOf(
  route: Pick<Route, 'inhibit' | 'followers' | 'quiet'>,
  { firing, silences, followers, onsets, at }: Surroundings,
): Mutes {
  const inhibited = inhibitedBy(route.inhibit, firing)
  const quiet = quietUntil(route.quiet, at)
  return {
    of(finding) {
      const labels = findingLabels(finding)
      const by = inhibited(labels)
      if (by) return { why: 'inhibit', by }
      const held = heldBack(finding, { followers: route.followers === 'mute' ? followers : NO_FOLLOWERS, onsets, at })
      if (held) return held
      const muting = silencing(silences, labels, at)
      if (muting.length > 0) return { why: 'silence', silences: muting, until: Math.max(...muting.map(({ until }) => until)) }
      const until = quiet(labels)
      return until === null ? null : { why: 'quiet', until }
    },
    isQuiet: (finding) => quiet(findingLabels(finding)) !== null || flappingOf(finding, onsets, at) !== null,
  }
}

/** What a target that is down, or flap damping, holds back. */
export function heldBack(finding: Finding, { followers, onsets, at }: Pick<Surroundings, 'followers' | 'onsets' | 'at'>): HeldBack | null {
  const cause = followers.get(finding.id)
  if (cause && (cause.until === null || cause.until > at)) return { why: 'follows', ...cause }
  const flapping = flappingOf(finding, onsets, at)
  return flapping && !flapping.first ? { why: 'flaps', times: flapping.times, until: flapping.until } : null
}
