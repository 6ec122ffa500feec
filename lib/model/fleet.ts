import type { Topology } from './topology.ts'
import type { SeriesWindow } from './window.ts'

/**
 * The fleet as it is known now: its shape, its newest samples and the targets' configurations. Engine and changes share this one value, so that a
 * watch judges by exactly what the rules and the advisors saw.
 */
export interface Fleet {
  topology(): Topology
  /** The newest `spanMs` of all series; its end is now. */
  window(spanMs: number): SeriesWindow
  /** Kind and configuration of a target, discovered ones and the control documents `ring:NAME` and `ttl:NAME` too; null when there is none of that name. */
  targetConfig(name: string): { kind: string; config: unknown } | null
  /** Polls that target's quick probes at once and resolves when they are read, so that the picture is fresh right after a write. */
  pollNow(target: string): Promise<void>
}
