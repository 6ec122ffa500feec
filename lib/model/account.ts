import type { Iso, Person } from './views.ts'

/** An API token, without its secret. */
export type TokenView = {
  id: string
  name: string
  role: Person['role']
  /** What it can do now: at most what its owner may. Null: it has ended, or its owner is gone. */
  present: Person['role'] | null
  createdAt: Iso
  until: Iso
  by: string
  owner: string | null
  usedAt: Iso | null
}

/** Everything about the own account of whoever asks. */
export type AccountView = {
  name: string
  role: Person['role']
  /** Whether there is a password and a second factor of ours. */
  local: boolean
  hasPassword: boolean
  /** One-time codes are set up. */
  codes: boolean
  passkeys: { id: string; name: string; createdAt: Iso; usedAt: Iso | null }[]
  /** Why there are none here. */
  passkeysUnavailable: string | null
  recoveryLeft: number
  /** A second factor is required here. */
  required: boolean
  /** Changes to the account need the present password. */
  askPresent: boolean
  sessions: { id: string; createdAt: Iso; usedAt: Iso; from: string | null; agent: string; here: boolean }[]
  tokens: TokenView[]
}
