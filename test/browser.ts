import type { IncomingMessage } from 'node:http'
import type { Authentication, Visitor } from '../lib/auth/auth.ts'
import type { SignInAttempt } from '../lib/auth/localSignIn.ts'
import type { RoleNeeded } from '../lib/auth/roles.ts'

/** A minimal browser for tests of authentication: an address and a cookie jar. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #auth: Authentication
  readonly #from: string
  constructor(auth: Authentication, from = '198.51.100.7') {
    this.#auth = auth
    this.#from = from
  }

  headers(more: Record<string, string> = {}): Headers {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent: Record<string, string> = { host: '127.0.0.1:3000', 'user-agent': 'a test', ...(cookie ? { cookie } : {}), ...more }
    const message = {
      socket: { remoteAddress: this.#from },
      headers: sent,
      headersDistinct: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, [value]])),
    } as unknown as IncomingMessage
    this.#auth.meet(message)
    return new Headers(message.headers as Record<string, string>)
  }
  take(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
      if (/Max-Age=0/.test(cookie)) this.cookies.delete(name!)
      else this.cookies.set(name!, value!)
    }
  }
  /** Signs in. Resolves to the person, or to the second factors that are asked for. */
  async signIn(attempt: SignInAttempt) {
    const headers = this.headers()
    const entered = await this.#auth.local!.signIn(attempt, { headers, from: this.#auth.from(headers) })
    if ('second' in entered) return entered
    this.take(entered.cookies)
    return entered.person
  }
  ask(needed: RoleNeeded = 'viewer', more: Record<string, string> = {}): Promise<Visitor> {
    return this.#auth.enter({ method: 'GET', headers: this.headers(more) }, needed)
  }
  /** Calls of the signed-in person's own account. */
  async own(present?: string) {
    const { identity, from } = await this.ask()
    if (identity?.kind !== 'person') throw new Error('nobody is signed in')
    return { id: identity.id, session: identity.session!, present, origin: { headers: this.headers(), from } }
  }
}

export const codeOf = (link: string): string => /#code=([\w-]+)$/.exec(link)![1]!
