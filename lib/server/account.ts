import type { AccountView, TokenView } from '../model/account.ts'
import type { Identity } from './doors/identity.ts'
import type { Token } from './doors/tokens.ts'
import type { House } from './house.ts'
import { iso, isoOrNull } from './time.ts'

/** A token as the API answers it: the owner by name. */
export function tokenView({ doors }: House, { owner, createdAt, until, usedAt, ...token }: Token): TokenView {
  return {
    ...token,
    owner: owner === null ? null : doors.nameOf(owner),
    createdAt: iso(createdAt),
    until: iso(until),
    usedAt: isoOrNull(usedAt),
  }
}

/** Everything about the own account of whoever asks. */
export function getAccount(house: House, identity: Identity): AccountView {
  const { doors } = house
  const person = identity.kind === 'person' ? (doors.local?.persons.get(identity.id) ?? null) : null
  const session = identity.kind === 'person' ? identity.session : null
  return {
    name: identity.name,
    role: identity.role,
    local: person !== null,
    hasPassword: person?.password !== undefined,
    codes: person?.totp !== undefined,
    passkeys: (person?.passkeys ?? []).map(({ id, name, createdAt, usedAt }) => ({
      id,
      name,
      createdAt: iso(createdAt),
      usedAt: isoOrNull(usedAt),
    })),
    passkeysUnavailable: doors.local?.passkeys.unavailable ?? null,
    recoveryLeft: person?.recovery?.length ?? 0,
    required: doors.local?.required ?? false,
    askPresent: session !== null && (doors.local?.asksPresent(identity.id, session) ?? false),
    sessions:
      session === null
        ? []
        : doors.sessions.of(identity.id).map(({ id, createdAt, usedAt, from, agent }) => ({
            id,
            createdAt: iso(createdAt),
            usedAt: iso(usedAt),
            from,
            agent,
            here: id === session,
          })),
    tokens: doors.tokens
      .list()
      .filter(({ owner }) => identity.kind !== 'token' && owner === identity.id)
      .map((token) => tokenView(house, token)),
  }
}
