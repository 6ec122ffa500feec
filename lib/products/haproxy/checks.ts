/** What a server's line says of its health check, with what it inherits. Null: the line does not tell it for certain. */
export type Checks = {
  on: boolean | null
  /** Time between two checks, ms; while failures are counted `fast`, where that is set. */
  inter: number | null
  fast: number | null | undefined
  /** So many failures in a row take it out. */
  fall: number | null
  /** Traffic itself counts as a check. */
  observes: boolean
}

/** HAProxy's own: `inter` 2s, `fall` 3 (its configuration manual, section 5.2). */
export const PLAIN_CHECKS: Checks = { on: false, inter: 2_000, fast: undefined, fall: 3, observes: false }

const WITH_VALUE = new Set(['inter', 'fastinter', 'fall', 'observe'])

/** The same after one more word of the line; null where it is no word of checks. `next` is the value's text, undefined where it is not certain. */
export function afterCheckWord(before: Checks, word: string, next: () => string | undefined): Checks | null {
  if (word === 'check') return { ...before, on: true }
  if (word === 'no-check') return { ...before, on: false }
  if (!WITH_VALUE.has(word)) return null
  const value = next()
  if (word === 'inter') return { ...before, inter: timeOf(value) }
  if (word === 'fastinter') return { ...before, fast: timeOf(value) }
  if (word === 'fall') return { ...before, fall: value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) : null }
  return { ...before, observes: true }
}

const UNITS: Record<string, number> = { us: 0.001, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** HAProxy's times: digits and a unit, ms without one (its configuration manual, section 2.5). */
function timeOf(text: string | undefined): number | null {
  const [, digits, unit = 'ms'] = /^(\d{1,12})(us|ms|s|m|h|d)?$/.exec(text ?? '') ?? []
  return digits === undefined ? null : Number(digits) * UNITS[unit]!
}

/**
 * How long the check takes at most to take a server out that refuses at once: one pause until it looks, then the failures that it waits for.
 * A server that hangs takes the check's timeout more each time. Null: it has no check; undefined: not known.
 */
export function detectMsOf({ on, inter, fast, fall }: Checks): number | null | undefined {
  if (on === false) return null
  if (on === null || inter === null || fall === null || fast === null) return undefined
  return inter + (fall - 1) * (fast ?? inter)
}
