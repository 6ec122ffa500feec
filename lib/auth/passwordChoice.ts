import type { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { EvenkeelError } from '../model/error.ts'

export const PASSWORD_MIN = 12
export const PASSWORD_MAX = 1_000
/** What comes after is not looked at: the check takes longer than its input is long. */
const LOOKED_AT = 100
/** zxcvbn's 3: more than a hundred million guesses. */
const SCORE_MIN = 3
/** What a password must have beside the name of its person. */
const REST_MIN = 6

let checker: Promise<ZxcvbnFactory> | null = null
/** 50,000 common passwords: loaded when somebody first chooses one. */
function load(): Promise<ZxcvbnFactory> {
  checker ??= Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]).then(
    ([{ ZxcvbnFactory: Factory }, { dictionary, adjacencyGraphs }]) =>
      new Factory({ dictionary, graphs: adjacencyGraphs, maxLength: LOOKED_AT }),
  )
  return checker
}

/**
 * The strength check of a new password: refuses the commonest passwords, what is made of one by repeating it or adding a year, and the person's own
 * name. There are no rules about kinds of characters: they make passwords worse. Throws `invalid`.
 */
export async function checkChoice(password: string, name: string): Promise<void> {
  if ([...password].length < PASSWORD_MIN) throw new EvenkeelError('invalid', `password: expected at least ${PASSWORD_MIN} characters.`)
  const own = [name, ...name.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2), 'evenkeel'].map((word) => word.toLowerCase())
  const rest = own.reduce((text, word) => text.replaceAll(word, ''), password.toLowerCase())
  if (rest.length < REST_MIN || (await load()).check(password, own).score < SCORE_MIN)
    throw new EvenkeelError(
      'invalid',
      'password: this one is among the first that are tried. Take several words that do not belong together.',
    )
}
