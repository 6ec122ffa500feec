import { parseJson } from '../../model/json.ts'

/** The fields of a line by their names, as text; a list as NGINX writes several values: `a, b`. */
export type Fields = ReadonlyMap<string, string>

/** The first of these that a line has: one field goes by several names. */
export function textIn(fields: Fields, names: readonly string[]): string | null {
  const name = names.find((one) => fields.has(one))
  return name === undefined ? null : fields.get(name)!
}

/** Why a line is not read. */
export const UNREAD = {
  format: 'are neither JSON nor LTSV (another `log_format`?)',
  cut: 'begin as JSON and do not end as such (cut off, or quotes in a value that is written without `escape=json`)',
  lacks: 'have no "upstream_addr" (or "u")',
} as const
export type Unread = keyof typeof UNREAD

/** `mended`: it is no JSON, but what its fields hold is beyond doubt. */
export type Line = { fields: Fields; mended: boolean } | Unread

/** Reads a line's fields: JSON, with or without syslog's words before it, the same without `escape=json` or without quotes, or LTSV. */
export function fieldsOf(line: string): Line {
  const start = line.indexOf('{')
  const ltsv = line.includes('\t') ? labelled(line) : null
  if (ltsv) return ltsv
  if (start < 0) return 'format'
  // Before it only syslog's words may stand: a brace in a request is no beginning.
  if (/["\t]/.test(line.slice(0, start))) return 'format'
  const text = line.slice(start)
  try {
    const json = parseJson(text)
    if (json === null || typeof json !== 'object') return 'format'
    return { fields: new Map(Object.entries(json).flatMap(([name, value]) => textOf(name, value))), mended: false }
  } catch {
    const fields = templated(text)
    return fields ? { fields, mended: true } : 'cut'
  }
}

function textOf(name: string, value: unknown): [string, string][] {
  if (Array.isArray(value)) return value.every(isPlain) ? [[name, value.join(', ')]] : []
  return isPlain(value) ? [[name, String(value)]] : []
}
const isPlain = (value: unknown) => typeof value === 'string' || typeof value === 'number'

/** `label:value`, parted by tabs. */
function labelled(line: string): Line | null {
  const parts = line.trimEnd().split('\t')
  const fields = parts.map((part) => /^(?:<\d+>.*: )?([\w-]+):(.*)$/s.exec(part))
  if (parts.length < 2 || fields.some((field) => field === null)) return null
  return { fields: new Map(fields.map((field) => [field![1]!, field![2]!])), mended: false }
}

/** The next name in quotes and its colon, behind a comma or the opening brace. */
const NAME = /\s*"([\w.@$-]+)"\s*:\s*/y
/** A value in quotes: NGINX writes `"` within as `\x22` or `\"`. */
const QUOTED = /"((?:[^"\\]|\\.)*)"\s*(?=,\s*"[\w.@$-]+"\s*:|\}\s*$)/y
/** A value without quotes goes on to the next name: no value holds a quote. */
const BARE = /([^"]*?)(?=,\s*"[\w.@$-]+"\s*:|\}\s*$)/y

/**
 * What a `log_format` in the form of JSON made of values that are none: `"us":502, 200,"urt":-`, or `\x22` within quotes. Null where
 * it is not certain where a value ends.
 */
function templated(text: string): Fields | null {
  const fields = new Map<string, string>()
  let at = 1
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (!found) return null
    at = pattern.lastIndex
    return found[1]!
  }
  for (;;) {
    const name = take(NAME)
    if (name === null || fields.has(name)) return null
    const quoted = text[at] === '"'
    const value = take(quoted ? QUOTED : BARE)
    if (value === null) return null
    fields.set(name, quoted ? unescaped(value) : value.trim().replace(/^\[(.*)\]$/s, '$1'))
    if (text[at] === '}') return fields
    at++
  }
}

const unescaped = (text: string) =>
  text.replace(
    /(?:\\x[0-9a-fA-F]{2})+|\\(["\\/])/g,
    (found, char?: string) => char ?? Buffer.from(found.replaceAll('\\x', ''), 'hex').toString('utf8'),
  )
