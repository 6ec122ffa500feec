import type { Bus } from '../model/events.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'
import type { BrakeFacts } from './brakes.ts'
import type { Jobs } from './jobs.ts'
import type { Journal } from './journal.ts'
import type { LiveSettings } from './liveSettings.ts'
import type { Publications } from './publications.ts'
import type { Mode } from './readOnly.ts'
import type { Watches } from './watches.ts'
import type { WatchSettings } from './watchSettings.ts'

/** The dependencies that every part of lib/changes works with, put together once by `createChanges`. */
export type ChangesContext = {
  store: Store
  bus: Bus
  log: Log
  fleet: Fleet
  settings: WatchSettings
  journal: Journal
  liveSettings: LiveSettings
  jobs: Jobs
  watches: Watches
  publications: Publications
  now(): number
  mode(): Mode
  /** Of several replicas: resolves when all that others have committed is known here. */
  caughtUp?(): Promise<void>
  /** What holds back new changes at this moment. */
  brakes(): Pick<BrakeFacts, 'settings' | 'freeze'>
  /** The mode for whatever would begin now: `observe` already while the changes in flight are ended because the mode is being lowered. */
  modeForNew(): Mode
}
