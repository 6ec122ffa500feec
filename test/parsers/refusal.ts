import { ConfigError } from '../../lib/config/error.ts'
import { EvenkeelError } from '../../lib/model/error.ts'
import type { Parser } from './list.ts'

/** Runs a parser on a bad text. It may answer, or throw an error in words; anything else (a TypeError, a stack overflow) is returned as a fault. */
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
