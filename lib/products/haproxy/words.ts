/** A word of a configuration line, and where it stands in it, quotes and escapes included. */
export type Word = { text: string; from: number; to: number }

/** A line's words: blanks part them unless quoted or escaped; `#` begins a comment (HAProxy's configuration manual, section 2.2). */
export function wordsIn(line: string): Word[] {
  const words: Word[] = []
  let word: Word | null = null
  let quote = ''
  const add = (at: number, text: string) => {
    word = { text: (word?.text ?? '') + text, from: word?.from ?? at, to: 0 }
  }
  const end = (at: number) => {
    if (word) words.push({ ...word, to: at })
    word = null
  }
  let index = 0
  for (; index < line.length; index++) {
    const char = line[index]!
    if (char === '\\' && quote !== "'") {
      add(index, line[index + 1] ?? '')
      index++
    } else if (quote) {
      if (char === quote) quote = ''
      else add(index, char)
    } else if (char === '"' || char === "'") {
      quote = char
      add(index, '')
    } else if (char === '#') break
    else if (char === ' ' || char === '\t' || char === '\r') end(index)
    else add(index, char)
  }
  end(Math.min(index, line.length))
  return words
}
