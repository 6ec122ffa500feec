import type { SignIns } from '../../auth/signIns.ts'
import { EvenkeelError } from '../../model/error.ts'
import { REFUSALS, type Recorder } from './recorder.ts'

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
