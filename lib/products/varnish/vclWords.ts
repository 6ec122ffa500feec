import { malformed } from '../../model/error.ts'

/** A word of VCL: a name, number or enum; the content of a string; or a single sign. */
export type VclWord = { is: 'word' | 'string' | 'sign'; text: string }

const BLANK = /\s+|#[^\n]*|\/\/[^\n]*/y
const WORD = /[A-Za-z0-9_][\w.-]*/y
const PLAIN = /"([^"\n]*)"/y
/** Opened so, closed so: a comment, long strings and C. What is in them means nothing here. */
const BLOCKS: [open: string, close: string, is: 'string' | null][] = [
  ['/*', '*/', null],
  ['"""', '"""', 'string'],
  ['{"', '"}', 'string'],
  ['C{', '}C', null],
]

/** VCL as words, comments and inline C left out. One pass without looking back. Throws `malformed` for what is not closed. */
export function* vclWords(text: string): Generator<VclWord> {
  let at = 0
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) at = pattern.lastIndex
    return found
  }
  while (at < text.length) {
    const block = BLOCKS.find(([open]) => text.startsWith(open, at))
    if (block) {
      const [open, close, is] = block
      const end = text.indexOf(close, at + open.length)
      if (end < 0) throw malformed(`the VCL: ${open} is not closed`, text.slice(at))
      if (is) yield { is, text: text.slice(at + open.length, end) }
      at = end + close.length
      continue
    }
    if (match(BLANK)) continue
    const plain = match(PLAIN)
    if (plain) {
      yield { is: 'string', text: plain[1]! }
      continue
    }
    const word = match(WORD)
    if (word) yield { is: 'word', text: word[0] }
    else yield { is: 'sign', text: text[at++]! }
  }
}

/** The answer to `vcl.show -v` as the sources that were loaded, without the built-in VCL. A header before each says how many bytes it has. */
export function sourcesOf(answer: string): string {
  const bytes = Buffer.from(answer)
  const sources: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at)
    const [, length, name] = /^\/\/ VCL\.SHOW \d+ (\d+) (.+)$/.exec(bytes.toString('utf8', at, end < 0 ? bytes.length : end)) ?? []
    if (length === undefined || end < 0) {
      // A blank line between two.
      if (end < 0 || bytes.toString('utf8', at, end).trim() !== '')
        throw malformed('vcl.show -v is to begin each source with its length', answer.slice(0, 80))
      at = end + 1
      continue
    }
    if (end + 1 + Number(length) > bytes.length) throw malformed('vcl.show -v ends amid a source', answer.slice(-80))
    if (name !== '<builtin>' && name !== 'Builtin') sources.push(bytes.toString('utf8', end + 1, end + 1 + Number(length)))
    at = end + 1 + Number(length)
  }
  return sources.join('\n')
}
