import { EvenkeelError } from '../model/error.ts'
import type { RingNode } from '../model/ring.ts'
import { addressOf } from '../rings/algorithm.ts'

/** Host names, IPv4 and bracketed IPv6 addresses, ports, socket paths. A dash in front would make an option of it. */
const ADDRESS = /^[\w./:@[][\w./:@[\]-]*$/

const refuse = (what: string, text: string, because: string) =>
  new EvenkeelError('invalid', `${what}, ${JSON.stringify(text.slice(0, 60))}, ${because}`)

/**
 * A word of a configuration that needs no quotes. Names come from whoever describes a ring: one that could end its word, statement or line
 * is refused, so that none adds a setting of its own to a text that somebody copies.
 */
export function bareWord(text: string, what: string, allowed: RegExp): string {
  if (!allowed.test(text)) throw refuse(what, text, 'has a character that this configuration cannot hold')
  return text
}

/** The address of a node as a bare word. */
export const bareAddress = (node: RingNode): string => bareWord(addressOf(node), 'An address', ADDRESS)

/** The same texts, refused where one stands twice: read again, the configuration could not tell its servers apart. */
export function distinct(texts: readonly string[], what: string): readonly string[] {
  const twice = texts.find((text, at) => texts.indexOf(text) < at)
  if (twice !== undefined) throw refuse(what, twice, 'is given twice')
  return texts
}
