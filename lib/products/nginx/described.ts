import type { RingSpec } from '../../model/ring.ts'
import { readUpstream } from './upstreamFile.ts'
import { type Word, wordsIn } from './words.ts'

/** The ring of the first upstream in a piece of nginx.conf, or of bare `server` statements. Without a `hash` it is what `hash … consistent` would make of them. */
export function describes(text: string): RingSpec | null {
  const words = readable(text)
  if (!words.some((_, i) => isServer(words, i))) return null
  const at = words.findIndex((word, i) => isPlain(word, 'upstream') && isOpening(words[i + 2]))
  const upstream = words[at + 1]
  const { servers, method } = upstream && at >= 0 ? readUpstream(blockAt(text, words, at), upstream.text) : readUpstream(text, 'pasted')
  const nodes = servers.filter(({ backup }) => !backup)
  if (nodes.length === 0) return null
  const plain = method?.startsWith('hash ') && !method.endsWith(' consistent')
  return {
    algorithm: plain ? 'nginx-hash' : 'nginx-consistent',
    nodes: nodes.map(({ address, weight, down }) => ({ name: address, weight, ...(down ? { state: 'down' as const } : {}) })),
  }
}

/** The words up to the first that cannot be read: another program's configuration may hold odd quotes. */
function readable(text: string): Word[] {
  const words: Word[] = []
  try {
    for (const word of wordsIn(text)) words.push(word)
  } catch {
    // Whether it is NGINX's at all is told by those before.
  }
  return words
}

const isPlain = (word: Word | undefined, text: string) => word?.text === text && !word.sign
const isOpening = (word: Word | undefined) => word?.sign === true && word.text === '{'

/** A statement `server ADDRESS …;` begins there, and no block. */
function isServer(words: readonly Word[], at: number): boolean {
  if (words[at - 1]?.sign === false || !isPlain(words[at], 'server') || words[at + 1]?.sign !== false) return false
  let end = at + 1
  while (words[end]?.sign === false) end++
  return words[end]?.text === ';'
}

/** From `upstream NAME {` to its `}`: the rest of the file may nest it in `http { }`. */
function blockAt(text: string, words: readonly Word[], at: number): string {
  const end = words.find((word, i) => i > at && word.sign && word.text === '}')
  return text.slice(words[at]!.from, end?.to)
}
