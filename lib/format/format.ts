import type { Unit } from '../model/finding.ts'
import type { Labels } from '../model/series.ts'

export type { Unit }

/** A number as people read it: `{ value: '182', unit: 'ms' }`, so that the page can dim the unit. */
export type Words = { value: string; unit: string }

/** Between groups of thousands, and between a number and its unit: neither breaks a line. */
const THIN = '\u202f'
const SPACE = '\u00a0'

/** Three significant digits below 1 000, none after the point above; thin spaces between thousands. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : 2
  return group(trim(value.toFixed(size < 0.01 && size > 0 ? Math.min(12, 2 - Math.floor(Math.log10(size))) : digits)))
}

/** The beginning of a sentence or a heading. */
export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

/** `41 000`, whole. */
export const count = (value: number): string => group(String(Math.round(value)))

/** A value in its unit. Ratios are percent with one decimal, bytes binary, seconds as µs, ms, s, min or h. */
export function words(value: number, unit: Unit): Words {
  if (!Number.isFinite(value)) return { value: '–', unit: '' }
  switch (unit) {
    case 'seconds':
      return seconds(value)
    case 'ratio':
      return { value: (value * 100).toFixed(1), unit: '%' }
    case 'bytes':
      return bytes(value)
    case 'perSecond':
      return { value: number(value), unit: '/s' }
    case 'factor':
      return { value: value.toFixed(2), unit: '×' }
    case 'count':
      return { value: Number.isInteger(value) || Math.abs(value) >= 100 ? count(value) : number(value), unit: '' }
    case 'none':
      return { value: number(value), unit: '' }
  }
}

/** `182 ms`, `12.3 %`, `1.42×` in one text. */
export function text(value: number, unit: Unit): string {
  const { value: figure, unit: sign } = words(value, unit)
  if (!sign) return figure
  return sign === '×' || sign === '/s' ? figure + sign : figure + SPACE + sign
}

/** The exact figure for a hover: `0.182341 s`, `1610612736 bytes`. */
export function exact(value: number, unit: Unit): string {
  const name: Record<Unit, string> = {
    seconds: ' s',
    ratio: '',
    bytes: ' bytes',
    count: '',
    perSecond: ' per second',
    factor: ' times',
    none: '',
  }
  return String(Number(value.toPrecision(12))) + name[unit]
}

/** `182 ms to 196 ms`, one unit when both share it: `182 to 196 ms`. */
export function interval(low: number, high: number, unit: Unit): string {
  const [a, b] = [words(low, unit), words(high, unit)]
  return a.unit === b.unit ? `${a.value} to ${text(high, unit)}` : `${text(low, unit)} to ${text(high, unit)}`
}

/** How long, as people say it: `45 s`, `2 min`, `1 h 20 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '–'
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))}${SPACE}ms`
  const total = Math.round(ms / 1_000)
  if (total < 60) return ms < 10_000 && ms % 1_000 ? `${trim((ms / 1_000).toFixed(1))}${SPACE}s` : `${total}${SPACE}s`
  const parts: [number, string][] = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor(total / 3_600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'min'],
    [total % 60, 's'],
  ]
  const first = parts.findIndex(([n]) => n > 0)
  return parts
    .slice(first, first + 2)
    .filter(([n], at) => n > 0 && !(at === 1 && parts[first]![1] === 'min' && parts[first]![0] >= 10))
    .map(([n, name]) => `${n}${SPACE}${name}`)
    .join(' ')
}

/** `just now`, `12 s ago`, `3 h ago`. */
export function ago(from: number, now: number): string {
  const ms = now - from
  if (ms < 1_500) return 'just now'
  const first = duration(ms < 60_000 ? Math.round(ms / 1_000) * 1_000 : ms).split(' ')[0]
  return `${first} ago`
}

/** Untrusted text for one line: control characters as `\n`, `\x00`, cut with `…` to `max` characters. */
export function safe(untrusted: string, max = 200): string {
  const cut = untrusted.length > max ? `${untrusted.slice(0, max - 1)}…` : untrusted
  return cut.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (c) =>
    c === '\n' ? '\\n' : c === '\t' ? '\\t' : c === '\r' ? '\\r' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/** Untrusted text of several lines, whole: line breaks and tabs stay, other control characters are written out, so that no line can draw over another. */
export const safeLines = (untrusted: string): string =>
  untrusted
    .split(/(\r?\n|\t)/)
    .map((part, at) => (at % 2 === 1 ? part : safe(part, Number.POSITIVE_INFINITY)))
    .join('')

/** Labels for people, without the names that are clear: `edge/app/app3`, then `command=get`. */
export function labelsText(labels: Labels): string {
  const { target, pool, server, ring, node, ...rest } = labels
  const path = [ring && `ring ${ring}`, node, target, pool, server].filter(Boolean).join('/')
  const others = Object.entries(rest).map(([name, value]) => `${name}=${value}`)
  return safe([path, ...others].filter(Boolean).join(' ') || 'all')
}

function seconds(value: number): Words {
  const size = Math.abs(value)
  if (size === 0) return { value: '0', unit: 'ms' }
  if (size < 0.000_9995) return { value: number(value * 1e6), unit: 'µs' }
  if (size < 0.9995) return { value: number(value * 1e3), unit: 'ms' }
  if (size < 120) return { value: number(value), unit: 's' }
  if (size < 7_200) return { value: number(value / 60), unit: 'min' }
  return { value: number(value / 3_600), unit: 'h' }
}

function bytes(value: number): Words {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let at = 0
  let size = value
  while (Math.abs(size) >= 1023.5 && at < names.length - 1) {
    size /= 1024
    at++
  }
  return { value: at === 0 ? count(size) : number(size), unit: names[at]! }
}

const trim = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
/** Thousands are grouped from 10 000 up: four digits read well as they are. */
function group(text: string): string {
  const [whole, rest] = text.split('.')
  const digits = whole!.replace('-', '')
  const grouped = digits.length < 5 ? whole! : whole!.replace(/\B(?=(\d{3})+(?!\d))/g, THIN)
  return rest ? `${grouped}.${rest}` : grouped
}
