/** A text, and the epoch seconds at which it was read. */
export type Read = { text: string; at: number }

const NUMBER = /\d+(?:\.\d+)?/g
/** Names of values that come and go: what grew between two reads is no counter then. */
const GAUGE =
  /curr|active|used_memory|mem_|instant|rate|ratio|avg|queue|reading|writing|waiting|^bytes$|clients|rss|peak|lru_clock|idle|fragmentation|allocator|^(scur|qcur|smax|qmax|weight|status|qtime|ctime|rtime|ttime)$|_max/i

/**
 * The first text with every counter that grew until the second as `{{base+rate/s}}`, and the date as `{{NOW}}`. All else stays as it was first:
 * a line that is another one now tells of no rate.
 */
export function templateOf(first: Read, second: Read): string {
  const [before, after] = [first.text.split('\n'), second.text.split('\n')]
  const columns = before[0]?.startsWith('# ') && before[0].includes(',') ? before[0].slice(2).split(',') : null
  const later = byShape(after)
  return before
    .map((line, i) => {
      const same = after[i] !== undefined && shapeOf(after[i]) === shapeOf(line) ? after[i] : later.get(shapeOf(line))
      return same === undefined ? line : templateLine(line, same, first.at, second.at, columns)
    })
    .join('\n')
}

const shapeOf = (line: string) => line.replace(NUMBER, '0')

/** Lines by what they are but for their numbers, where one alone is: a line more above moves those below. */
function byShape(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  const several = new Set<string>()
  for (const line of lines) {
    const shape = shapeOf(line)
    if (found.has(shape)) several.add(shape)
    found.set(shape, line)
  }
  for (const shape of several) found.delete(shape)
  return found
}

function templateLine(line: string, later: string, from: number, to: number, columns: readonly string[] | null): string {
  const isNow = (number: string, at: number) => /^\d{10}$/.test(number) && Math.abs(Number(number) - at) <= 2
  const numbers = later.match(NUMBER) ?? []
  let index = 0
  return line.replace(NUMBER, (number, offset: number) => {
    const next = numbers[index++]!
    if (isNow(number, from) && isNow(next, to)) return '{{NOW}}'
    if (number === next || !isCount(number) || !isCount(next)) return number
    const growth = Number(next) - Number(number)
    const before = line.slice(0, offset)
    const name = columns ? columns[before.split(',').length - 1] : NAMED.exec(before)?.[1]
    if (growth < 0 || before.endsWith('-') || GAUGE.test(name ?? '')) return number
    return `{{${number}+${round(growth / (to - from))}/s}}`
  })
}

/** The word before a number that names it. */
const NAMED = /([\w.]+)["']?\s*[:= ]\s*["']?$/

/** Without leading zeros, and of a size that is exact. */
const isCount = (text: string) => /^(?:0|[1-9]\d{0,14})$/.test(text)

export const round = (value: number): number => Math.round(value * 1_000) / 1_000
