import type { BrakeSettings } from '../model/brakes.ts'
import type { Auth } from './auth.ts'
import type { Checks } from './references.ts'
import type { FileData } from './schema.ts'

/** The brakes as the file sets them. Without a login all people are one, of whom nobody could approve what another asks for. */
export function brakesOf({ changes }: Pick<FileData, 'changes'>, auth: Auth, { report }: Checks): BrakeSettings {
  if (changes.secondApprover && auth.mode === 'none')
    report(['changes', 'secondApprover'], '"high" without a login, where all people are one', 'auth with mode local, proxy or oidc')
  return {
    windows: changes.windows,
    inFlightMax: changes.inFlight ?? null,
    trafficPerHour: changes.trafficPerHour ?? null,
    secondApprover: changes.secondApprover ? { withinMs: changes.approveWithin } : null,
  }
}
