import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Identity } from '../lib/auth/identity.ts'
import type { TokenRole } from '../lib/auth/roles.ts'
import { parseConfig } from '../lib/config/parse.ts'
import { TOKEN_ROLES } from '../lib/model/roles.ts'
import { serve } from '../lib/server/http/serve.ts'
import { openRuntime } from '../lib/server/open.ts'
import { currentRuntime, type Runtime, setRuntime } from '../lib/server/runtime.ts'
import { schemas } from '../lib/server/schemas.ts'
import type { Actor, Asked } from './walk.ts'

/** A whole runtime for each test, asked by callers of every role: for the walks over all operations. */
export function rolesServer() {
  let data: string
  let runtime: Runtime
  beforeEach(() => {
    process.env.EVENKEEL_LOG = 'silent'
    data = mkdtempSync(join(tmpdir(), 'evenkeel-roles-'))
  })
  afterEach(async () => {
    await currentRuntime()?.close()
    setRuntime(undefined)
    rmSync(data, { recursive: true })
  })
  return {
    async open(auth: string): Promise<Runtime> {
      const config = parseConfig(`mode: observe\nauth: ${auth}\n`, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
      runtime = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
      setRuntime(runtime)
      return runtime
    },
    /** One call as the server takes it in, from a connection of loopback. */
    async ask(method: string, path: string, actor: Actor): Promise<Asked> {
      const headers = { host: '127.0.0.1:3000', ...actor.headers }
      const message = {
        socket: { remoteAddress: '127.0.0.1' },
        headers,
        headersDistinct: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]])),
      } as unknown as IncomingMessage
      runtime.auth.meet(message)
      const leaving = new AbortController()
      const response = await serve(
        new Request(`http://127.0.0.1:3000${path}`, {
          method,
          headers: message.headers as Record<string, string>,
          signal: leaving.signal,
          ...(method === 'POST' ? { body: '{}' } : {}),
        }),
      )
      const isProblem = response.headers.get('content-type') === 'application/problem+json'
      const code = isProblem ? ((await response.json()) as { code: string }).code : null
      if (!isProblem) await response.body?.cancel()
      leaving.abort()
      return { status: response.status, code }
    },
    /** Tokens of somebody who stays: in each mode the one who makes them there. */
    tokens(owner: Identity): Actor[] {
      const made = (role: TokenRole) => runtime.auth.tokens.create({ name: 'ci', role }, owner)
      const revoked = made('admin')
      runtime.auth.tokens.revoke(revoked.id)
      return [
        ...TOKEN_ROLES.map((role): Actor => ({ who: `${role}'s token`, role, headers: bearer(made(role).token) })),
        { who: 'a revoked token', role: null, headers: bearer(revoked.token) },
        { who: 'a token that was never made', role: null, headers: bearer(`ek_0123456789ab_${'x'.repeat(43)}`) },
      ]
    },
  }
}

export const NOBODY: Actor = { who: 'nobody', role: null, headers: {} }
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const as = (groups: string, user = 'ann') => ({ 'X-Forwarded-User': user, 'X-Forwarded-Groups': groups })
/** Of `auth: proxy`, where nobody signs in: the cheapest mode to walk in. */
export const PROXY = {
  auth: '{ mode: proxy, roles: { admin: [sre], operator: [oncall], viewer: ["*"] } }',
  owner: { kind: 'person', id: 'proxy:ann', name: 'ann', role: 'admin', session: null } satisfies Identity,
  people: [
    NOBODY,
    { who: 'a viewer of the proxy', role: 'viewer', headers: as('qa', 'vic') },
    { who: 'an operator of the proxy', role: 'operator', headers: as('oncall', 'olu') },
    { who: 'an admin of the proxy', role: 'admin', headers: as('sre') },
  ] as Actor[],
}
