import { randomUUID } from 'node:crypto'
import { findingLabels } from '../../engine/dispatch/route.ts'
import { silencing } from '../../engine/dispatch/silence.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { SilenceView } from '../../model/answers/silence.ts'
import type { ClockStep } from '../../model/clock.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Finding } from '../../model/finding.ts'
import type { Silence } from '../../model/notice.ts'
import type { Labels } from '../../model/series.ts'
import { withIso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'

export type NewSilence = { match: Labels; from?: number; until: number; reason: string }

/** Ids of silences that mute this finding now. */
export function silencedBy(runtime: Pick<Runtime, 'store'>, finding: Finding, now: number): string[] {
  return silencing(runtime.store.silences.list(), findingLabels(finding), now).map(({ id }) => id)
}

export function listSilences(runtime: Runtime, paging?: Paging): Page<SilenceView> {
  const { items, ...rest } = pageNewest(runtime.store.silences.list(), (silence) => silence.from, paging)
  return { items: items.map((silence) => silenceView(runtime, silence)), ...rest }
}

export function getSilence(runtime: Runtime, id: string): SilenceView {
  const silence = runtime.store.silences.get(id)
  if (!silence) throw new EvenkeelError('not_found', 'There is no silence of that id.')
  return silenceView(runtime, silence)
}

export function createSilence(runtime: Runtime, { match, from = runtime.now(), until, reason }: NewSilence, by: string): SilenceView {
  if (until <= from) throw new EvenkeelError('invalid', 'until: must be after from.')
  if (until <= runtime.now()) throw new EvenkeelError('invalid', 'until: is in the past.')
  const silence: Silence = { id: randomUUID(), match, from, until, by, reason }
  runtime.store.silences.put(silence)
  return silenceView(runtime, silence)
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

const silenceView = (runtime: Runtime, silence: Silence): SilenceView => ({
  ...withIso(silence, 'from', 'until'),
  active: silence.from <= runtime.now() && runtime.now() < silence.until,
})
