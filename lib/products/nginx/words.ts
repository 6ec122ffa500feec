import { malformed } from '../../model/error.ts'

/** A word of a configuration, and where it stands in the text, quotes included. `sign`: one of `;`, `{`, `}` outside of quotes. */
export type Word = { text: string; from: number; to: number; sign: boolean }

const isBlank = (char: string) => char === ' ' || (char >= '\t' && char <= '\r') || (char > '~' && /\s/.test(char))
const isSign = (char: string) => char === ';' || char === '{' || char === '}'

/**
 * A configuration's words as NGINX reads them (ngx_conf_read_token), comments left out. One pass without looking back, so that no text takes
 * longer than its length. Throws `malformed` for a quote that is not closed.
 */
export function* wordsIn(text: string): Generator<Word> {
  const lastBrace = text.lastIndexOf('}')
  let at = 0
  while (at < text.length) {
    const char = text[at]!
    if (isBlank(char)) at++
    else if (char === '#') {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else if (isSign(char)) yield { text: char, from: at, to: ++at, sign: true }
    else {
      const from = at
      const quoted = char === '"' || char === "'"
      at = quoted ? quoteEnd(text, from) : plainEnd(text, from, lastBrace)
      if (at > text.length)
        throw malformed(`a configuration of NGINX: a ${quoted ? 'quote is not closed' : '\\ ends it'}`, text.slice(from))
      const raw = text.slice(from, at)
      yield { text: quoted ? raw.slice(1, -1).replace(/\\(.)/g, '$1') : raw, from, to: at, sign: false }
    }
  }
}

/** Behind the closing quote; beyond the text where there is none. */
function quoteEnd(text: string, from: number): number {
  let at = from + 1
  for (; at < text.length && text[at] !== text[from]; at++) if (text[at] === '\\') at++
  return at + 1
}

/** Behind a word without quotes, in which `${name}` is no block; beyond the text where a backslash is the last of it. */
function plainEnd(text: string, from: number, lastBrace: number): number {
  let at = from
  while (at < text.length && !isBlank(text[at]!) && !isSign(text[at]!)) {
    if (text[at] === '$' && text[at + 1] === '{' && at < lastBrace) at = text.indexOf('}', at) + 1
    else at += text[at] === '\\' ? 2 : 1
  }
  return at
}
