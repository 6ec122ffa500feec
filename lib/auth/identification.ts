import type { Auth } from '../config/auth.ts'
import { EvenkeelError } from '../model/error.ts'
import type { BrowserSessions } from './browserSessions.ts'
import type { Connection } from './connection.ts'
import type { Directory } from './directory.ts'
import { ANONYMOUS, type Identity } from './identity.ts'
import type { ProxiedPeople } from './proxiedPeople.ts'
import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

/** The identification of a request: by its token, its session, or the proxy that it comes through. */
export type Identification = {
  /** Null for nobody. Throws `unauthenticated` for a token that is not valid, and what the proxy's or issuer's people throw. */
  identify(headers: Headers, connection: Connection | null): Identity | null
  identifyOrNull(headers: Headers, connection: Connection | null): Identity | null
}

type Options = {
  mode: Auth['mode']
  browser: BrowserSessions
  sessions: Sessions
  tokens: Tokens
  proxied: ProxiedPeople | null
  directory: Directory
}

export function createIdentification({ mode, browser, sessions, tokens, proxied, directory }: Options): Identification {
  function bySession(headers: Headers): Identity | null {
    const session = browser.of(headers)
    const present = session && directory.present(session.person)
    if (!session || !present) return null
    if (present.role === session.role) return { kind: 'person', id: session.person, ...present, session: session.id }
    sessions.end(session.id)
    return null
  }

  function identify(headers: Headers, connection: Connection | null): Identity | null {
    const authorization = headers.get('authorization')
    const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')
    // A proxy may hand on a token of its own, made by whoever signs people in.
    if (authorization !== null && (!proxied || bearer?.[1]?.startsWith('ek_'))) {
      const token = bearer && tokens.bearer(bearer[1]!)
      if (!token) throw new EvenkeelError('unauthenticated', 'Authorization: this token is not known here, has ended, or was revoked.')
      return token
    }
    if (mode === 'none') return ANONYMOUS
    return proxied ? proxied.identify(headers, connection) : bySession(headers)
  }

  return {
    identify,
    identifyOrNull(headers, connection) {
      try {
        return identify(headers, connection)
      } catch {
        return null
      }
    },
  }
}
