import { createCookie } from './cookie.ts'
import type { PersonRole } from './roles.ts'
import { SESSION_MS, type Session, type Sessions } from './sessions.ts'

/** Sessions of browsers, by a cookie. */
export type BrowserSessions = {
  /** Begins a session; the Set-Cookie header. Whoever signs in again in the same browser leaves no session behind. */
  begin(person: { id: string; role: PersonRole }, by: Session['by'], headers: Headers): string
  of(headers: Headers): Session | null
  /** The Set-Cookie header that forgets it. */
  forget(): string
}

type Options = { sessions: Sessions; secure: boolean; from(headers: Headers): string | null }

export function createBrowserSessions({ sessions, secure, from }: Options): BrowserSessions {
  const cookie = createCookie({ name: 'evenkeel_session', seconds: SESSION_MS / 1000, secure })
  const of = (headers: Headers): Session | null => {
    const secret = cookie.read(headers)
    return secret === null ? null : sessions.find(secret)
  }
  return {
    begin(person, by, headers) {
      const before = of(headers)
      if (before) sessions.end(before.id)
      const agent = headers.get('user-agent') ?? ''
      return cookie.set(sessions.begin({ person: person.id, role: person.role, by, from: from(headers), agent }))
    },
    of,
    forget: () => cookie.forget(),
  }
}
