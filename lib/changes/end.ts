import type { Change } from '../model/change.ts'
import { contestedKey, settingKey } from '../model/setting.ts'
import { heldSteps, isRising } from '../model/slowStart.ts'
import type { ChangesContext } from './context.ts'
import type { Entry } from './journal.ts'
import { refresh } from './refresh.ts'
import { type Drifted, undo } from './undo.ts'

/** The last entry of a change: its watch and its roll-back, if there was one, are over. */
export function endChange(id: string, entry: Entry, patch: Partial<Change>, { watches, journal, log, now }: ChangesContext): void {
  watches.end(id)
  const change = journal.note(id, entry, { endedAt: now(), rollingBack: undefined, ...patch })
  log.info({ change: id, state: change.state, verdict: change.verdict }, 'change ended')
}

/** The end of a roll-back: what was there before is in force again. A person's roll-back is no verdict; the measured numbers stay. */
export function endRolledBack(change: Change, context: ChangesContext): void {
  const { because, by, automatic } = change.rollingBack!
  const lost = change.autopilot && automatic && change.verdict === 'regressed'
  endChange(
    change.id,
    { what: 'rolled_back', text: because, by },
    {
      state: 'rolled_back',
      automatic,
      verdict: automatic ? (change.verdict ?? 'unjudged') : 'unjudged',
      ...(!automatic && { outcome: because }),
      needsPerson: lost
        ? `The autopilot made it, and it regressed: the licence of ${change.autopilot!.rule} is taken away until a person returns it.`
        : undefined,
      undo: undefined,
      finish: undefined,
    },
    context,
  )
}

/** Marks settings as contested: another writer sets them too, and nothing more is proposed for them until a person decides. */
export function markContested(id: string, drifted: readonly Drifted[], { store, now }: Pick<ChangesContext, 'store' | 'now'>): void {
  for (const { step } of drifted) store.memory.put(contestedKey(step.setting), { change: id, at: now() })
}

/** Ends a change in drift: another writer's value is left alone, and the setting is contested. */
export async function endInDrift(id: string, drifted: readonly Drifted[], outcome: string, context: ChangesContext): Promise<void> {
  const { journal, liveSettings } = context
  const change = journal.get(id)!
  if (isRising(change)) {
    // A weight in the middle of a slow start is a value that nobody asked for.
    const rises = change.slowStart!.rises.map(({ setting }) => settingKey(setting))
    const rising = heldSteps(change).filter((step) => rises.includes(settingKey(step.setting)))
    await undo(id, rising, liveSettings, journal)
    refresh(change, context)
  }
  markContested(id, drifted, context)
  journal.note(id, { what: 'drift', text: outcome })
  endChange(
    id,
    { what: 'failed', text: outcome },
    {
      state: 'failed',
      outcome,
      needsPerson: 'Somebody else changes this setting. Nothing more is proposed for it until you decide who owns it.',
    },
    context,
  )
}
