import { ConfigError } from '../../lib/config/error.ts'
import { EvenkeelError } from '../../lib/model/error.ts'
import type { Parser } from './list.ts'

/** What a parser may do with a bad text: answer, or refuse in words. Anything else (a TypeError, the end of the stack) is returned. */
export function brokenBy(parser: Parser, text: string): unknown {
  try {
    parser.run(text)
  } catch (error) {
    if (!(error instanceof EvenkeelError || error instanceof ConfigError)) return error
    if (error.message.length > MESSAGE_MAX) return new Error(`an error of ${error.message.length} characters`)
  }
  return undefined
}

/** A refusal is read by a person, and kept. */
const MESSAGE_MAX = 20_000
