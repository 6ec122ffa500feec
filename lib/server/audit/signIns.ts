import { EvenkeelError } from '../../model/error.ts'
import { REFUSALS, type Recorder } from './recorder.ts'

export type SignInWay = 'link' | 'password' | 'passkey' | 'issuer' | 'proxy'

/** What the doors tell of people who come in, whichever way: for the audit log. */
export type SignIns = {
  entered(name: string, way: SignInWay, from: string | null): void
  /** `name`: of a person who is known here. What else is typed in place of a name may be a password. */
  refused(name: string | null, way: SignInWay, from: string | null, error: unknown): void
  /** Evenkeel itself has made a link for the first admin. */
  invited(name: string, role: string): void
  /** A file in the data folder asked for it: the second factor of the first admin was taken away. */
  factorReset(name: string): void
}

export function signInsOf(audit: Pick<Recorder, 'done' | 'refused' | 'own'>): SignIns {
  return {
    entered: (by, way, from) => audit.done({ by, how: 'person', from }, { what: 'sign-in', detail: { way } }),
    refused(name, way, from, error) {
      const known = error instanceof EvenkeelError ? error : null
      const code = known?.code ?? 'internal'
      const detail = { operation: `sign-in by ${way}`, way, code, ...(known ? { because: known.message } : {}) }
      const isRefusal = REFUSALS.includes(code)
      // Nobody is known by a name that was only given.
      audit.refused(
        { by: null, how: 'anonymous', from },
        { what: 'sign-in-refused', about: name ?? '', detail },
        isRefusal ? 'refused' : 'failed',
      )
    },
    invited: (name, role) => audit.own({ what: 'person-invited', about: name, detail: { role } }),
    factorReset: (name) =>
      audit.own({ what: 'second-factor', about: name, detail: { because: 'a file reset-admin stood in the data folder' } }),
  }
}
