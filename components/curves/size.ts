/** A size of a cache: its memory limit, or how many keys fit. */
export type Size = { by: SizeUnit; value: number }
export type SizeUnit = 'bytes' | 'keys'
export type SizeRange = { by: SizeUnit; low: number; high: number }

/** The least `maxmemory` that Redis is given here (1 MiB), and one key. */
const LEAST: Record<SizeUnit, number> = { bytes: 1_048_576, keys: 1 }
/** What the API takes at the most. */
const MOST: Record<SizeUnit, number> = { bytes: 2 ** 43, keys: 1e12 }
const UNITS: Record<SizeUnit, readonly [name: string, size: number][]> = {
  bytes: [
    ['tb', 1024 ** 4],
    ['gb', 1024 ** 3],
    ['mb', 1024 ** 2],
    ['kb', 1024],
  ],
  keys: [
    ['m', 1e6],
    ['k', 1e3],
  ],
}
/** So many digits stand in an address; a size on the slider has no more. */
const DIGITS = 3

/** The shortest text that `readSize` takes back: `256mb` as Redis's configuration writes it, `20k` of keys. */
export function sizeText({ by, value }: Size): string {
  for (const [name, unit] of UNITS[by]) {
    const shown = Number((value / unit).toPrecision(DIGITS))
    if (shown >= 1 && Math.round(shown * unit) === value) return `${shown}${name}`
  }
  return String(value)
}

/** A size as people and links write it; null where it is none, or one that no cache has. */
export function readSize(text: string, by: SizeUnit): Size | null {
  const [, digits, name = ''] = /^\s*(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)\s*$/i.exec(text.replaceAll(/[\s\u202f]/g, '')) ?? []
  if (digits === undefined) return null
  const short = name.toLowerCase().replace(/i?b$/, '')
  const unit = short === '' ? 1 : UNITS[by].find(([one]) => one.replace(/b$/, '') === short)?.[1]
  if (unit === undefined || (by === 'keys' && /b$/i.test(name))) return null
  const value = Math.round(Number(digits) * unit)
  return value >= LEAST[by] && value <= MOST[by] ? { by, value } : null
}

/** The nearest size with few digits. */
export function roundSize(value: number, by: SizeUnit): number {
  const unit = UNITS[by].find(([, size]) => value >= size)?.[1] ?? 1
  return clamp(Math.round(Number((value / unit).toPrecision(DIGITS)) * unit), by)
}

const clamp = (value: number, by: SizeUnit) => Math.min(MOST[by], Math.max(LEAST[by], value))

/** Round ends of an axis: 1 and 1.5 times a power of two of bytes; 1, 2 and 5 times a power of ten of keys. */
const ENDS: Record<SizeUnit, { base: number; parts: readonly number[] }> = {
  bytes: { base: 2, parts: [1, 1.5, 2] },
  keys: { base: 10, parts: [1, 2, 5, 10] },
}

/**
 * The sizes that a page shows, out to round ends. What is measured of a live cache moves a little at each look, and the range with its
 * questions must not.
 */
export function rangeAround(low: number, high: number, by: SizeUnit): SizeRange {
  const [least, most] = [clamp(roundEnd(low, by, 'down'), by), clamp(roundEnd(high, by, 'up'), by)]
  return { by, low: least, high: Math.max(most, least * 2) }
}

function roundEnd(value: number, by: SizeUnit, toward: 'up' | 'down'): number {
  const { base, parts } = ENDS[by]
  const at = Math.max(value, 1)
  const power = base ** Math.floor(Math.log(at) / Math.log(base) + 1e-9)
  const part = at / power
  return power * (toward === 'up' ? parts.find((one) => one >= part * (1 - 1e-9)) : parts.findLast((one) => one <= part * (1 + 1e-9)))!
}

/** So many sizes from end to end, each a constant factor more than the last. */
export function sizesOver({ by, low, high }: SizeRange, most: number): number[] {
  const sizes = Array.from({ length: most }, (_, i) => Math.round(low * (high / low) ** (i / (most - 1))))
  return [...new Set(sizes.map((size) => clamp(size, by)))]
}

/** Positions of the slider, from 0. */
export const SLIDER_STEPS = 240

export const positionOf = ({ low, high }: SizeRange, size: number): number =>
  Math.round(Math.min(1, Math.max(0, Math.log(size / low) / Math.log(high / low))) * SLIDER_STEPS)

/** The size at a position of the slider; `fixed` (the present one) exactly where it is nearest. */
export function sizeAt(range: SizeRange, position: number, fixed: number | null = null): number {
  if (fixed !== null && positionOf(range, fixed) === position) return fixed
  return roundSize(range.low * (range.high / range.low) ** (position / SLIDER_STEPS), range.by)
}
