import type { Change } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import { type Ref, refText } from '../model/ref.ts'
import type { SettingText } from '../model/setting.ts'
import type { Store } from '../model/store.ts'
import { isActive, type Journal } from './journal.ts'
import type { LiveSettings } from './liveSettings.ts'

type Known = { store: Pick<Store, 'claims'>; journal: Pick<Journal, 'get'>; liveSettings: Pick<LiveSettings, 'groups'> }

/**
 * Takes the lock of each group of settings for a change, from before its first entry until its end: of two that begin at the same moment, be it on
 * different replicas, one gets them. Throws `busy`, `unavailable`.
 */
export async function claimGroups(
  change: string,
  steps: readonly { setting: SettingText }[],
  known: Known,
  autopilot?: Change['autopilot'],
): Promise<void> {
  const { store, journal, liveSettings } = known
  const groups = liveSettings.groups(steps)
  // One step of each policy at a time: the next one waits for the verdict on this, on whichever replica.
  const keys = [...groups.map(refText), ...(autopilot ? [`autopilot ${autopilot.rule}`] : [])]
  for (let tries = 0; ; tries++) {
    const other = await store.claims.take(keys, change)
    if (other === null) return
    const holder = journal.get(other)
    // It has ended, and could not give them back.
    if (tries > 0 || holder === null || isActive(holder)) throw busyError(other, groups)
    await store.claims.release(other)
  }
}

/** One change at a time in each group of settings. */
export const busyError = (change: string, groups: readonly Ref[]): EvenkeelError =>
  new EvenkeelError(
    'busy',
    `Change ${change} is in flight on ${groups.map(refText).join(', ')}: one change at a time. Wait for its end, or keep it or roll it back first.`,
  )
