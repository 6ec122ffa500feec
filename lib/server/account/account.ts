import type { Identity } from '../../auth/identity.ts'
import type { AccountView } from '../../model/answers/account.ts'
import { iso, isoOrNull } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'
import { tokenView } from '../tokens/tokens.ts'

/** Everything about the own account of whoever asks. */
export function getAccount(runtime: Runtime, identity: Identity): AccountView {
  const { auth } = runtime
  const person = identity.kind === 'person' ? (auth.local?.persons.get(identity.id) ?? null) : null
  const session = identity.kind === 'person' ? identity.session : null
  return {
    name: identity.name,
    role: identity.role,
    ...(identity.grants && { grants: identity.grants }),
    local: person !== null,
    hasPassword: person?.password !== undefined,
    codes: person?.totp !== undefined,
    passkeys: (person?.passkeys ?? []).map(({ id, name, createdAt, usedAt }) => ({
      id,
      name,
      createdAt: iso(createdAt),
      usedAt: isoOrNull(usedAt),
    })),
    passkeysUnavailable: auth.local?.passkeys.unavailable ?? null,
    recoveryLeft: person?.recovery?.length ?? 0,
    required: auth.local?.required ?? false,
    askPresent: session !== null && (auth.local?.asksPresent(identity.id, session) ?? false),
    sessions:
      session === null
        ? []
        : auth.sessions.of(identity.id).map(({ id, createdAt, usedAt, from, agent }) => ({
            id,
            createdAt: iso(createdAt),
            usedAt: iso(usedAt),
            from,
            agent,
            here: id === session,
          })),
    tokens: auth.tokens
      .list()
      .filter(({ owner }) => identity.kind !== 'token' && owner === identity.id)
      .map((token) => tokenView(runtime, token)),
  }
}
