import { NO_BRAKES } from '../model/brakes.ts'
import { actuators as registry } from '../products/actuators.ts'
import type { ChangesContext } from './context.ts'
import { createJobs } from './jobs.ts'
import { createJournal } from './journal.ts'
import { costKey, createLiveSettings } from './liveSettings.ts'
import type { ChangesOptions } from './options.ts'
import { createPublications } from './publications.ts'
import type { Mode } from './readOnly.ts'
import { createWatches } from './watches.ts'
import { watchSettings } from './watchSettings.ts'

/** Puts together what all parts of lib/changes work with. */
export function createContext(options: ChangesOptions, modeForNew: () => Mode): ChangesContext {
  const { store, bus, log, fleet, mode, now = Date.now, brakes = () => ({ settings: NO_BRAKES, freeze: null }) } = options
  const settings = watchSettings(options.settings)
  const journal = createJournal(store, bus, now)
  const liveSettings = createLiveSettings({
    actuators: options.actuators ?? registry,
    targetConfig: fleet.targetConfig,
    readMs: settings.readMs,
    writeMs: settings.writeMs,
    costOf: (target) => store.memory.get<string>(costKey(target)),
    mode,
    durable: () => store.durable(),
    holds(target, change) {
      const owner = (change && journal.get(change)?.steps[0]?.setting.target) || target
      return options.holds?.(owner) ?? true
    },
  })
  const jobs = createJobs({ store, liveSettings, journal, mode, now, log })
  return {
    store,
    bus,
    log,
    fleet,
    settings,
    journal,
    liveSettings,
    jobs,
    watches: createWatches(now),
    publications: createPublications(journal, log),
    now,
    mode,
    ...(options.caughtUp && { caughtUp: options.caughtUp }),
    brakes,
    modeForNew,
  }
}
