import { randomUUID } from 'node:crypto'
import { firingAlerts } from '../../engine/dispatch/alerts.ts'
import { findingLabels } from '../../engine/dispatch/route.ts'
import { silences, silencing } from '../../engine/dispatch/silence.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { SilencePreview, SilenceView } from '../../model/answers/silence.ts'
import type { ClockStep } from '../../model/clock.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Finding } from '../../model/finding.ts'
import { type Matcher, matcherText } from '../../model/matcher.ts'
import { conditionsOf } from '../../model/matching.ts'
import type { Silence } from '../../model/notice.ts'
import type { Labels } from '../../model/series.ts'
import { withIso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

export type NewSilence = { match: Labels; matchers: Matcher[]; from?: number; until: number; reason: string }
export type SilenceEdit = Partial<NewSilence>

/** Ids of silences that mute this finding now. */
export function silencedBy(runtime: Pick<Runtime, 'store'>, finding: Finding, now: number): string[] {
  return silencing(runtime.store.silences.list(), findingLabels(finding), now).map(({ id }) => id)
}

export function listSilences(runtime: Runtime, paging?: Paging): Page<SilenceView> {
  const { items, ...rest } = pageNewest(runtime.store.silences.list(), (silence) => silence.from, paging)
  return { items: items.map((silence) => silenceView(runtime, silence)), ...rest }
}

export function getSilence(runtime: Runtime, id: string): SilenceView {
  return silenceView(runtime, silenceOf(runtime, id))
}

export function createSilence(runtime: Runtime, { from = runtime.now(), until, reason, ...what }: NewSilence, by: string): SilenceView {
  const silence = checked(runtime, { id: randomUUID(), ...conditionsOf(what), from, until, by, reason })
  runtime.store.silences.put(silence)
  return silenceView(runtime, silence)
}

/** The silence with other conditions, another time or another reason; it is of whoever changed it last. */
export function changeSilence(runtime: Runtime, id: string, { match, matchers, ...times }: SilenceEdit, by: string): SilenceView {
  const before = silenceOf(runtime, id)
  const conditions = match || matchers ? conditionsOf({ match: match ?? {}, matchers: matchers ?? [] }) : {}
  const silence = checked(runtime, { ...before, ...conditions, ...times, by })
  runtime.store.silences.put(silence)
  return silenceView(runtime, silence)
}

/** What a silence of these conditions would mute of what fires now. */
export function previewSilence(runtime: Runtime, matchers: Matcher[]): SilencePreview {
  const conditions = conditionsOf({ match: {}, matchers })
  const firing = matchers.length > 0 ? firingAlerts(runtime.store, runtime.now()) : []
  const muted = firing.filter((finding) => silences(conditions, findingLabels(finding)))
  return {
    matchers: textsOf(conditions),
    total: muted.length,
    items: muted.slice(0, PREVIEWED_MAX).map(({ id, rule, severity, subject, summary }) => ({ id, rule, severity, subject, summary })),
  }
}

export function deleteSilence(runtime: Runtime, id: string): void {
  if (!runtime.store.silences.delete(id)) throw new EvenkeelError('not_found', 'There is no silence of that id.')
}

/** The clock was set: a silence that runs goes on for what was left of it; one that was planned keeps its dates. */
export function moveSilences({ store }: Pick<Runtime, 'store'>, { at, byMs }: ClockStep): void {
  const before = at - byMs
  for (const silence of store.silences.list(({ from, until }) => from <= before && before < until))
    store.silences.put({ ...silence, from: silence.from + byMs, until: silence.until + byMs })
}

const PREVIEWED_MAX = 50

function silenceOf({ store }: Runtime, id: string): Silence {
  const silence = store.silences.get(id)
  if (!silence) throw new EvenkeelError('not_found', 'There is no silence of that id.')
  return silence
}

function checked(runtime: Runtime, silence: Silence): Silence {
  if (silence.until <= silence.from) throw new EvenkeelError('invalid', 'until: must be after from.')
  if (silence.until <= runtime.now()) throw new EvenkeelError('invalid', 'until: is in the past.')
  return silence
}

const textsOf = ({ match, matchers = [] }: Pick<Silence, 'match' | 'matchers'>): string[] =>
  [...Object.entries(match).map(([label, value]): Matcher => ({ label, op: '=', value })), ...matchers].map(matcherText)

const silenceView = (runtime: Runtime, silence: Silence): SilenceView => ({
  ...withIso(silence, 'from', 'until'),
  matchers: textsOf(silence),
  active: silence.from <= runtime.now() && runtime.now() < silence.until,
})
