import type { BurstCounts } from '../../hotKeys.ts'
import type { CommandSpec } from './keySpecs.ts'

/** What is kept of MONITOR bursts of one run of a server; another run may hide or rename other commands. `dueAt`: when the next may begin, by the monotonic clock; `largeUntil`: until then they would be too large. */
export type MonitorMemory = { runId: string; specs: Map<string, CommandSpec>; bursts: BurstCounts[]; dueAt: number; largeUntil: number }
export const emptyMemory = (runId = ''): MonitorMemory => ({ runId, specs: new Map(), bursts: [], dueAt: 0, largeUntil: 0 })
