import { malformed } from '../../model/error.ts'

/** A word of a configuration, and where it stands in the text, quotes included. `sign`: one of `;`, `{`, `}` outside of quotes. */
export type Word = { text: string; from: number; to: number; sign: boolean }

const isBlank = (char: string) => char === ' ' || (char >= '\t' && char <= '\r') || (char > '~' && /\s/.test(char))
const isSign = (char: string) => char === ';' || char === '{' || char === '}'

/**
 * A configuration's words as NGINX reads them (ngx_conf_read_token), comments left out, and what stands between the braces of a Lua block:
 * its quotes, braces and comments are Lua's. One pass without looking back, so that no text takes longer than its length. Throws `malformed`
 * for a quote, comment or block that is not closed.
 */
export function* wordsIn(text: string): Generator<Word> {
  const lastBrace = text.lastIndexOf('}')
  let at = 0
  let last = ''
  while (at < text.length) {
    const char = text[at]!
    if (isBlank(char)) at++
    else if (char === '#') {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else if (isSign(char)) {
      yield { text: char, from: at, to: ++at, sign: true }
      if (char === '{' && last.endsWith('_by_lua_block')) at = luaEnd(text, at)
      last = ''
    } else {
      const from = at
      const quoted = char === '"' || char === "'"
      at = quoted ? quoteEnd(text, from) : plainEnd(text, from, lastBrace)
      if (at > text.length)
        throw malformed(`a configuration of NGINX: a ${quoted ? 'quote is not closed' : '\\ ends it'}`, text.slice(from))
      const raw = text.slice(from, at)
      last = quoted ? raw.slice(1, -1).replace(/\\(.)/g, '$1') : raw
      yield { text: last, from, to: at, sign: false }
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

/** A piece of Lua in which braces count for nothing: a comment, a long bracket, a text in quotes; or a brace. */
const LUA = /(?:--)?\[(=*)\[|--|["'{}]/g

/** Where the brace stands that closes a block of Lua. */
function luaEnd(text: string, from: number): number {
  const pieces = new RegExp(LUA)
  pieces.lastIndex = from
  let depth = 1
  for (let found = pieces.exec(text); found; found = pieces.exec(text)) {
    const [piece, level] = found
    if (piece === '{') depth++
    else if (piece === '}') {
      if (--depth === 0) return found.index
    } else {
      const [close, length] = level !== undefined ? [`]${level}]`, level.length + 2] : piece === '--' ? ['\n', 1] : [piece, 1]
      const end = piece === close ? quoteEnd(text, found.index) - 1 : text.indexOf(close, pieces.lastIndex)
      if (end < 0 || end >= text.length) break
      pieces.lastIndex = end + length
    }
  }
  throw malformed('a configuration of NGINX: a block of Lua is not closed', text.slice(from))
}
