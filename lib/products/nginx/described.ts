import { EvenkeelError } from '../../model/error.ts'
import type { RingSpec } from '../../model/ring.ts'
import { balancingOf } from './balancing.ts'
import { readUpstream } from './upstreamFile.ts'
import { type Word, wordsIn } from './words.ts'

/** The ring of the first upstream in a piece of nginx.conf, or of bare `server` statements. Without a `hash` it is what `hash … consistent` would make of them. Throws `invalid` where something else chooses the server. */
export function describes(text: string): RingSpec | null {
  const words = readable(text)
  if (!words.some((_, i) => isServer(words, i))) return null
  const at = words.findIndex((word, i) => isPlain(word, 'upstream') && isOpening(words[i + 2]))
  const upstream = words[at + 1]
  const read = upstream && at >= 0 ? readUpstream(blockAt(text, words, at), upstream.text) : readUpstream(text, 'pasted')
  const { servers } = read
  const { algorithm, sticky, weights } = balancingOf(read, {})
  if (weights !== true) throw new EvenkeelError('invalid', `No ring is known of this upstream: ${weights.because}.`)
  if (sticky && sticky !== 'ip_hash')
    throw new EvenkeelError(
      'invalid',
      `Which server a key of this upstream goes to is not determined by a ring: ${sticky} keeps users on the server where they began.`,
    )
  const nodes = servers.filter(({ backup }) => !backup)
  if (nodes.length === 0) return null
  const plain = algorithm.startsWith('hash ') && !algorithm.endsWith(' consistent')
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
    // The checks above have decided whether the text is NGINX's at all.
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
  let depth = 0
  const end = words.find((word, i) => {
    if (i <= at || !word.sign) return false
    if (word.text === '{') depth++
    return word.text === '}' && --depth === 0
  })
  return text.slice(words[at]!.from, end?.to)
}
