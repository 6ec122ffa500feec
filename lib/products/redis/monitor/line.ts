import { malformed } from '../../../model/error.ts'

/** One command that MONITOR showed. Its arguments are taken out of the line only when they are asked for: values never are. */
export type MonitorLine = {
  /** The server's clock, epoch ms. */
  at: number
  /** `127.0.0.1:50412`, `unix:/run/redis.sock`, or `lua` for a command inside a script. */
  client: string
  /** How many arguments, the command's name among them. */
  count: number
  /** Argument `index` as bytes; 0 is the command's name. */
  argument(index: number): Buffer
  /** Bytes of argument `index`, without taking it out. */
  size(index: number): number
}

const HEAD = /^\+?(\d{1,12}\.\d{1,6}) \[\d+ (.*?)\] (?=")/

/** Reads `unix.micros [db client] "COMMAND" "argument" …`, one byte a character (latin1), without its line end. */
export function readMonitorLine(line: string): MonitorLine {
  const head = HEAD.exec(line)
  if (!head) throw malformed('MONITOR: a line is to begin with TIME [DB CLIENT] "COMMAND"', withoutArguments(line))
  const quotes = argumentsOf(line, head[0].length)
  return {
    at: Number(head[1]) * 1_000,
    client: flat(head[2]!),
    count: quotes.length / 2,
    argument(index) {
      const from = quotes[2 * index]
      if (from === undefined) throw new RangeError('no such argument')
      return bytesOf(line.slice(from, quotes[2 * index + 1]))
    },
    size(index) {
      const [from, to] = [quotes[2 * index], quotes[2 * index + 1]]
      if (from === undefined || to === undefined) throw new RangeError('no such argument')
      return sizeOf(line, from, to)
    },
  }
}

/** Where each quoted argument begins and ends, as [from, to, from, to, …]. */
function argumentsOf(line: string, start: number): number[] {
  const found: number[] = []
  let at = start
  while (at < line.length) {
    if (line[at] !== '"') throw malformed('MONITOR: an argument is to be in quotes', withoutArguments(line))
    let end = line.indexOf('"', at + 1)
    while (end > 0 && isEscaped(line, end)) end = line.indexOf('"', end + 1)
    if (end < 0) throw malformed('MONITOR: a quote is not closed', withoutArguments(line))
    found.push(at + 1, end)
    // One space before the next, nothing after the last.
    at = end + 2
  }
  return found
}

/** An odd number of backslashes stands before it. */
function isEscaped(line: string, at: number): boolean {
  let slashes = 0
  while (line[at - 1 - slashes] === '\\') slashes++
  return slashes % 2 === 1
}

const LETTERS: Record<string, string> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' }

/** The reverse of Redis's sdscatrepr: `\n \r \t \a \b \" \\ \xNN`. */
export function bytesOf(text: string): Buffer {
  const bytes = text.includes('\\')
    ? text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_, hex: string | undefined, letter: string) =>
        hex === undefined ? (LETTERS[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
      )
    : text
  return Buffer.from(bytes, 'latin1')
}

/** How many bytes the escapes between stand for. */
function sizeOf(line: string, from: number, to: number): number {
  let size = to - from
  for (let at = line.indexOf('\\', from); at >= 0 && at < to; at = line.indexOf('\\', at)) {
    const length = line[at + 1] === 'x' ? 4 : 2
    size -= length - 1
    at += length
  }
  return size
}

/** A copy of its own: a slice would keep the whole chunk, with everybody's values, in memory. */
const flat = (text: string) => Buffer.from(text, 'latin1').toString('latin1')

/** An error must not carry a value. */
const withoutArguments = (line: string) => flat(line.slice(0, Math.min(60, line.includes('"') ? line.indexOf('"') : 60)))
