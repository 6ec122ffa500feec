import type { SignIns } from '../lib/auth/signIns.ts'

/** A recorder of sign-ins that keeps them in memory. */
export function toldSignIns() {
  const list: unknown[][] = []
  const signIns: SignIns = {
    entered: (...told) => void list.push(['entered', ...told]),
    refused: (name, way, from, error) => void list.push(['refused', name, way, from, (error as { code?: string }).code]),
    invited: (...told) => void list.push(['invited', ...told]),
    factorReset: (...told) => void list.push(['factorReset', ...told]),
  }
  return { list, signIns }
}
