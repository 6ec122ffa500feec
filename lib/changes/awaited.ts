import { duration } from '../format/format.ts'
import type { Change } from '../model/change.ts'
import type { Step } from '../model/proposal.ts'
import { settingKey } from '../model/setting.ts'
import { beginWatch } from './begin.ts'
import type { ChangesContext } from './context.ts'
import { endChange, endRolledBack } from './end.ts'
import type { Watch } from './watches.ts'

/** What a server shows of a change that is on its way through a repository. */
type Arrival = { is: 'arrived' } | { is: 'waiting'; missing: Step[] } | { is: 'other'; words: string }

/** One tick of a change that is committed and not at its server yet: it begins its watch, waits on, or is given up. It writes nothing anywhere. */
export async function tickAwaited(change: Change, context: ChangesContext): Promise<void> {
  const { watches, now } = context
  const watch = watches.of(change.id)
  const { seen } = watch
  look(change, watch, context)
  const arrival: Arrival = seen ? arrivalOf(change, seen.live, context) : { is: 'waiting', missing: wantedOf(change) }
  if (arrival.is === 'arrived') return arrive(change, seen!.at, context)
  if (arrival.is === 'other') return giveUp(change, arrival.words, context)
  const { until } = (change.returned ?? change.committed)!
  if (now() >= until) return giveUp(change, lateWords(change, arrival.missing, seen?.live ?? null), context)
}

/** The steps as the commit under way makes them: forward, or back. */
const wantedOf = ({ steps, rollingBack }: Change): Step[] =>
  rollingBack ? steps.map(({ setting, before, after }) => ({ setting, before: after, after: before })) : steps

function arrivalOf(change: Change, live: ReadonlyMap<string, string>, { liveSettings }: ChangesContext): Arrival {
  const wanted = wantedOf(change)
  const is = (step: Step, value: string) => liveSettings.same(step.setting, live.get(settingKey(step.setting)), value)
  const missing = wanted.filter((step) => !is(step, step.after))
  if (missing.length === 0) return { is: 'arrived' }
  const others = missing.filter((step) => live.has(settingKey(step.setting)) && !is(step, step.before))
  if (others.length === 0) return { is: 'waiting', missing }
  const words = others.map(({ setting, before, after }) => `${setting.name} on ${setting.target} is ${live.get(settingKey(setting))}, neither ${before} nor ${after}`) // biome-ignore format: one line
  return { is: 'other', words: `${words.join('; ')}: somebody else has set it.` }
}

/** `at`: when the values were seen. The baseline ends where they were surely not there yet. */
function arrive(change: Change, at: number, context: ChangesContext): void {
  const { id, rollingBack } = change
  if (!rollingBack) {
    // The read before this one may have been two looks ago.
    beginWatch(id, 'The value has arrived at the server; the watch begins.', context, at - 2 * context.settings.lookMs)
    return
  }
  endRolledBack(change, context)
}

function giveUp(change: Change, outcome: string, context: ChangesContext): void {
  const { branch } = (change.returned ?? change.committed)!
  const back = change.rollingBack !== undefined
  endChange(
    change.id,
    { what: 'failed', text: outcome },
    {
      state: 'failed',
      outcome,
      needsPerson: back
        ? `The change is still in force. Merge and deploy ${branch}, which takes it back, or decide that it stays.`
        : `Nothing waits for ${branch} any more: delete the branch, or merge it and make the change again.`,
    },
    context,
  )
}

function lateWords(
  { committed, returned, at, rollingBack }: Change,
  missing: readonly Step[],
  live: ReadonlyMap<string, string> | null,
): string {
  const { branch, until } = (returned ?? committed)!
  const waited = duration(Math.max(0, until - (rollingBack?.at ?? at)))
  const held = missing.map(({ setting }) => `${setting.name} on ${setting.target} ${live?.has(settingKey(setting)) ? `is still ${live.get(settingKey(setting))}` : 'could not be read'}`) // biome-ignore format: one line
  return `The value never arrived: ${waited} after the commit on ${branch} ${held.join('; ')}.`
}

/** Reads the live values in the background, so that a slow server delays no tick. A read that fails says nothing. */
function look(change: Change, watch: Watch, { liveSettings, settings, now }: ChangesContext): void {
  if (watch.reading || (watch.seen !== null && now() - watch.readAt < settings.lookMs)) return
  watch.reading = true
  const at = now()
  watch.readAt = at
  liveSettings
    .live(change.steps.map(({ setting }) => setting))
    .then((live) => {
      watch.seen = { live, at }
    })
    .catch(() => {
      watch.seen ??= { live: new Map(), at }
    })
    .finally(() => {
      watch.reading = false
    })
}
