import type { BurstCounts } from '../../hotKeys.ts'
import type { CommandSpec } from './keySpecs.ts'

/** What bursts have told of one run of a server. Another may hide or rename other commands. `dueAt`: not before, by the monotonic clock. */
export type Heard = { runId: string; specs: Map<string, CommandSpec>; bursts: BurstCounts[]; dueAt: number }
export const nothingHeard = (runId = ''): Heard => ({ runId, specs: new Map(), bursts: [], dueAt: 0 })
