import { setTimeout as sleep } from 'node:timers/promises'
import type { Change } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import { type Ref, refText } from '../model/ref.ts'
import type { SettingText } from '../model/setting.ts'
import type { Store } from '../model/store.ts'
import type { ChangesContext } from './context.ts'
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
    if (holder === null) throw beginningError(groups)
    if (tries > 0 || isActive(holder)) throw busyError(other, groups)
    await store.claims.release(other)
  }
}

const LIMITS = 'limits of the fleet'
const LIMITS_WAIT_MS = 5_000

/**
 * The lock under which limits of the whole fleet are counted, where there are any: how many changes are in flight, what a policy of the autopilot
 * has done. Once it is had, all that other replicas have begun is known here. Answers what gives it back, once what was begun is known to them.
 * Throws `busy`, `unavailable`.
 */
export async function claimLimits(
  change: string,
  byAutopilot: boolean,
  { store, brakes, caughtUp }: Pick<ChangesContext, 'store' | 'brakes' | 'caughtUp'>,
): Promise<() => Promise<void>> {
  if (!caughtUp || (brakes().settings.inFlightMax === null && !byAutopilot)) return async () => {}
  const holder = `${LIMITS} ${change}`
  for (
    const until = performance.now() + LIMITS_WAIT_MS;
    (await store.claims.take([LIMITS], holder)) !== null;
    await sleep(20 + 60 * Math.random())
  )
    if (performance.now() > until)
      throw new EvenkeelError('busy', 'Other replicas begin changes just now, and their number is limited (changes.inFlight). Try again.')
  const giveBack = () => store.claims.release(holder)
  try {
    await caughtUp()
  } catch (error) {
    await giveBack()
    throw error
  }
  return async () => {
    // What could not be stored is not written either: its first write waits for the same.
    await store.durable().catch(() => {})
    await giveBack()
  }
}

/** Its first entry is not known here yet, or never was made. */
const beginningError = (groups: readonly Ref[]): EvenkeelError =>
  new EvenkeelError(
    'busy',
    `Another change begins on ${groups.map(refText).join(', ')} in this moment, or was cut off when it began: try again in half a minute.`,
  )

/** One change at a time in each group of settings. */
export const busyError = (change: string, groups: readonly Ref[]): EvenkeelError =>
  new EvenkeelError(
    'busy',
    `Change ${change} is in flight on ${groups.map(refText).join(', ')}: one change at a time. Wait for its end, or keep it or roll it back first.`,
  )
