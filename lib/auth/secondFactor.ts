import { EvenkeelError } from '../model/error.ts'
import type { Attempt, Attempts } from './attempts.ts'
import { type OneTimeCodes, withoutRecoveryCode } from './oneTimeCodes.ts'
import type { LocalPerson, Persons } from './persons.ts'

export type SecondFactor = 'code' | 'passkey'

/** The second factors that a person has set up. */
export const factorsOf = ({ totp, passkeys = [] }: LocalPerson): SecondFactor[] => [
  ...(totp ? (['code'] as const) : []),
  ...(passkeys.length > 0 ? (['passkey'] as const) : []),
]

type Options = { persons: Persons; codes: OneTimeCodes; attempts: Attempts }

/** The check of a one-time or recovery code, which is used up by it. Throws `unauthenticated`, `too_many`. */
export function createSecondFactorCheck({ persons, codes, attempts }: Options) {
  async function fits(id: string, second: string): Promise<boolean> {
    const { totp } = persons.get(id) ?? {}
    if (totp && /^\d{6}$/.test(second)) {
      const step = await codes.stepOf(totp, second)
      // Read again: the same code may have come twice at once.
      const now = persons.get(id)?.totp
      if (step === null || !now || now.sealed !== totp.sealed || step <= now.step) return false
      persons.update(id, { totp: { ...now, step } })
      return true
    }
    const left = withoutRecoveryCode(persons.get(id)?.recovery ?? [], second)
    if (left) persons.update(id, { recovery: left })
    return left !== null
  }

  return async ({ id }: LocalPerson, second: string, who: Attempt): Promise<void> => {
    const takeBack = await attempts.spendSecond(who)
    if (!(await fits(id, second))) throw new EvenkeelError('unauthenticated', 'The code does not fit, or was used already.')
    await takeBack()
  }
}
