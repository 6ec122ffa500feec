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

test('how often a request is sent again is said with the statements that say so, and what is not known as that', async () => {
  const text = '`retries 3`, `retry-on 503`'
  expect(await paint({ retries: { more: 3, text } })).toMatch(/sent again up to 3 times: .*retry-on 503/)
  expect(await paint({ retries: { more: 1, text } })).toContain('sent again once: ')
  expect(await paint({ retries: { more: 0, text } })).toContain('No server works on a request again')
  expect(await paint({ retries: { more: null, text: 'no file is given' } })).toContain('is not known: no file is given .')
})
