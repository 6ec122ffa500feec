import { expect, it } from 'vitest'
import { failureOf, unusableState } from './failure.ts'

const error = (message: string, code?: string) => Object.assign(new Error(message), code !== undefined && { code })

it.each([
  [error('connect ECONNREFUSED 10.0.0.7:5432', 'ECONNREFUSED'), 'cannot be reached'],
  [error('getaddrinfo ENOTFOUND db', 'ENOTFOUND'), 'cannot be reached'],
  [error('Connection terminated unexpectedly'), 'cannot be reached'],
  [error('Query read timeout'), 'does not answer'],
  [error('timeout exceeded when trying to connect'), 'does not answer'],
  [error('canceling statement due to statement timeout', '57014'), 'does not answer'],
  [error('the database system is starting up', '57P03'), 'stopped or started'],
  [error('sorry, too many clients already', '53300'), 'has no connection left'],
  [error('password authentication failed for user "evenkeel"', '28P01'), 'refuses the user or the password'],
  [error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'), 'refuses the user or the password'],
  [error('database "evenkeel" does not exist', '3D000'), 'no database of the name'],
  [error('permission denied for schema evenkeel', '42501'), 'no right to write'],
  [error('cannot execute INSERT in a read-only transaction', '25006'), 'takes no writes: it is a standby'],
  [error('self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN'), 'certificate of the database'],
  [error('could not extend file', '53100'), 'disk of the database is full'],
  [error('something else', 'XX000'), 'takes no writes'],
])('says of %s what is wrong, without address and user', (cause, words) => {
  const failure = failureOf(cause, 7)
  expect(failure.because).toContain(words)
  expect(failure.since).toBe(7)
  expect(JSON.stringify(failure)).not.toMatch(/10\.0\.0\.7|user "evenkeel"|SCRAM/)
})

it('refuses a start naming the key, the place and the mend', () => {
  expect(unusableState(error('connect ECONNREFUSED', 'ECONNREFUSED'), 'db:5432/evenkeel').message).toBe(
    'state (db:5432/evenkeel): the database that `state` names cannot be reached (ECONNREFUSED). See that it runs, and that its address is the one in `state`; nothing needs a restart.',
  )
})
