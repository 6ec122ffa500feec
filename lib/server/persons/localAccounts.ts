import type { Local } from '../../auth/local.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Runtime } from '../runtime.ts'

/** The accounts that Evenkeel keeps itself. Throws `not_allowed` where people sign in elsewhere, or not at all. */
export function localOf(runtime: Runtime): Local {
  if (!runtime.auth.local)
    throw new EvenkeelError(
      'not_allowed',
      `Evenkeel keeps no accounts in this configuration: auth is "${runtime.auth.mode}"${runtime.auth.mode === 'none' ? '' : ', and auth.roles says who may come in'}.`,
    )
  return runtime.auth.local
}
