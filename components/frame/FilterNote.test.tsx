import { NuqsTestingAdapter } from 'nuqs/adapters/testing'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import { FilterNote, isNarrowed, NoneMatch } from './FilterNote.tsx'

vi.mock('next/navigation', () => ({
  useRouter: () => ({ push() {} }),
  useSearchParams: () => new URLSearchParams(),
  usePathname: () => '/targets',
}))

const NOUN = ['target', 'targets'] as const
const list = { scope: 'team=shop', searching: false, known: true, total: 10, of: 1_200, error: null }
const said = (...lists: Partial<Parameters<typeof isNarrowed>[0][number]>[]) => {
  const all = lists.map((one) => ({ ...list, ...one }))
  const page = (
    <NuqsTestingAdapter>
      <FilterNote lists={all} noun={NOUN} />
      <NoneMatch lists={all} noun={NOUN} />
    </NuqsTestingAdapter>
  )
  return renderToStaticMarkup(page)
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('\u00a0', ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

test('says how many of how many the filter leaves, of several lists together, and how it is taken away', () => {
  expect(said(list)).toMatch(/^10 of 1,?200 targets match team=shop Clear the filter/)
  expect(said(list, { ...list, total: 1, of: 300 })).toMatch(/^11 of 1,?500 targets match/)
})

test('where nothing is left it names the filter and what there is without it', () => {
  expect(said({ ...list, total: 0, of: 1 })).toMatch(
    /0 of 1 target matches team=shop No target matches the filter Without team=shop there is 1 target\./,
  )
})

test('while it looks it says so and not that there is nothing; what goes wrong is said', () => {
  expect(said({ ...list, searching: true, total: 0 })).toBe('Looking for team=shop … Clear the filter')
  expect(said({ ...list, searching: true, error: new Error('no answer') })).toContain('The list could not be searched. no answer')
})

test('a list that has nothing anyway is not narrowed: the page says what would stand there', () => {
  expect(isNarrowed([{ ...list, total: 0, of: 0 }])).toBe(false)
  expect(isNarrowed([{ ...list, scope: '' }])).toBe(false)
  expect(isNarrowed([{ ...list, total: 0, of: 0, known: false }])).toBe(true)
})
