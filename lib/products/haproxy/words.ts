/** A word of a configuration line, and where it stands in it, quotes and escapes included. */
export type Word = {
  text: string
  from: number
  to: number
  /** It contains an environment variable whose value is not known: `"${WEIGHT}"`. The text holds the variable as written. */
  open?: true
}

/** What the file itself has set (`setenv`). */
type Environment = ReadonlyMap<string, string>

/** `$NAME`, `${NAME}`, `${NAME-default}`, `${NAME[*]}`, read from where the `$` stands (HAProxy's configuration manual, section 2.3). */
const VARIABLE = /\$(?:\{([\w.]+)(\[\*\])?(-[^}]*)?\}|([A-Za-z_]\w*))/y

/** Variables make no word longer than this: one that doubles another thirty times over would fill the memory. */
const WORD_MAX = 16_384

/** A line's words: blanks part them unless quoted or escaped; `#` begins a comment; variables are read within double quotes (section 2.2). */
export function wordsIn(line: string, environment?: Environment): Word[] {
  const words: Word[] = []
  /** Where the word under way begins; below 0 between words. */
  let from = -1
  let text = ''
  let open = false
  /** From here on the line is taken as it stands. */
  let run = 0
  let quote = ''
  const begin = (at: number) => {
    if (from >= 0) return
    from = at
    run = at
    text = ''
    open = false
  }
  /** Takes what stands before a quote or an escape, which is left out itself. */
  const takeTo = (at: number) => {
    begin(at)
    text += line.slice(run, at)
    run = at + 1
  }
  const end = (at: number) => {
    if (from >= 0) words.push({ text: text + line.slice(run, at), from, to: at, ...(open ? { open } : {}) })
    from = -1
  }
  let index = 0
  for (; index < line.length; index++) {
    const char = line[index]!
    if (char === '\\' && quote !== "'") {
      takeTo(index)
      // The next one is taken, whatever it is.
      index++
    } else if (char === '$' && quote === '"') {
      VARIABLE.lastIndex = index
      const found = VARIABLE.exec(line)
      if (!found) continue
      const value = found[2] ? undefined : environment?.get(found[1] ?? found[4]!)
      if (value === undefined || text.length + value.length > WORD_MAX) open = true
      else {
        takeTo(index)
        text += value
        run = index + found[0].length
      }
      index += found[0].length - 1
    } else if (quote) {
      if (char !== quote) continue
      takeTo(index)
      quote = ''
    } else if (char === '"' || char === "'") {
      takeTo(index)
      quote = char
    } else if (char === '#') break
    else if (char === ' ' || char === '\t' || char === '\r') end(index)
    else begin(index)
  }
  end(Math.min(index, line.length))
  return words
}
