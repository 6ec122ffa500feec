import { EvenkeelError } from '../../model/error.ts'
import type { Log } from '../../model/log.ts'
import type { Store } from '../../model/store.ts'
import { nextDue } from '../curves/nextDue.ts'
import type { StalenessQuestion, StalenessTold } from './computeStaleness.ts'

/** How often values change is told over hours. */
const EVERY_MS = 300_000
const AGAIN_MS = 15_000

type Options = {
  store: Pick<Store, 'putRecords'>
  /** Targets that have references. */
  sources(): string[]
  log(target: string): StalenessQuestion
  compute(question: StalenessQuestion): Promise<StalenessTold>
  now(): number
  logger: Pick<Log, 'error'>
}

/** A schedule: how old what was read was, computed of each target with references every few minutes, for the rule that judges it. */
export function createStalenessLook({ store, sources, log, compute, now, logger }: Options) {
  const dueAt = new Map<string, number>()
  let running: Promise<void> | null = null

  async function next(): Promise<void> {
    const target = nextDue(sources(), dueAt, now())
    if (target === undefined) return
    dueAt.set(target, now() + EVERY_MS)
    try {
      const { folder, since } = log(target)
      const { spanMs, patterns } = await compute({ folder, since })
      store.putRecords(
        target,
        patterns.map(({ pattern, found }) => ({ kind: 'staleness', id: pattern, at: now(), spanMs, found })),
      )
      // While references are few, each doubling of them tells more.
      dueAt.set(target, now() + Math.min(EVERY_MS, Math.max(AGAIN_MS, spanMs)))
    } catch (error) {
      if (!(error instanceof EvenkeelError)) logger.error({ target, err: error }, 'how old reads are could not be computed')
    }
  }

  return {
    /** Begins what is due, and does not wait for it. */
    tick(): void {
      running ??= next().finally(() => {
        running = null
      })
    },
    /** For tests: what is under way. */
    idle: (): Promise<void> => running ?? Promise.resolve(),
  }
}
