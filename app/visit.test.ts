import { expect, test, vi } from 'vitest'
import { bearer, PROXY, rolesServer } from '../test/roles.ts'

const asked = vi.hoisted(() => ({ headers: new Headers() }))
vi.mock('next/headers', () => ({ headers: async () => asked.headers }))

const { open, ask, tokens } = rolesServer()

test('the frame around a page is shown to who may read, and not to a token that only reports', async () => {
  await open(PROXY.auth)
  await ask('GET', '/api/v1/session', PROXY.people.find(({ role }) => role === 'admin')!)
  const { person } = await import('./visit.ts')
  for (const { role, headers } of tokens(PROXY.owner)) {
    asked.headers = new Headers({ host: '127.0.0.1:3000', ...headers })
    expect((await person())?.role ?? null, `${role}`).toBe(role === 'reporter' ? null : role)
  }
  asked.headers = new Headers({ host: '127.0.0.1:3000', ...bearer('nobody') })
  expect(await person()).toBeNull()
})
