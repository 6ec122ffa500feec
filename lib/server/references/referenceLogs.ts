import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Log } from '../../model/log.ts'
import type { Accesses, ReferenceSettings } from '../../model/reference.ts'
import { SegmentLog } from './segmentLog.ts'
import { sweepFolders } from './sweepFolders.ts'

/** 24 bytes each: 48 MB of a target, 1 GB of all. */
const ROWS_MAX = 2_000_000
const ROWS_MAX_ALL = 40_000_000
const SWEEP_MS = 600_000
/** A clock that runs ahead of ours by less is taken as it is. */
const AHEAD_MS = 60_000

/** Accesses by whether their times can be. */
export type Timed = { accesses: Accesses; future: number; past: number }

/** The references of all targets: which have them, and where they stand on the disk. */
export interface ReferenceLogs {
  /** Null: the target has no `references`, or they are off. */
  settings(target: string): ReferenceSettings | null
  /** Leaves out what lies in the future, or so far in the past that it would be dropped at once. */
  timed(target: string, accesses: Accesses): Timed
  /** On the disk when it resolves. */
  add(target: string, accesses: Accesses): Promise<void>
  /** The same for a stream that nobody waits for: what the disk does not take is dropped, and the log says so. */
  offer(target: string, accesses: Accesses): void
  folder(target: string): string
  /** Removes what is too old, now and then. */
  tick(): Promise<void>
  close(): Promise<void>
}

type Options = {
  folder: string
  settings(target: string): ReferenceSettings | null
  /** How many targets have references. */
  targets(): number
  now(): number
  log: Log
}

export function createReferenceLogs({ folder, settings, targets, now, log }: Options): ReferenceLogs {
  const logs = new Map<string, SegmentLog>()
  let sweptAt = Number.NEGATIVE_INFINITY
  let failing = false
  /** Targets of which something was dropped since. */
  const missed = new Set<string>()
  const folderOf = (target: string) => join(folder, fileNameOf(target))
  const logOf = (target: string): SegmentLog => {
    const known = logs.get(target)
    if (known) return known
    const limits = {
      keepMs: settings(target)!.keep,
      // Nodes of a Cluster come later: then each keeps fewer.
      get rowsMax() {
        return Math.floor(Math.min(ROWS_MAX, ROWS_MAX_ALL / Math.max(1, targets())))
      },
    }
    const made = new SegmentLog(folderOf(target), limits, now)
    logs.set(target, made)
    return made
  }
  const failed = (target: string, error: unknown) => {
    if (!failing) log.error({ target, error: String(error) }, 'references cannot be written')
    failing = true
  }
  const on = (target: string) => {
    const found = settings(target)
    return found && found.from !== 'off' ? found : null
  }
  return {
    settings: on,
    timed(target, accesses) {
      const [last, first] = [now() + AHEAD_MS, now() - (on(target)?.keep ?? 0)]
      let [future, past] = [0, 0]
      const list = accesses.list.filter(({ at }) => {
        if (at > last) future++
        else if (at < first) past++
        else return true
        return false
      })
      return { accesses: { ...accesses, list }, future, past }
    },
    async add(target, accesses) {
      if (on(target)) await logOf(target).add(accesses)
    },
    offer(target, accesses) {
      if (!on(target)) return
      if (logOf(target).full) return void missed.add(target)
      const after = missed.delete(target)
      logOf(target)
        .add(after ? { ...accesses, resumed: true } : accesses)
        .then(
          () => {
            failing = false
          },
          (error: unknown) => {
            missed.add(target)
            failed(target, error)
          },
        )
    },
    folder: folderOf,
    async tick() {
      if (now() - sweptAt < SWEEP_MS && now() >= sweptAt) return
      sweptAt = now()
      await sweepFolders(folder, (name) => [...logs.keys()].some((target) => folderOf(target) === join(folder, name)), now()).catch(
        (error: unknown) => failed('', error),
      )
      for (const [target, one] of logs) await one.sweep().catch((error: unknown) => failed(target, error))
    },
    async close() {
      await Promise.allSettled([...logs.values()].map((one) => one.close()))
    },
  }
}

/** A name may hold anything that a file's name may not, and be longer. */
function fileNameOf(target: string): string {
  const hex = Buffer.from(target).toString('hex')
  return hex.length <= 200 ? hex : createHash('sha256').update(target).digest('hex')
}
