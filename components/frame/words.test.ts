import { expect, test } from 'vitest'
import { applyVerb, saySteps, subjectHref } from './words.ts'

const step = (target: string, name: string, before: string, after: string) => ({ setting: { target, name }, before, after })

test('steps in words', () => {
  expect(saySteps([step('edge', 'app/app3/weight', '100', '24')])).toBe('app3 weight 100 → 24')
  expect(saySteps([step('edge', 'app/app1/weight', '100', '110'), step('edge', 'app/app3/weight', '100', '24')])).toBe(
    'app3 weight 100 → 24 and 1 more',
  )
  expect(saySteps([step('ring:products', 'products/cache-a/points', '40', '118')])).toBe('cache-a points 40 → 118')
  expect(saySteps([step('cache-a', 'config/maxmemory', '1073741824', '2147483648')])).toBe('cache-a maxmemory 1\u00a0GiB → 2\u00a0GiB')
  expect(saySteps([step('ttl:products', 'products/jitter', '0', '0.2')])).toBe('products jitter 0 → 0.2')
  expect(saySteps([])).toBe('nothing')
})

test('the button says what it does', () => {
  expect(applyVerb([step('edge', 'app/a/weight', '1', '2')])).toBe('Apply 1 weight')
  expect(applyVerb(['a', 'b', 'c'].map((s) => step('edge', `app/${s}/weight`, '1', '2')))).toBe('Apply 3 weights')
  expect(applyVerb([step('ring:p', 'p/a/points', '1', '2'), step('ring:p', 'p/b/points', '1', '2')])).toBe('Apply points of 2 nodes')
  expect(applyVerb([step('ttl:p', 'p/ttl', '1', '2'), step('ttl:p', 'p/jitter', '1', '2')])).toBe('Apply 2 settings')
})

test("a subject's page", () => {
  expect(subjectHref({ target: 'edge', pool: 'a/b', server: 'x' })).toBe('/pools/edge/a%2Fb')
  expect(subjectHref({ ring: 'products' })).toBe('/rings/products')
  expect(subjectHref({})).toBeNull()
})
