import type { Access, Accesses, LogFeed } from '../../model/reference.ts'
import type { Fields } from './fields.ts'
import { accessOf, LEFT, type Left } from './loggedAccess.ts'

const ALL_KEYS = 2 ** 32
/** So many references wait at the most, some 10 MB; the share of the keys is halved where there are more. */
const WAITING_MAX = 50_000
/** Lines that nobody asks for any more are let go. */
const LEASE_MS = 10_000
const LOST_MOST = 0.01
const RECENT_MS = 60_000

type Recent = { lines: number; reads: number; deletes: number; lost: number } & Record<Left, number>
const none = (): Recent => ({ lines: 0, reads: 0, deletes: 0, lost: 0, pool: 0, keyless: 0, cached: 0, failed: 0, method: 0 })

/**
 * The references of one cache among the lines of an access log, between two polls: a sample by hash of bounded size. Where lines are missing before
 * them it says so, because distances between reuses end there.
 */
export class ReferenceFeed {
  readonly #feed: LogFeed
  #list: Access[] = []
  #gets = 0
  #rate = 1
  /** Something is missing before what waits. */
  #resumed = true
  #span = { lines: 0, lost: 0 }
  #drainedAt: number
  #recent = none()
  #shown: Recent | null = null
  #shownAt: number

  constructor(feed: LogFeed, monotonic: number) {
    this.#feed = feed
    this.#drainedAt = monotonic
    this.#shownAt = monotonic
  }

  take(fields: Fields, now: number, monotonic: number): void {
    if (monotonic - this.#drainedAt > LEASE_MS) this.gap()
    this.#span.lines++
    this.#recent.lines++
    const access = accessOf(fields, this.#feed, now)
    if (typeof access === 'string') {
      this.#recent[access]++
      return
    }
    if (access.op >= 2) this.#recent.deletes++
    else this.#recent.reads++
    if (access.op === 0) this.#gets++
    if (access.high >= this.#rate * ALL_KEYS) return
    this.#list.push(access)
    if (this.#list.length > WAITING_MAX) this.#halve()
  }

  gap(): void {
    this.#list = []
    this.#gets = 0
    this.#resumed = true
  }

  lost(lines: number): void {
    this.#span.lost += lines
    this.#recent.lost += lines
  }

  /** What has come since the last time. `fair` false: the lines that can be read do not stand for all. */
  drain(fair: boolean, monotonic: number): Accesses | null {
    const { lines, lost } = this.#span
    if (!fair || lost > LOST_MOST * (lines + lost)) this.#resumed = true
    const drained = { list: this.#list, rate: this.#rate, gets: this.#gets, ...(this.#resumed && { resumed: true }) }
    this.#list = []
    this.#gets = 0
    this.#span = { lines: 0, lost: 0 }
    this.#drainedAt = monotonic
    if (monotonic - this.#shownAt >= RECENT_MS || (this.#shown === null && this.#recent.lines > 0)) this.#show(monotonic)
    if (!fair || (drained.list.length === 0 && drained.gets === 0)) return null
    this.#resumed = false
    return drained
  }

  /** In words, of a minute: what was taken of the log, and what was not. */
  told(): { available: boolean; because: string } {
    const shown = this.#shown
    const field = `the field ${JSON.stringify(this.#feed.key)}`
    if (shown === null) return { available: false, because: `no line has come yet; a key is expected in ${field}` }
    const taken = shown.reads + shown.deletes
    const left = (Object.keys(LEFT) as Left[]).filter((why) => shown[why] > 0).map((why) => `${shown[why]} ${LEFT[why]}`)
    const because = [
      `of ${shown.lines} lines in a minute ${taken} are references${taken === 0 ? ` (a key is expected in ${field})` : ''}`,
      ...(left.length > 0 ? [`left out: ${left.join(', ')}`] : []),
      ...(shown.lost > 0 ? [`${shown.lost} datagrams were lost, because Evenkeel did not read them in time`] : []),
      ...(this.#rate < 1 ? [`a share of ${this.#rate} of the keys is taken, because there are too many lines`] : []),
    ].join('; ')
    return { available: taken > 0, because }
  }

  #show(monotonic: number): void {
    this.#shown = this.#recent
    this.#recent = none()
    this.#shownAt = monotonic
  }

  #halve(): void {
    this.#rate /= 2
    this.#list = this.#list.filter(({ high }) => high < this.#rate * ALL_KEYS)
  }
}
