import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import { PoolAbout } from './PoolAbout.tsx'

const none = { value: null, because: 'nobody reports it' } as unknown as PoolView['imbalance']
const server = (name: string, more: object = {}) =>
  ({
    name,
    address: name,
    id: 1,
    weightSet: 1,
    weightEffective: 1,
    state: 'up',
    shareExpected: null,
    shareSeen: null,
    ...more,
  }) as unknown as PoolView['servers'][number]
const name = (servers: PoolView['servers']): PoolView => ({
  target: 'front',
  name: 'shop.example',
  algorithm: 'DNS',
  balances: 'unknown',
  liveWeights: false,
  can: { weight: { because: 'no' }, state: { because: 'no' }, slowStart: { because: 'no' } },
  weightMax: 1,
  ttlMs: 300_000,
  servers,
  requestsPerSecond: none,
  responseSeconds: none,
  errorRatio: none,
  imbalance: none,
})
const draw = (pool: PoolView) => renderToStaticMarkup(<PoolAbout pool={pool} changedAt={null} />)

test('of a name it says who chooses, for how long, and whether anybody asks the addresses', () => {
  const asked = draw(name([server('192.0.2.1'), server('192.0.2.2', { state: 'down' })]))
  expect(asked).toMatch(/may keep it for 5.min after it was taken out/)
  expect(asked).not.toContain('is not checked')
  expect(asked).not.toContain('Not understood')
  expect(draw(name([server('192.0.2.1', { detectMs: null })]))).toContain('is not checked')
})

test('of a pool it says nothing of the kind', () => {
  const { ttlMs: _, ...pool } = name([server('a', { detectMs: null })])
  expect(draw(pool)).not.toContain('look this name up')
import { prerender } from 'react-dom/static'
import { expect, test, vi } from 'vitest'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import { PoolAbout } from './PoolAbout.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/pools',
}))

const paint = async (more: Partial<PoolView>) => {
  const pool = { target: 'edge', name: 'app', balances: 'weight', servers: [], ...more } as unknown as PoolView
  const { prelude } = await prerender(<PoolAbout pool={pool} changedAt={null} />)
  return (await new Response(prelude).text())
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&#x27;', "'")
}
const wanted = { where: 'backend app', line: 'server NAME … maxconn LIMIT' }

test('what limits the requests is shown, that nothing does too, with the line that would', async () => {
  expect(await paint({ admission: { limits: [], wanted } })).toMatch(
    /Nothing limits the requests before its servers\. A limit is set in backend app : server NAME … maxconn LIMIT/,
  )
  const limited = await paint({ admission: { limits: [{ text: 'maxconn 50 on its server' }], wanted } })
  expect(limited).toContain('maxconn 50 on its server')
  expect(limited).not.toContain('LIMIT')
  const nominal = await paint({ admission: { limits: [{ text: '1024 at once', nominal: 'the default' }], wanted } })
  expect(nominal).toMatch(/1024 at once \(in name only: the default\).*LIMIT/)
  expect(await paint({ admission: { limits: [], because: 'no file is given' } })).toMatch(
    /No limit .* is seen\. There may be others: no file is given/,
  )
  expect(await paint({})).not.toContain('limits the requests')
})

test('what goes on to other servers and what is ejected is shown', async () => {
  const text = await paint({ spills: ['Each server takes at most 1.20× its part.'], passiveChecks: ['Ejected now: 10.0.0.2:80.'] })
  expect(text).toMatch(/at most 1\.20× its part\..*Ejected now: 10\.0\.0\.2:80\./)
})
