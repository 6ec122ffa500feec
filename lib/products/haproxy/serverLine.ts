import { type Word, wordsIn } from './words.ts'

/** How many words of a `server` line come before its parameters: keyword, name, address. */
const HEAD = 3

/** The value of the last such parameter, as HAProxy takes it. */
function parameterIn(words: Word[], parameter: string): Word | undefined {
  const at = words.findLastIndex(({ text }, i) => i >= HEAD && text === parameter)
  return at < 0 ? undefined : words[at + 1]
}

/** A `server` line with that weight; all else stays byte for byte. A line without a weight gets one at its end, before a comment. */
export const withWeight = (line: string, weight: number): string => withNumber(line, 'weight', weight)

/** The same with a limit of requests at once. */
export const withMaxconn = (line: string, limit: number): string => withNumber(line, 'maxconn', limit)

function withNumber(line: string, parameter: string, number: number): string {
  const words = wordsIn(line)
  const value = parameterIn(words, parameter)
  if (value) return line.slice(0, value.from) + number + line.slice(value.to)
  return withWordAtEnd(line, words, `${parameter} ${number}`)
}

/** A `server` line that starts in maintenance, or no longer does. */
export function withDisabled(line: string, disabled: boolean): string {
  const words = wordsIn(line)
  const own = words.filter(({ text }, i) => i >= HEAD && (text === 'disabled' || text === 'enabled'))
  let bare = ''
  let kept = 0
  for (const { from, to } of own) {
    bare += line.slice(kept, from).trimEnd()
    kept = to
  }
  bare += line.slice(kept)
  if (disabled) return withWordAtEnd(bare, wordsIn(bare), 'disabled')
  // Without a word of its own it was `default-server disabled`.
  return own.some(({ text }) => text === 'disabled') ? bare : withWordAtEnd(bare, wordsIn(bare), 'enabled')
}

function withWordAtEnd(line: string, words: Word[], text: string): string {
  const end = words.at(-1)?.to ?? line.length
  return `${line.slice(0, end)} ${text}${line.slice(end)}`
}
