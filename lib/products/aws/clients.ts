import type { Call } from './errors.ts'
import { inWords, withoutCredentials } from './errors.ts'

/** Where one account's services are, and as who they are asked: a `profile` of AWS's own configuration files, by default whom the SDK finds. */
export type Place = { region: string; endpoint?: string; profile?: string }

/** One call of the SDK, or all of its tries: after so long the service is one that hangs. */
const CALL_MS = 8_000
/** The SDK's adaptive retry (a token bucket on this side that throttling drains), bounded. */
const ATTEMPTS = 3

const SDKS = {
  cloudwatch: async (options: ClientOptions) => {
    const sdk = await import('@aws-sdk/client-cloudwatch')
    return { sdk, client: new sdk.CloudWatchClient(options) }
  },
  elasticache: async (options: ClientOptions) => {
    const sdk = await import('@aws-sdk/client-elasticache')
    return { sdk, client: new sdk.ElastiCacheClient(options) }
  },
  elasticloadbalancing: async (options: ClientOptions) => {
    const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2')
    return { sdk, client: new sdk.ElasticLoadBalancingV2Client(options) }
  },
  cloudfront: async (options: ClientOptions) => {
    const sdk = await import('@aws-sdk/client-cloudfront')
    return { sdk, client: new sdk.CloudFrontClient(options) }
  },
  route53: async (options: ClientOptions) => {
    const sdk = await import('@aws-sdk/client-route-53')
    return { sdk, client: new sdk.Route53Client(options) }
  },
}

type Credentials = () => Promise<{ accessKeyId: string; secretAccessKey: string }>
type ClientOptions = { region: string; endpoint?: string; maxAttempts: number; retryMode: string; credentials: Credentials }
type Sdks = typeof SDKS
/** The services, by the names that IAM has for them. */
export type Service = keyof Sdks
type Loaded<S extends Service> = Awaited<ReturnType<Sdks[S]>>

export interface Clients {
  /** One request. `operation` names it in errors, and in the IAM action that is missing. Throws in words. */
  ask<S extends Service, T>(
    service: S,
    operation: string,
    signal: AbortSignal,
    send: (loaded: Loaded<S>, options: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T>
  /** How many requests were made, for the budget. */
  asked(): number
  close(): void
}

/** CloudFront, and what CloudWatch has of it, are in one region of each partition. */
export const globalRegion = (region: string): string => (region.startsWith('cn-') ? 'cn-northwest-1' : 'us-east-1')

/** The clients of an account's services. Each SDK is loaded with the first request: who watches no AWS pays nothing for it. `callMs`: how long one call may take. */
export function createClients({ region, endpoint, profile }: Place, callMs = CALL_MS): Clients {
  const loaded = new Map<Service, Promise<Loaded<Service>>>()
  let credentials: Promise<Credentials> | null = null
  let requests = 0

  /** One chain for all services: a role's credentials are fetched once. Its look at the instance metadata is bounded by the SDK (1 s, no retry). */
  const chain = () => {
    credentials ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) =>
      defaultProvider({ timeout: 1_000, maxRetries: 0, ...(profile !== undefined && { profile }) }),
    )
    return credentials.then((provide) => provide())
  }

  function load<S extends Service>(service: S): Promise<Loaded<S>> {
    const known = loaded.get(service)
    if (known) return known as Promise<Loaded<S>>
    const options = {
      region,
      ...(endpoint !== undefined && { endpoint }),
      maxAttempts: ATTEMPTS,
      retryMode: 'adaptive',
      credentials: chain,
    }
    const made = SDKS[service](options) as Promise<Loaded<S>>
    loaded.set(service, made as Promise<Loaded<Service>>)
    return made
  }

  return {
    async ask(service, operation, signal, send) {
      const call: Call = { service, operation, region, ...(profile !== undefined && { profile }) }
      const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(callMs)])
      requests++
      try {
        const half = profile === undefined ? halfOfCredentials() : null
        if (half) throw Object.assign(new Error(half), { name: 'CredentialsProviderError' })
        const one = await orAborted(load(service), abortSignal)
        return await orAborted(send(one, { abortSignal }), abortSignal)
      } catch (error) {
        throw inWords(error, call)
      }
    },
    asked: () => requests,
    close() {
      for (const one of loaded.values()) one.then(({ client }) => client.destroy()).catch(() => {})
      loaded.clear()
    },
  }
}

/** Half a pair makes the SDK look elsewhere, and perhaps find an identity that nobody meant. */
function halfOfCredentials(): string | null {
  const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = process.env
  return Boolean(key) === Boolean(secret) ? null : withoutCredentials()
}

/** The pauses between the SDK's tries, and the search for credentials, do not look at a signal. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(Object.assign(new Error('given up'), { name: 'TimeoutError' }))
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
