import type { Access, Accesses } from '../../../model/reference.ts'
import type { RedisConnection } from '../config.ts'
import { unavailableBecause } from '../errors.ts'
import { accessesOf } from './accesses.ts'
import { type BurstEnd, listen } from './burst.ts'
import { type CommandSpec, usualSpec } from './keySpecs.ts'
import { type MonitorLine, readMonitorLine } from './line.ts'
import { ASKED_MAX, NAME_MAX } from './listener.ts'

/** Without a renewal it ends by itself: the target is down, no longer asked, or the consent is gone. */
const LEASE_MS = 4_000
const LAG_MAX_MS = 2_000
const LINE_BYTES_MAX = 4 * 1_048_576
/** Values are printed in full. */
const BYTES_PER_SECOND_MAX = 8 * 1_048_576
const LINES_PER_SECOND_MAX = 6_000
const PENDING_MAX = 100_000

const ENDS: Record<BurstEnd, string> = {
  lag: 'reading MONITOR fell behind',
  bytes: 'its values are too large to be listened to',
  lines: 'too many commands',
  time: 'its time was over',
}

let open = 0
/** How many streams are open, of all targets together. */
export const openTaps = () => open

/**
 * A continuous MONITOR stream, taken for references: which keys are read and written, by hash. It lives on a lease that each poll renews, and ends
 * itself where the server does more than may be listened to, so that no buffer grows on the server.
 */
export class ReferenceTap {
  /** Why it ended; null while it listens. */
  ended: string | null = null
  /** Commands whose keys are not known yet. */
  readonly unknown = new Set<string>()
  readonly since = performance.now()
  own: ReadonlySet<string>
  readonly #specs: ReadonlyMap<string, CommandSpec>
  readonly #leaseMs: number
  readonly #abort = new AbortController()
  #list: Access[] = []
  /** What was done before it began to listen was not heard. */
  #resumed = true
  #gets = 0
  #lease: NodeJS.Timeout | undefined
  #second = { at: 0, lines: 0, bytes: 0 }
  /** Our clock less the server's, ms. */
  #ahead: number | null = null

  constructor(config: RedisConnection, own: ReadonlySet<string>, specs: ReadonlyMap<string, CommandSpec>, leaseMs = LEASE_MS) {
    this.own = own
    this.#specs = specs
    this.#leaseMs = leaseMs
    open++
    const limits = {
      lines: Number.POSITIVE_INFINITY,
      ms: Number.POSITIVE_INFINITY,
      bytes: Number.POSITIVE_INFINITY,
      lagMs: LAG_MAX_MS,
      lineBytes: LINE_BYTES_MAX,
    }
    listen(config, limits, (text) => this.#take(text), this.#abort.signal).then(
      ({ ended }) => this.stop(ENDS[ended]),
      (error: unknown) => this.stop(unavailableBecause(error) ?? (error as Error).message),
    )
    this.#renew()
  }

  /** What was heard since the last time; renews the lease. */
  drain(): Accesses {
    this.#renew()
    const [list, gets] = [this.#list, this.#gets]
    this.#list = []
    this.#gets = 0
    const resumed = this.#resumed
    this.#resumed = false
    return { list, rate: 1, gets, ...(resumed && { resumed }) }
  }

  stop(because: string): void {
    if (this.ended === null) open--
    this.ended ??= because
    clearTimeout(this.#lease)
    this.#abort.abort()
  }

  #renew(): void {
    clearTimeout(this.#lease)
    if (this.ended !== null) return
    this.#lease = setTimeout(() => this.stop('it was not asked for any more'), this.#leaseMs)
    this.#lease.unref()
  }

  #take(text: string): void {
    if (this.ended !== null || this.#overBudget(text.length)) return
    const line = readMonitorLine(text)
    this.#ahead ??= Date.now() - line.at
    if (this.own.has(line.client)) return
    const command = line.argument(0).toString('latin1', 0, NAME_MAX).toLowerCase()
    const spec = this.#specs.get(command) ?? usualSpec(command)
    if (!this.#specs.has(command) && this.unknown.size < ASKED_MAX) this.unknown.add(command)
    this.#keep(line, command, spec)
  }

  #keep(line: MonitorLine, command: string, spec: CommandSpec): void {
    for (const access of accessesOf(line, command, spec)) {
      if (access.op === 0) this.#gets++
      access.at += this.#ahead!
      this.#list.push(access)
    }
    if (this.#list.length > PENDING_MAX) this.stop(ENDS.lines)
  }

  #overBudget(bytes: number): boolean {
    const now = performance.now()
    if (now - this.#second.at >= 1_000) this.#second = { at: now, lines: 0, bytes: 0 }
    this.#second.lines++
    this.#second.bytes += bytes
    if (this.#second.lines > LINES_PER_SECOND_MAX) this.stop(ENDS.lines)
    else if (this.#second.bytes > BYTES_PER_SECOND_MAX) this.stop(ENDS.bytes)
    return this.ended !== null
  }
}
