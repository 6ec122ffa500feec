import type { Info } from './info.ts'

/** Names of one SCAN at most, and at least where they take long. */
const MOST = 250
const LEAST = 25
/** One slice is to hold the server for so long, by its own account. */
const SLICE_US = 300
/** Of the SCANs that the server has counted, at least this part is to be ours: otherwise their time tells nothing of our slices. */
const OURS_LEAST = 0.8
/** At most so many times as large or as small after one look: a server that was descheduled once is not slow. */
const STEP = 2

type Counted = { calls: number; us: number }

/**
 * How many names a slice of SCAN may ask for: a controller that holds the server's own time for a slice (`commandstats`) near a set point. The
 * round trip would tell of the network and of this process too.
 */
export class SliceSize {
  names = MOST
  private asked = { slices: 0, names: 0 }
  private before: Counted | null = null

  /** A slice of so many names was asked for. */
  took(names: number): void {
    this.asked.slices++
    this.asked.names += names
  }

  /** What the server counts of SCAN, of all its clients. Null: it does not tell, or has run none yet. */
  note(now: Counted | null): void {
    const { asked, before } = this
    this.before = now
    this.asked = { slices: 0, names: 0 }
    if (!now || !before || now.calls <= before.calls || now.us < before.us) return
    const calls = now.calls - before.calls
    // Of slices of a few names the call itself is most of the time.
    if (asked.slices < OURS_LEAST * calls || asked.names < LEAST * asked.slices) return
    const wanted = (SLICE_US * asked.names * calls) / asked.slices / (now.us - before.us || 1)
    const step = Math.min(this.names * STEP, Math.max(this.names / STEP, wanted))
    this.names = Math.round(Math.min(MOST, Math.max(LEAST, step)))
  }
}

/** What an INFO counts of SCAN. */
export function scansIn({ commands }: Info): Counted | null {
  const scan = commands.get('scan')
  const [calls, us] = [scan?.get('calls'), scan?.get('usec')]
  return calls && us && WHOLE.test(calls) && WHOLE.test(us) ? { calls: Number(calls), us: Number(us) } : null
}
const WHOLE = /^\d{1,15}$/
