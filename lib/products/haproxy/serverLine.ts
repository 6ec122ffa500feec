import { type Word, wordsIn } from './words.ts'

/** How many words of a `server` line come before its parameters: keyword, name, address. */
const HEAD = 3

/** The value of the last `weight`, as HAProxy takes it. */
function weightWord(words: Word[]): Word | undefined {
  const at = words.findLastIndex(({ text }, i) => i >= HEAD && text === 'weight')
  return at < 0 ? undefined : words[at + 1]
}

/** A `server` line with that weight; all else stays byte for byte. A line without a weight gets one at its end, before a comment. */
export function withWeight(line: string, weight: number): string {
  const words = wordsIn(line)
  const value = weightWord(words)
  if (value) return line.slice(0, value.from) + weight + line.slice(value.to)
  return withWordAtEnd(line, words, `weight ${weight}`)
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
