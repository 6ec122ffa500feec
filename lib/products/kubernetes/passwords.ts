import { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import type { Client } from './client.ts'
import type { KubernetesConfig } from './config.ts'
import { refusalError } from './refused.ts'
import { objectPath, SECRETS } from './resources.ts'

export type Login = { username?: string; password: string }

/** Passwords of discovered servers, from the Secrets that the configuration names and no others. */
export interface Passwords {
  /** Null: none is configured for that Service. Throws why it cannot be had. */
  of(service: string, signal: AbortSignal): Promise<Login | null>
}

const secretShape = z.looseObject({ data: z.record(z.string(), z.string()).default({}) })
const FRESH_MS = 60_000

export function createPasswords({ secrets }: Pick<KubernetesConfig, 'secrets'>, client: Client): Passwords {
  const known = new Map<string, { at: number; login: Login }>()

  return {
    async of(service, signal) {
      const wanted = secrets.find((one) => one.service === service)
      if (!wanted) return null
      const before = known.get(service)
      if (before && performance.now() - before.at < FRESH_MS) return before.login
      try {
        const login = await read(client, service.split('/', 1)[0]!, wanted, signal)
        known.set(service, { at: performance.now(), login })
        return login
      } catch (error) {
        // An outage of the API is none of the server's password.
        if (before && !(error instanceof EvenkeelError && error.written === 'none')) return before.login
        throw error
      }
    },
  }
}

async function read(client: Client, namespace: string, wanted: KubernetesConfig['secrets'][number], signal: AbortSignal): Promise<Login> {
  const { secret, username, password } = wanted
  const answer = await client.get(objectPath(SECRETS, namespace, secret), {}, signal).catch((error: unknown) => {
    throw refusalError(error, { verb: 'get', resource: SECRETS, namespace, name: secret })
  })
  const parsed = secretShape.safeParse(answer)
  const value = (key: string) => {
    const found = parsed.success && Object.hasOwn(parsed.data.data, key) ? parsed.data.data[key] : undefined
    if (found === undefined)
      throw new EvenkeelError('not_found', `the Secret ${namespace}/${secret} has no key ${key}`, { written: 'none' })
    // A line feed at its end comes from `kubectl create secret --from-file`.
    return Buffer.from(found, 'base64')
      .toString('utf8')
      .replace(/\r?\n$/, '')
  }
  return { password: value(password), ...(username === undefined ? {} : { username: value(username) }) }
}
