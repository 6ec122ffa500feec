import { EvenkeelError } from '../../model/error.ts'
import { printable } from '../answers.ts'

/** Which call of which service failed. `service`: as IAM names it. `profile`: whose credentials were configured. */
export type Call = { service: string; operation: string; region: string; profile?: string }

/** The parts of an SDK's error that are read. */
type SdkError = { name?: unknown; message?: unknown; Code?: unknown; code?: unknown; $metadata?: { httpStatusCode?: unknown } }

const THROTTLED =
  /^(Throttling(Exception)?|ThrottledException|RequestThrottled(Exception)?|RequestLimitExceeded|TooManyRequestsException|SlowDown|PriorRequestNotComplete|BandwidthLimitExceeded|APICallRateForCustomerExceeded(Fault)?|LimitExceededException)$/
const DENIED = /^(AccessDenied(Exception)?|UnauthorizedOperation|NotAuthorized|AuthorizationError)$/
const EXPIRED = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/
const UNKNOWN_KEY = /^(InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|AuthFailure|OptInRequired)$/
const UNSIGNED =
  /^(SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature(Exception)?|MissingAuthenticationToken(Exception)?)$/
const SKEWED = /^(RequestTimeTooSkewed|RequestInTheFuture)$/

/** The network's own codes, and what is said of each. */
const NETWORK: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name cannot be resolved now',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
}

/**
 * An error of the SDK as one that a user may read: what is wrong, and the mend. AWS's own words are quoted only where they are about values,
 * because those about identities hold the account and the user.
 */
export function inWords(error: unknown, { service, operation, region, profile }: Call): EvenkeelError {
  if (error instanceof EvenkeelError) return error
  const { name, message, Code, code, $metadata } = (error ?? {}) as SdkError
  const kind = String(Code ?? name ?? '')
  const text = String(message ?? '')
  const where = `${service} in ${region}`
  const said = (words: string, of: 'unreachable' | 'not_allowed' | 'too_many' | 'invalid' | 'not_found' = 'not_allowed') =>
    new EvenkeelError(of, words, { cause: error })
  if (kind === 'CredentialsProviderError' || kind === 'TokenProviderError')
    return said(
      profile === undefined
        ? withoutCredentials()
        : `The profile ${profile} of \`write\` has no credentials: look for it in AWS's own configuration files`,
    )
  if (DENIED.test(kind))
    return said(`AWS denies ${actionIn(text) ?? `${service}:${operation}`}: allow it in the IAM policy of these credentials`)
  if (EXPIRED.test(kind)) return said('The AWS credentials have expired: renew them')
  if (UNKNOWN_KEY.test(kind))
    return said(`AWS does not know the access key (${where}): it was deleted, or the region is not enabled for the account`)
  if (SKEWED.test(kind) || /signature (not yet current|expired)/i.test(text))
    return said("AWS refuses the signature's time: the clock of this machine is off")
  if (UNSIGNED.test(kind)) return said('AWS refuses the signature: the secret key does not belong to the access key')
  if (THROTTLED.test(kind) || $metadata?.httpStatusCode === 429)
    return said(`AWS throttles ${operation} (${where}): it is asked again later`, 'too_many')
  const network = typeof code === 'string' ? NETWORK[code] : undefined
  if (network !== undefined) return said(`${where}: ${network}`, 'unreachable')
  if (kind === 'AbortError' || kind === 'TimeoutError') return said(`${where} did not answer ${operation} in time`, 'unreachable')
  if (Number($metadata?.httpStatusCode) >= 500)
    return said(`${where} answered ${operation} with ${$metadata?.httpStatusCode}`, 'unreachable')
  if (/NotFound/.test(kind)) return said(`${where}: ${printable(kind.slice(0, 80))}`, 'not_found')
  return said(`${where} refuses ${operation} (${printable(kind.slice(0, 80))}): ${printable(text.slice(0, 200))}`, 'invalid')
}

/** The action that AWS's words name: "… is not authorized to perform: elasticache:DescribeCacheClusters on resource …". */
function actionIn(text: string): string | null {
  return /perform(?:ing)?:? ([a-z0-9-]{1,40}:[A-Za-z0-9]{1,60})/.exec(text)?.[1] ?? null
}

/** Which half is missing, where the environment has one: the usual slip. */
export function withoutCredentials(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const [key, secret] = [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY]
  if (key && !secret) return 'AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not: the two belong together'
  if (secret && !key) return 'AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not: the two belong together'
  return 'No AWS credentials were found: give the environment AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the machine a role'
}
